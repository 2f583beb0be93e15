"""Half-normal standard deviations, shared by several families."""

import math
from dataclasses import dataclass
from typing import Any, override

import numpy as np

from recovery.model.lkj import draw_lkj, lkj_log_density
from recovery.model.prior import Draws, Prior, response_scale, slope_scale


@dataclass(frozen=True)
class HalfNormalScales(Prior):
    """Families with sigma_uk ~ HalfNormal(scale); scales are in the units of the data."""

    sigma_u0_scale: float = response_scale(50.0)
    sigma_u1_scale: float = slope_scale(10.0)

    def draw_scales(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw sigma_u0 and sigma_u1, n times each."""
        sigma_u0 = self.sigma_u0_scale * np.abs(rng.standard_normal(n))
        return sigma_u0, self.sigma_u1_scale * np.abs(rng.standard_normal(n))

    def scales_log_density(self, sigma_u0: Any, sigma_u1: Any) -> Any:
        """Log of p(sigma_u0, sigma_u1)."""
        return half_normal_log_density(sigma_u0, self.sigma_u0_scale) + half_normal_log_density(
            sigma_u1, self.sigma_u1_scale
        )


@dataclass(frozen=True)
class HalfNormalLKJ(HalfNormalScales):
    """Families with half-normal scales and an LKJ correlation; only the PyMC model differs."""

    eta: float = 1.0

    @override
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        return *self.draw_scales(len(sigma), rng), draw_lkj(self.eta, len(sigma), rng)

    @override
    def log_density(self, sigma_u0: Any, sigma_u1: Any, rho: Any, sigma: Any) -> Any:
        return self.scales_log_density(sigma_u0, sigma_u1) + lkj_log_density(rho, self.eta)


def half_normal_log_density(value: Any, scale: float) -> Any:
    """Log density of HalfNormal(scale) at positive values."""
    return 0.5 * math.log(2.0 / math.pi) - math.log(scale) - 0.5 * np.square(value / scale)
