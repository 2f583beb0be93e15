"""LKJ correlation and half Student t standard deviations, as brms sets them by default."""

from dataclasses import dataclass
from typing import Any, override

import numpy as np

from recovery.model.lkj import draw_lkj, lkj_corr_rho, lkj_log_density
from recovery.model.prior import Covariance, Draws, Prior, response_scale, slope_scale


@dataclass(frozen=True)
class LKJCorrStudentT(Prior):
    """sigma_uk ~ HalfStudentT(scale_df, scale) and LKJ(eta).

    brms takes student_t(3, 0, max(2.5, round(mad(y), 1))) for every standard deviation, sigma
    included, and LKJ(1) (Bürkner 2017, J Stat Softw 80(1); function ``get_prior``). On sleepstudy
    mad(y) is 59.3, the default here; it is the same number for intercepts and slopes.
    """

    sigma_u0_scale: float = response_scale(59.3)
    sigma_u1_scale: float = slope_scale(59.3)
    scale_df: float = 3.0
    eta: float = 1.0

    @override
    def covariance(self, sigma: Any) -> Covariance:
        import pymc as pm

        return Covariance(
            pm.HalfStudentT("sigma_u0", nu=self.scale_df, sigma=self.sigma_u0_scale),
            pm.HalfStudentT("sigma_u1", nu=self.scale_df, sigma=self.sigma_u1_scale),
            lkj_corr_rho(self.eta),
        )

    @override
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        n = len(sigma)
        sigma_u0, sigma_u1 = (
            scale * np.abs(rng.standard_t(self.scale_df, n))
            for scale in (self.sigma_u0_scale, self.sigma_u1_scale)
        )
        return sigma_u0, sigma_u1, draw_lkj(self.eta, n, rng)

    @override
    def log_density(self, sigma_u0: Any, sigma_u1: Any, rho: Any, sigma: Any) -> Any:
        from scipy import special

        df = self.scale_df
        constant = special.gammaln((df + 1.0) / 2.0) - special.gammaln(df / 2.0)
        constant += np.log(2.0) - 0.5 * np.log(df * np.pi)
        scales = sum(
            constant - np.log(scale) - 0.5 * (df + 1.0) * np.log1p(np.square(value / scale) / df)
            for value, scale in (
                (sigma_u0, self.sigma_u0_scale),
                (sigma_u1, self.sigma_u1_scale),
            )
        )
        return scales + lkj_log_density(rho, self.eta)
