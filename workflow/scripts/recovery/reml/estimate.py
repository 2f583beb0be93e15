"""REML and ML estimates of a data set, as lme4 and statsmodels give them."""

import math
from dataclasses import dataclass

import numpy as np

from recovery.data.longdata import LongData
from recovery.errors import FitError
from recovery.kernels.deviance import ML, REML, fit_at
from recovery.model.sufficient import BatchStatistics
from recovery.reml.minimum import Deviance, lowest_minimum, starting_scales

SINGULAR = 1e-3
"""A factor of the covariance, relative to a guess of it, that counts as 0."""


@dataclass(frozen=True)
class Estimate:
    """REML or ML estimates of one data set.

    Attributes
    ----------
    beta0, beta1, sigma_u0, sigma_u1, rho, sigma : float
        The estimates; rho is NaN where a standard deviation is 0, and -1 or 1 where the
        covariance of the effects is singular otherwise.
    se_beta0, se_beta1 : float
        Standard errors of beta0 and beta1.
    deviance : float
        -2 times the restricted log likelihood (REML) or the log likelihood (ML).
    """

    beta0: float
    beta1: float
    sigma_u0: float
    sigma_u1: float
    rho: float
    sigma: float
    se_beta0: float
    se_beta1: float
    deviance: float

    @property
    def singular(self) -> bool:
        """Whether the estimate is at the boundary: an sd of 0, or rho = -1 or 1."""
        return math.isnan(self.rho) or abs(self.rho) == 1.0


def estimate(data: LongData, reml: bool = True) -> Estimate:
    """REML estimates of a data set (or ML's, with ``reml=False``), balanced or not."""
    center = float(np.mean(data.response))
    stats = BatchStatistics.of([data], [center])
    return estimate_from(stats.rows[0], stats.rss[0], stats.patterns, center, reml)


def estimate_from(
    rows: float, rss: float, patterns: np.ndarray, center: float, reml: bool = True
) -> Estimate:
    """`estimate` from the statistics of a data set whose responses count from `center`."""
    scales, _ = starting_scales(rows, rss, patterns)
    statistics = float(rows), float(rss), patterns
    value, x = lowest_minimum(Deviance(*statistics, REML if reml else ML, 0.0, scales))
    x0, x1, x2 = x.tolist()
    _, beta0, beta1, a00, a01, a11, quadratic = fit_at(
        *statistics, x0 * scales[0], x1 * scales[1], x2 * scales[1]
    )
    variance = quadratic / (rows - 2.0 if reml else rows)
    if not variance > 0.0:
        raise FitError("the residual variance is not above 0")
    sigma, det = math.sqrt(variance), a00 * a11 - a01 * a01
    # below the tolerance a factor is 0: the deviance is even in it, so nothing else changes
    l00, l11 = (0.0 if abs(x) < SINGULAR else abs(x) for x in (x0, x2))
    l10 = math.copysign(x1, x0 * x1) if l00 else 0.0
    slope = math.hypot(x1, x2)
    if slope < SINGULAR:
        slope = l10 = l11 = 0.0
    return Estimate(
        beta0 + center,
        beta1,
        sigma * l00 * float(scales[0]),
        sigma * slope * float(scales[1]),
        _correlation(l00, l10, l11),
        sigma,
        sigma * math.sqrt(a11 / det),
        sigma * math.sqrt(a00 / det),
        float(value),
    )


def _correlation(l00: float, l10: float, l11: float) -> float:
    if l00 == 0.0 or (l10 == 0.0 and l11 == 0.0):
        return math.nan
    if l11 == 0.0:
        return math.copysign(1.0, l10)
    return l10 / math.hypot(l10, l11)
