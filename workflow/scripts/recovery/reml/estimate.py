"""REML and ML estimates of a data set, as lme4 and statsmodels give them."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from recovery.data.longdata import LongData
from recovery.errors import FitError
from recovery.kernels.deviance import deviance_kernels
from recovery.model.statistics import Statistics
from recovery.parameters import correlations, pairs, sds
from recovery.reml.minimum import Deviance, starting_scales

SINGULAR = 1e-3
"""A factor of the covariance, relative to a guess of it, that counts as 0."""


@dataclass(frozen=True)
class Estimate:
    """REML or ML estimates of one data set.

    Attributes
    ----------
    values : dict
        The estimates by parameter. A correlation is NaN where a standard deviation is 0; of two
        effects, it is -1 or 1 where their covariance is singular otherwise.
    errors : dict
        Standard errors of the fixed effects.
    deviance : float
        -2 times the restricted log likelihood (REML) or the log likelihood (ML).
    singular : bool
        Whether the estimate is at the boundary, where the covariance of the random effects is
        singular.
    """

    values: dict[str, float]
    errors: dict[str, float]
    deviance: float
    singular: bool


@cache
def factor_starts(q: int) -> list[np.ndarray]:
    """Starts of L, row by row: q standard deviations of 1 with no, high or low correlations."""
    equal = (rho + (1.0 - rho) * np.eye(q) for rho in (0.0, 0.9, -0.9 / (q - 1)))
    return [np.linalg.cholesky(matrix)[np.tril_indices(q)] for matrix in equal]


def estimate(data: LongData, reml: bool = True) -> Estimate:
    """REML estimates of a data set (or ML's, with ``reml=False``), balanced or not.

    The deviance is minimised for effects at the means of their columns, where they are nearly
    uncorrelated, wherever the times are counted from.
    """
    center, means, q = float(np.mean(data.response)), data.random.mean(axis=0), data.q
    means[0] = 0.0
    random, p = data.random - means, data.fixed.shape[1]
    found = Statistics.of_columns(data.centred, random, data.response - center, data.subject)
    scales, _ = starting_scales(found)
    value, x = Deviance(found, scales, reml).minimum(factor_starts(q))
    relative = np.zeros((q, q))
    relative[np.tril_indices(q)] = x
    # below the tolerance a factor is 0: the deviance is even in each column of L and at its minimum
    for k in range(q):
        if abs(relative[k, k]) < SINGULAR:
            relative[k, k] = 0.0
        if np.linalg.norm(relative[k]) < SINGULAR:
            relative[k] = 0.0
    factor = relative * scales[:, None]
    root = deviance_kernels(p, q).solution(found.totals, found.patterns, factor)
    variance = root[p, p] ** 2 / (found.totals[0] - (p if reml else 0.0))
    if not variance > 0.0:
        raise FitError("the residual variance is not above 0")
    shift = np.eye(p)
    shift[1:, 0] = -data.means  # back to where all columns are 0
    sigma, inverse = math.sqrt(variance), np.linalg.inv(root[:p, :p]) @ shift
    beta, errors = root[p, :p] @ inverse, sigma * np.sqrt(np.square(inverse).sum(axis=0))
    # rows of L: those of the intercept where all columns are 0, and of the others
    for k in range(1, q):
        factor[0] -= means[k] * factor[k]
    own_sds = [sigma * math.hypot(*row) for row in factor.tolist()]
    if own_sds[0] < SINGULAR * sigma * math.hypot(scales[0], *(means[1:] * scales[1:])):
        own_sds[0] = 0.0
    singular = not (np.diagonal(relative).all() and own_sds[0])
    rhos = []
    for a, b in pairs(q):
        product = own_sds[a] * own_sds[b]
        rho = variance * float(factor[a] @ factor[b]) / product if product else math.nan
        rho = min(max(rho, -1.0), 1.0) if product else rho
        rhos.append(math.copysign(1.0, rho) if q == 2 and singular and product else rho)
    level, slope, *effects = beta.tolist()
    values = {"beta0": level + center, "beta1": slope} | dict(zip(sds(q), own_sds))
    values |= dict(zip(correlations(q), rhos)) | {"sigma": sigma}
    values |= dict(zip(data.effects, effects))
    names = ("beta0", "beta1", *data.effects)
    return Estimate(values, dict(zip(names, errors.tolist())), float(value), singular)
