"""LKJ correlation and half Student t standard deviations, as brms sets them by default."""

from dataclasses import dataclass
from typing import Any, ClassVar, override

import numpy as np

from recovery.model.lkj import draw_lkj, lkj_corr_factor, lkj_log_density
from recovery.model.prior import Covariance, Draws, Prior, response_scale, slope_scale
from recovery.parameters import sds


@dataclass(frozen=True)
class LKJCorrStudentT(Prior):
    """sigma_uk ~ HalfStudentT(scale_df, scale) and LKJ(eta).

    brms takes student_t(3, 0, max(2.5, round(mad(y), 1))) for every standard deviation, sigma
    included, and LKJ(1) (Bürkner 2017, J Stat Softw 80(1); function ``get_prior``). On sleepstudy
    mad(y) is 59.3, the default here; it is the same number for intercepts and slopes.
    """

    more_effects: ClassVar[bool] = True

    sigma_u0_scale: float = response_scale(59.3)
    sigma_u1_scale: float = slope_scale(59.3)
    scale_df: float = 3.0
    eta: float = 1.0

    @override
    def covariance(self, sigma: Any) -> Covariance:
        import pymc as pm

        own_sds = [
            pm.HalfStudentT(name, nu=self.scale_df, sigma=scale)
            for name, scale in zip(sds(self.q), self.sd_scales)
        ]
        return Covariance(own_sds, lkj_corr_factor(self.eta, self.q))

    @override
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        n = len(sigma)
        own_sds = [scale * np.abs(rng.standard_t(self.scale_df, n)) for scale in self.sd_scales]
        return *own_sds, *draw_lkj(self.eta, n, rng, self.q)

    @override
    def log_density(self, *values: Any) -> Any:
        from scipy import special

        own_sds, rhos, _ = self.split(values)
        df = self.scale_df
        constant = special.gammaln((df + 1.0) / 2.0) - special.gammaln(df / 2.0)
        constant += np.log(2.0) - 0.5 * np.log(df * np.pi)
        scales = sum(
            constant - np.log(scale) - 0.5 * (df + 1.0) * np.log1p(np.square(value / scale) / df)
            for value, scale in zip(own_sds, self.sd_scales)
        )
        return scales + lkj_log_density(self.eta, *rhos)
