"""No correlation, half-normal standard deviations."""

from dataclasses import dataclass
from typing import Any, ClassVar, override

import numpy as np

from recovery.model.half_normal import HalfNormalScales
from recovery.model.prior import Covariance, Draws
from recovery.parameters import pairs


@dataclass(frozen=True)
class Independent(HalfNormalScales):
    """Half-normal scales and rho fixed at 0."""

    has_rho: ClassVar[bool] = False

    @override
    def covariance(self, sigma: Any) -> Covariance:
        return Covariance(self.half_normals(), None)

    @override
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        none = np.zeros((len(pairs(self.q)), len(sigma)))
        return *self.draw_sds(len(sigma), rng), *none

    @override
    def log_density(self, *values: Any) -> Any:
        return self.sds_log_density(self.split(values)[0])
