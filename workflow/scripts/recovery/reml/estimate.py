"""REML and ML estimates of a data set, as lme4 and statsmodels give them."""

import math
from dataclasses import dataclass

import numpy as np

from recovery.data.coding import Coding
from recovery.data.longdata import LongData
from recovery.errors import FitError
from recovery.kernels.deviance import deviance_kernels
from recovery.model.statistics import Statistics
from recovery.reml.minimum import Deviance, starting_scales

SINGULAR = 1e-3
"""A factor of the covariance, relative to a guess of it, that counts as 0."""
STARTS = [(1.0, rho, math.sqrt(1.0 - rho * rho)) for rho in (0.0, 0.9, -0.9)]


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
    singular : bool
        Whether the estimate is at the boundary: an sd of 0, or rho = -1 or 1.
    effects, se_effects : tuple of float
        The further fixed effects and their standard errors.
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
    singular: bool
    effects: tuple[float, ...] = ()
    se_effects: tuple[float, ...] = ()


def estimate(data: LongData, reml: bool = True) -> Estimate:
    """REML estimates of a data set (or ML's, with ``reml=False``), balanced or not.

    The deviance is minimised for effects at the mean time, where they are nearly uncorrelated,
    wherever the times are counted from.
    """
    center, middle = float(np.mean(data.response)), float(np.mean(data.time))
    found, p = Statistics.of(data, center, Coding(middle)), data.fixed.shape[1]
    scales, _ = starting_scales(found)
    value, x = Deviance(found, scales, reml).minimum(STARTS)
    l00, l10, l11 = x.tolist()
    # below the tolerance a factor is 0: the deviance is even in it, so nothing else changes
    l00, l11 = (0.0 if abs(part) < SINGULAR else part for part in (l00, l11))
    if math.hypot(l10, l11) < SINGULAR:
        l10 = 0.0
    factor = np.array([[l00, 0.0], [l10, l11]]) * scales[:, None]
    root = deviance_kernels(p, 2).solution(found.totals, found.patterns, factor)
    variance = root[p, p] ** 2 / (found.totals[0] - (p if reml else 0.0))
    if not variance > 0.0:
        raise FitError("the residual variance is not above 0")
    sigma, inverse = math.sqrt(variance), np.linalg.inv(root[:p, :p])
    beta, errors = root[p, :p] @ inverse, sigma * np.sqrt(np.square(inverse).sum(axis=0))
    # rows of L: those of the intercept at time 0, and of the slope
    factor[0] -= middle * factor[1]
    sigma_u0, sigma_u1 = (sigma * math.hypot(*row) for row in factor.tolist())
    if sigma_u0 < SINGULAR * sigma * math.hypot(scales[0], middle * scales[1]):
        sigma_u0 = 0.0
    singular, rho = l00 == 0.0 or l11 == 0.0 or sigma_u0 == 0.0, math.nan
    if sigma_u0 and sigma_u1:
        rho = variance * float(factor[0] @ factor[1]) / (sigma_u0 * sigma_u1)
        rho = math.copysign(1.0, rho) if singular else rho
    return Estimate(
        float(beta[0]) + center,
        float(beta[1]),
        sigma_u0,
        sigma_u1,
        rho,
        sigma,
        float(errors[0]),
        float(errors[1]),
        float(value),
        singular,
        tuple(beta[2:].tolist()),
        tuple(errors[2:].tolist()),
    )
