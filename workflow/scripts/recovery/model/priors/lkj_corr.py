"""LKJ correlation and half-normal standard deviations, coded with ``pm.LKJCorr``."""

from dataclasses import dataclass
from typing import Any, override

from recovery.model.half_normal import HalfNormalLKJ
from recovery.model.lkj import lkj_corr_rho
from recovery.model.prior import Covariance


@dataclass(frozen=True)
class LKJCorr(HalfNormalLKJ):
    """The density of `lkj_cholesky_cov`, composed by hand from ``pm.LKJCorr``."""

    @override
    def covariance(self, sigma: Any) -> Covariance:
        import pymc as pm

        return Covariance(
            pm.HalfNormal("sigma_u0", self.sigma_u0_scale),
            pm.HalfNormal("sigma_u1", self.sigma_u1_scale),
            lkj_corr_rho(self.eta),
        )
