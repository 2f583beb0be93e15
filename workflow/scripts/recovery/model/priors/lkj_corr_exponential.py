"""LKJ correlation and exponential standard deviations."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, override

import numpy as np

from recovery.model.lkj import draw_lkj, lkj_corr_factor, lkj_log_density
from recovery.model.prior import Covariance, Draws, Prior, response_scale, slope_scale
from recovery.parameters import sds


@dataclass(frozen=True)
class LKJCorrExponential(Prior):
    """sigma_uk ~ Exponential with mean `scale`, and LKJ(eta), as in McElreath's textbook.

    Its tail is heavier than a half-normal's and lighter than a half Student t's.
    """

    more_effects: ClassVar[bool] = True

    sigma_u0_scale: float = response_scale(50.0)
    sigma_u1_scale: float = slope_scale(10.0)
    eta: float = 1.0

    @override
    def covariance(self, sigma: Any) -> Covariance:
        import pymc as pm

        own_sds = [
            pm.Exponential(name, scale=scale) for name, scale in zip(sds(self.q), self.sd_scales)
        ]
        return Covariance(own_sds, lkj_corr_factor(self.eta, self.q))

    @override
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        n = len(sigma)
        own_sds = [rng.exponential(scale, n) for scale in self.sd_scales]
        return *own_sds, *draw_lkj(self.eta, n, rng, self.q)

    @override
    def log_density(self, *values: Any) -> Any:
        own_sds, rhos, _ = self.split(values)
        scales = sum(-math.log(s) - np.divide(x, s) for x, s in zip(own_sds, self.sd_scales))
        return scales + lkj_log_density(self.eta, *rhos)
