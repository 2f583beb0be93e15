"""No correlation, half-normal standard deviations."""

from dataclasses import dataclass
from typing import Any, ClassVar, override

import numpy as np

from recovery.model.half_normal import HalfNormalScales
from recovery.model.prior import Covariance, Draws


@dataclass(frozen=True)
class Independent(HalfNormalScales):
    """Half-normal scales and rho fixed at 0."""

    has_rho: ClassVar[bool] = False

    @override
    def covariance(self, sigma: Any) -> Covariance:
        import pymc as pm

        return Covariance(
            pm.HalfNormal("sigma_u0", self.sigma_u0_scale),
            pm.HalfNormal("sigma_u1", self.sigma_u1_scale),
            None,
        )

    @override
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        return *self.draw_scales(len(sigma), rng), np.zeros(len(sigma))

    @override
    def log_density(self, sigma_u0: Any, sigma_u1: Any, rho: Any, sigma: Any) -> Any:
        return self.scales_log_density(sigma_u0, sigma_u1)
