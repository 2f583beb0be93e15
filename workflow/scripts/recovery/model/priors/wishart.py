"""The Wishart prior of the covariance matrix."""

from dataclasses import dataclass
from typing import Any, override

import numpy as np

from recovery.model.covariances import check_df, sds_and_rho
from recovery.model.lkj import lkj_corr_factor
from recovery.model.prior import Covariance, Draws, Prior, response_scale, slope_scale
from recovery.parameters import sds


@dataclass(frozen=True)
class Wishart(Prior):
    """Sigma ~ Wishart(df, diag(sigma_u0_scale^2, sigma_u1_scale^2) / df), with mean diag(scale^2).

    blme's default is df = 2 + 2.5 with an infinite scale, for posterior modes that are not at the
    boundary (Chung et al. 2015, J Educ Behav Stat 40:136); this one is proper. As its scale is
    diagonal, sigma_uk^2 df / scale^2 are independent chi-square variates of df degrees of freedom,
    so that standard deviations are kept from 0, and rho has LKJ((df - 1) / 2).
    """

    sigma_u0_scale: float = response_scale(50.0)
    sigma_u1_scale: float = slope_scale(10.0)
    df: float = 4.5

    @override
    def __post_init__(self) -> None:
        super().__post_init__()
        check_df(self.df)

    @override
    def covariance(self, sigma: Any) -> Covariance:
        import pymc as pm

        squares = pm.ChiSquared("chi_square", self.df, shape=2)
        own_sds = [
            pm.Deterministic(name, scale * pm.math.sqrt(squares[k] / self.df))
            for k, (name, scale) in enumerate(zip(sds(2), self.sd_scales))
        ]
        return Covariance(own_sds, lkj_corr_factor((self.df - 1.0) / 2.0, 2))

    @override
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        from scipy import stats

        scale = np.diag(np.square(self.sd_scales)) / self.df
        return sds_and_rho(stats.wishart(self.df, scale).rvs(len(sigma), random_state=rng))

    @override
    def log_density(self, *values: Any) -> Any:
        """See `Prior.log_density`; |d Sigma / d(s0, s1, rho)| is 4 (s0 s1)^2."""
        from scipy import special

        (a, b), df = self.sd_scales, self.df
        sigma_u0, sigma_u1, rho, _ = values
        constant = df * np.log(df / (2.0 * a * b)) - special.multigammaln(df / 2.0, 2)
        log_product = np.log(sigma_u0 * sigma_u1)
        trace = df * (np.square(sigma_u0 / a) + np.square(sigma_u1 / b))
        log_det = 2.0 * log_product + np.log1p(-np.square(rho))
        return constant + 0.5 * (df - 3.0) * log_det - 0.5 * trace + np.log(4.0) + 2 * log_product
