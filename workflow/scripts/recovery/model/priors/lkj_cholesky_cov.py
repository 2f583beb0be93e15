"""LKJ correlation and half-normal standard deviations, coded as ``pm.LKJCholeskyCov``."""

from dataclasses import dataclass
from typing import Any, override

import numpy as np

from recovery.model.half_normal import HalfNormalLKJ
from recovery.model.lkj import unpacked_covariance
from recovery.model.prior import Covariance


@dataclass(frozen=True)
class LKJCholeskyCov(HalfNormalLKJ):
    """Half-normal scales and an LKJ correlation in one ``pm.LKJCholeskyCov``."""

    @override
    def covariance(self, sigma: Any) -> Covariance:
        import pymc as pm

        scales = np.array(self.sd_scales)
        # PyMC 6.4 cannot choose a starting point when sd_dist has a vector of scales
        # ("cannot set WRITEABLE flag"). Start with the sds at their scales and correlations 0.
        return unpacked_covariance(self.eta, pm.HalfNormal.dist(scales), scales)
