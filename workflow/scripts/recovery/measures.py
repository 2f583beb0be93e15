"""Performance measures of a simulation study, each with its Monte Carlo standard error.

Formulas are those of Morris, White & Crowther (2019), Statistics in Medicine 38:2074, table 6,
unless a docstring says otherwise. Every measure takes the replicates of one scenario, prior and
parameter and returns (estimate, mcse); n is the number of replicates.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Measured(NamedTuple):
    """A measure's estimate and its Monte Carlo standard error."""

    estimate: float
    mcse: float


@dataclass(frozen=True)
class Replicates:
    """What one prior said of one parameter, replicate by replicate (all arrays of length n).

    Attributes
    ----------
    truth : ndarray
        The true value (it varies between replicates for ``r_u`` only).
    mean, sd : ndarray
        Posterior mean and standard deviation.
    """

    truth: np.ndarray
    mean: np.ndarray
    sd: np.ndarray


@dataclass(frozen=True)
class Intervals:
    """Equal-tailed intervals of one level (arrays of length n) for estimates of `truth`."""

    truth: np.ndarray
    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    level: float


def bias(r: Replicates) -> Measured:
    """Mean of estimate - truth."""
    return mean_and_mcse(r.mean - r.truth)


def relative_bias(r: Replicates) -> Measured:
    """Mean of (estimate - truth) / truth; undefined (NaN) where a truth is 0."""
    if np.any(r.truth == 0):
        return Measured(np.nan, np.nan)
    return mean_and_mcse((r.mean - r.truth) / r.truth)


def empirical_se(r: Replicates) -> Measured:
    """Standard deviation of the errors; mcse = se / sqrt(2 (n - 1)).

    With one truth for all replicates it is the sd of the estimates; for ``r_u``, whose truth
    varies, the sd of estimate - truth.
    """
    error = r.mean - r.truth
    se = error.std(ddof=1)
    return Measured(se, se / np.sqrt(2.0 * (len(error) - 1)))


def model_se(r: Replicates) -> Measured:
    """Root mean posterior variance; mcse = sqrt(var(V) / (4 n mean(V)))."""
    variance = r.sd**2
    se = np.sqrt(variance.mean())
    return Measured(se, np.sqrt(variance.var(ddof=1) / (4.0 * len(variance) * se**2)))


def rmse(r: Replicates) -> Measured:
    """Root mean squared error; mcse by the delta method, mcse(MSE) / (2 RMSE)."""
    mse, mcse = mean_and_mcse((r.mean - r.truth) ** 2)
    return Measured(np.sqrt(mse), mcse / (2.0 * np.sqrt(mse)) if mse > 0 else 0.0)


def coverage(i: Intervals) -> Measured:
    """Share of intervals that hold the truth; mcse = sqrt(C (1 - C) / n)."""
    return _proportion((i.lower <= i.truth) & (i.truth <= i.upper))


def bias_eliminated_coverage(i: Intervals) -> Measured:
    """Share of intervals that hold the truth shifted by the bias (the mean estimate)."""
    target = i.truth + np.mean(i.mean - i.truth)
    return _proportion((i.lower <= target) & (target <= i.upper))


def reject(i: Intervals) -> Measured:
    """Share of intervals that exclude 0 (power, or the error rate where the truth is 0)."""
    return _proportion((i.lower > 0) | (i.upper < 0))


def width(i: Intervals) -> Measured:
    """Mean width of the intervals."""
    return mean_and_mcse(i.upper - i.lower)


def interval_score(i: Intervals) -> Measured:
    """Mean interval score; smaller is better (see `interval_scores`)."""
    return mean_and_mcse(interval_scores(i))


MEASURES: dict[str, Callable[[Replicates], Measured]] = {
    f.__name__: f for f in (bias, relative_bias, empirical_se, model_se, rmse)
}
"""Measures of point estimates and standard deviations."""

INTERVAL_MEASURES: dict[str, Callable[[Intervals], Measured]] = {
    f.__name__: f for f in (coverage, width, interval_score, bias_eliminated_coverage, reject)
}
"""Measures of intervals, taken at every level."""


def bias_difference(a: Replicates, b: Replicates) -> Measured:
    """bias(a) - bias(b) on the same data sets."""
    return mean_and_mcse(a.mean - b.mean)


def rmse_difference(a: Replicates, b: Replicates) -> Measured:
    """rmse(a) - rmse(b) on the same data sets; mcse by the delta method on paired errors."""
    squared_a, squared_b = (a.mean - a.truth) ** 2, (b.mean - b.truth) ** 2
    rmse_a, rmse_b = np.sqrt(squared_a.mean()), np.sqrt(squared_b.mean())
    influence = squared_a / (2.0 * rmse_a) - squared_b / (2.0 * rmse_b)
    return Measured(rmse_a - rmse_b, mean_and_mcse(influence).mcse)


def coverage_difference(a: Intervals, b: Intervals) -> Measured:
    """coverage(a) - coverage(b) on the same data sets, from the discordant pairs.

    With p10 and p01 the shares that only a or only b covers, the difference is p10 - p01 and
    mcse = sqrt((p10 + p01 - (p10 - p01)^2) / n) (McNemar's variance).
    """
    covers_a = (a.lower <= a.truth) & (a.truth <= a.upper)
    covers_b = (b.lower <= b.truth) & (b.truth <= b.upper)
    only_a, only_b = np.mean(covers_a & ~covers_b), np.mean(covers_b & ~covers_a)
    difference = only_a - only_b
    return Measured(difference, np.sqrt((only_a + only_b - difference**2) / len(covers_a)))


def width_difference(a: Intervals, b: Intervals) -> Measured:
    """width(a) - width(b) on the same data sets."""
    return mean_and_mcse((a.upper - a.lower) - (b.upper - b.lower))


def interval_score_difference(a: Intervals, b: Intervals) -> Measured:
    """interval_score(a) - interval_score(b) on the same data sets."""
    return mean_and_mcse(interval_scores(a) - interval_scores(b))


DIFFERENCES: dict[str, Callable[[Replicates, Replicates], Measured]] = {
    "bias": bias_difference,
    "rmse": rmse_difference,
}
"""Paired differences between two priors, by the measure's name."""

INTERVAL_DIFFERENCES: dict[str, Callable[[Intervals, Intervals], Measured]] = {
    "coverage": coverage_difference,
    "width": width_difference,
    "interval_score": interval_score_difference,
}
"""Paired differences taken at every level."""


def interval_scores(i: Intervals) -> np.ndarray:
    """Interval score of each replicate (Gneiting & Raftery 2007, JASA 102:359, eq. 43).

    The width, plus 2 / (1 - level) times the distance by which the interval misses the truth.
    """
    below = np.clip(i.lower - i.truth, 0.0, None)
    above = np.clip(i.truth - i.upper, 0.0, None)
    return (i.upper - i.lower) + 2.0 / (1.0 - i.level) * (below + above)


def mean_and_mcse(values: np.ndarray) -> Measured:
    """Mean of n independent values and its standard error, sd / sqrt(n)."""
    return Measured(values.mean(), values.std(ddof=1) / np.sqrt(len(values)))


def _proportion(hits: np.ndarray) -> Measured:
    share = hits.mean()
    return Measured(share, np.sqrt(share * (1.0 - share) / len(hits)))
