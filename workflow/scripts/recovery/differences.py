"""Paired differences of measures between two priors, each with its Monte Carlo standard error.

Both priors were fitted to the same data sets, so that what makes a data set hard cancels. Every
difference takes the replicates of one scenario and parameter under two priors, in one order.
"""

from collections.abc import Callable

import numpy as np

from .measures import (
    Intervals,
    Measured,
    Replicates,
    errors,
    holds_truth,
    interval_scores,
    mean_and_mcse,
    squared_errors,
)


def bias_difference(a: Replicates, b: Replicates) -> Measured:
    """bias(a) - bias(b) on the same data sets."""
    return mean_and_mcse(a.mean - b.mean)


def rmse_difference(a: Replicates, b: Replicates) -> Measured:
    """rmse(a) - rmse(b) on the same data sets; mcse by the delta method on paired errors."""
    squared_a, squared_b = errors(a) ** 2, errors(b) ** 2
    rmse_a, rmse_b = np.sqrt(squared_a.mean()), np.sqrt(squared_b.mean())
    influence = squared_a / (2.0 * rmse_a) - squared_b / (2.0 * rmse_b)
    return Measured(rmse_a - rmse_b, mean_and_mcse(influence).mcse)


def crps_difference(a: Replicates, b: Replicates) -> Measured:
    """crps(a) - crps(b) on the same data sets."""
    return mean_and_mcse(a.crps - b.crps)


def relative_precision(a: Replicates, b: Replicates) -> Measured:
    """Gain in precision of a over b in per cent, 100 ((empirical_se(b) / empirical_se(a))^2 - 1).

    mcse = 100 (empirical_se(b) / empirical_se(a))^2 sd(d_b^2 / s_b^2 - d_a^2 / s_a^2) / sqrt(n),
    d being the errors less their mean and s their sd.
    """
    ratio = errors(b).var(ddof=1) / errors(a).var(ddof=1)
    spread = mean_and_mcse(squared_errors(b) - squared_errors(a)).mcse
    return Measured(100.0 * (ratio - 1.0), 100.0 * ratio * spread)


def coverage_difference(a: Intervals, b: Intervals) -> Measured:
    """coverage(a) - coverage(b) on the same data sets, from the discordant pairs.

    With p10 and p01 the shares that only a or only b covers, the difference is p10 - p01 and
    mcse = sqrt((p10 + p01 - (p10 - p01)^2) / n) (McNemar's variance). Where all pairs are alike,
    which that takes for certainty, half a pair is added to each of the four cells for the mcse
    (Agresti & Min 2005, Stat Med 24:729).
    """
    covers_a, covers_b = holds_truth(a), holds_truth(b)
    n, only_a, only_b = len(covers_a), np.sum(covers_a & ~covers_b), np.sum(covers_b & ~covers_a)
    difference = (only_a - only_b) / n
    if max(only_a, only_b, n - only_a - only_b) == n:
        n, only_a, only_b = n + 2.0, only_a + 0.5, only_b + 0.5
    p10, p01 = only_a / n, only_b / n
    return Measured(difference, np.sqrt((p10 + p01 - (p10 - p01) ** 2) / n))


def width_difference(a: Intervals, b: Intervals) -> Measured:
    """width(a) - width(b) on the same data sets."""
    return mean_and_mcse((a.upper - a.lower) - (b.upper - b.lower))


def interval_score_difference(a: Intervals, b: Intervals) -> Measured:
    """interval_score(a) - interval_score(b) on the same data sets."""
    return mean_and_mcse(interval_scores(a) - interval_scores(b))


DIFFERENCES: dict[str, Callable[[Replicates, Replicates], Measured]] = {
    "bias": bias_difference,
    "rmse": rmse_difference,
    "relative_precision": relative_precision,
    "crps": crps_difference,
}
"""Paired differences between two priors, by the measure's name."""

INTERVAL_DIFFERENCES: dict[str, Callable[[Intervals, Intervals], Measured]] = {
    "coverage": coverage_difference,
    "width": width_difference,
    "interval_score": interval_score_difference,
}
"""Paired differences taken at every level."""
