"""LKJ correlation and half-normal standard deviations, coded with ``pm.LKJCorr``."""

from dataclasses import dataclass
from typing import Any, override

from recovery.model.half_normal import HalfNormalLKJ
from recovery.model.lkj import lkj_corr_factor
from recovery.model.prior import Covariance


@dataclass(frozen=True)
class LKJCorr(HalfNormalLKJ):
    """The density of `lkj_cholesky_cov`, composed by hand from ``pm.LKJCorr``."""

    @override
    def covariance(self, sigma: Any) -> Covariance:
        return Covariance(self.half_normals(), lkj_corr_factor(self.eta, self.q))
