"""LKJ correlation and half-normal standard deviations, coded as ``pm.LKJCholeskyCov``."""

from dataclasses import dataclass
from typing import Any, override

import numpy as np

from recovery.model.half_normal import HalfNormalLKJ
from recovery.model.prior import Covariance


@dataclass(frozen=True)
class LKJCholeskyCov(HalfNormalLKJ):
    """Half-normal scales and an LKJ correlation in one ``pm.LKJCholeskyCov``."""

    @override
    def covariance(self, sigma: Any) -> Covariance:
        import pymc as pm

        scales = np.array([self.sigma_u0_scale, self.sigma_u1_scale])
        # the lower triangle, row by row: (sigma_u0, rho sigma_u1, sqrt(1 - rho^2) sigma_u1)
        packed = pm.LKJCholeskyCov(
            "cholesky_cov",
            n=2,
            eta=self.eta,
            sd_dist=pm.HalfNormal.dist(scales),
            compute_corr=False,
            # PyMC 6.4 cannot choose a starting point when sd_dist has a vector of scales
            # ("cannot set WRITEABLE flag"). Start with both sds at their scale and rho 0.
            initval=np.array([scales[0], 0.0, scales[1]]),
        )
        sigma_u1 = pm.Deterministic("sigma_u1", pm.math.sqrt(packed[1] ** 2 + packed[2] ** 2))
        return Covariance(
            pm.Deterministic("sigma_u0", packed[0]),
            sigma_u1,
            pm.Deterministic("rho", packed[1] / sigma_u1),
        )
