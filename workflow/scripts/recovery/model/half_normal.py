"""Half-normal standard deviations, shared by several families."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, override

import numpy as np

from recovery.model.lkj import draw_lkj, lkj_log_density
from recovery.model.prior import Draws, Prior, response_scale, slope_scale
from recovery.parameters import sds


@dataclass(frozen=True)
class HalfNormalScales(Prior):
    """Families with sigma_uk ~ HalfNormal(scale); scales are in the units of the data."""

    sigma_u0_scale: float = response_scale(50.0)
    sigma_u1_scale: float = slope_scale(10.0)

    more_effects: ClassVar[bool] = True

    def half_normals(self) -> list[Any]:
        """Add the standard deviations to the PyMC model in context."""
        import pymc as pm

        return [pm.HalfNormal(name, scale) for name, scale in zip(sds(self.q), self.sd_scales)]

    def draw_sds(self, n: int, rng: np.random.Generator) -> list[np.ndarray]:
        """Draw the standard deviations, n times each."""
        return [scale * np.abs(rng.standard_normal(n)) for scale in self.sd_scales]

    def sds_log_density(self, values: Sequence[Any]) -> Any:
        """Log of the density of the standard deviations."""
        return sum(
            0.5 * math.log(2.0 / math.pi) - math.log(scale) - 0.5 * np.square(value / scale)
            for value, scale in zip(values, self.sd_scales)
        )


@dataclass(frozen=True)
class HalfNormalLKJ(HalfNormalScales):
    """Families with half-normal scales and an LKJ correlation; only the PyMC model differs."""

    eta: float = 1.0

    @override
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        n = len(sigma)
        return *self.draw_sds(n, rng), *draw_lkj(self.eta, n, rng, self.q)

    @override
    def log_density(self, *values: Any) -> Any:
        own_sds, rhos, _ = self.split(values)
        return self.sds_log_density(own_sds) + lkj_log_density(self.eta, *rhos)
