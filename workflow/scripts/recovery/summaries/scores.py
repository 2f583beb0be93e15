"""Scores of each replicate's posterior, from which the measures are computed."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Replicates:
    """Posteriors of one parameter under one prior, by replicate (all arrays of length n).

    Attributes
    ----------
    truth : ndarray
        The true value (it varies between replicates only for ``r_u``).
    mean, median, sd : ndarray
        Posterior mean, median and standard deviation.
    crps : ndarray
        Continuous ranked probability score of the posterior (`nuts.summary.crps_of_draws`).
    lower, upper : ndarray
        Ends of the equal-tailed interval of `level`.
    density_lower, density_upper : ndarray
        Ends of the highest-density interval of `level`.
    level : float
        Posterior probability of the intervals.
    """

    truth: np.ndarray
    mean: np.ndarray
    median: np.ndarray
    sd: np.ndarray
    crps: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    density_lower: np.ndarray
    density_upper: np.ndarray
    level: float


def error(r: Replicates) -> np.ndarray:
    """Estimate minus truth."""
    return r.mean - r.truth


def median_error(r: Replicates) -> np.ndarray:
    """Posterior median minus truth."""
    return r.median - r.truth


def relative_error(r: Replicates) -> np.ndarray:
    """(Estimate - truth) / truth; NaN where a truth is 0 or where truths vary.

    If truths vary, as for ``r_u``, the mean of 1 / truth does not exist.
    """
    if np.any(r.truth == 0) or np.ptp(r.truth) > 0:
        return np.full(len(r.truth), np.nan)
    return error(r) / r.truth


def crps(r: Replicates) -> np.ndarray:
    """Continuous ranked probability score; smaller is better."""
    return r.crps


def holds_truth(r: Replicates) -> np.ndarray:
    """Whether the interval holds the truth, ends included."""
    return (r.lower <= r.truth) & (r.truth <= r.upper)


def above_truth(r: Replicates) -> np.ndarray:
    """Whether the interval lies above the truth, nominally with probability (1 - level) / 2."""
    return r.truth < r.lower


def below_truth(r: Replicates) -> np.ndarray:
    """Whether the interval lies below the truth, nominally with probability (1 - level) / 2."""
    return r.truth > r.upper


def holds_mean_estimate(r: Replicates) -> np.ndarray:
    """Whether the interval holds the truth plus the bias, which is the mean estimate."""
    target = r.truth + np.mean(error(r))
    return (r.lower <= target) & (target <= r.upper)


def excludes_zero(r: Replicates) -> np.ndarray:
    """Whether the interval excludes 0: power, or the error rate where the truth is 0."""
    return (r.lower > 0) | (r.upper < 0)


def width(r: Replicates) -> np.ndarray:
    """Width of the interval."""
    return r.upper - r.lower


def interval_score(r: Replicates) -> np.ndarray:
    """Interval score (Gneiting & Raftery 2007, JASA 102:359, eq. 43); smaller is better.

    The score is the width plus 2 / (1 - level) times the distance by which the interval misses the
    truth.
    """
    below = np.clip(r.lower - r.truth, 0.0, None)
    above = np.clip(r.truth - r.upper, 0.0, None)
    return (r.upper - r.lower) + 2.0 / (1.0 - r.level) * (below + above)


def density_holds_truth(r: Replicates) -> np.ndarray:
    """Whether the highest-density interval holds the truth, ends included; NaN without one."""
    holds = (r.density_lower <= r.truth) & (r.truth <= r.density_upper)
    return np.where(np.isnan(r.density_lower), np.nan, holds)


def density_width(r: Replicates) -> np.ndarray:
    """Width of the highest-density interval."""
    return r.density_upper - r.density_lower
