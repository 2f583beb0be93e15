"""Performance measures of a simulation study, each with its Monte Carlo standard error.

Formulas of bias, empirical and model SE and its error, MSE (here its root), coverage,
bias-eliminated coverage and rejection are those of Morris, White & Crowther (2019), Statistics in
Medicine 38:2074, table 6; the others are means or shares of replicates, or say their source. But
where their standard errors take the estimates for normal and independent of the model variance,
the ones here do not: errors of a correlation near 1, or where effects are Student t, have a spread
that is known up to 1.8 times less well. For normal errors the two agree. Every measure takes the
replicates of one scenario, prior and parameter and returns (estimate, mcse); n is the number of
replicates.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

Z95 = 1.959963984540054  # the normal's 0.975 quantile


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
    crps : ndarray
        Continuous ranked probability score of the posterior (`estimates.crps`).
    """

    truth: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    crps: np.ndarray


@dataclass(frozen=True)
class Intervals:
    """Intervals of one level and kind (arrays of length n) for estimates of `truth`."""

    truth: np.ndarray
    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    level: float


def bias(r: Replicates) -> Measured:
    """Mean of estimate - truth."""
    return mean_and_mcse(errors(r))


def relative_bias(r: Replicates) -> Measured:
    """Mean of (estimate - truth) / truth; NaN where a truth is 0.

    NaN too where truths vary, as those of ``r_u``: 1 / truth then has no mean.
    """
    if np.any(r.truth == 0) or np.ptp(r.truth) > 0:
        return Measured(np.nan, np.nan)
    return mean_and_mcse(errors(r) / r.truth)


def empirical_se(r: Replicates) -> Measured:
    """Standard deviation of the errors; mcse = se / 2 sqrt((k - (n - 3) / (n - 1)) / n).

    With one truth for all replicates it is the sd of the estimates; for ``r_u``, whose truth
    varies, the sd of estimate - truth. k is the kurtosis of the errors, and the mcse follows from
    the variance of a sample variance; k = 3 gives Morris et al.'s se / sqrt(2 (n - 1)).
    """
    se = errors(r).std(ddof=1)
    share = squared_errors(r)
    return Measured(se, 0.5 * se * np.sqrt(share.var() / len(share) + _excess(len(share))))


def model_se(r: Replicates) -> Measured:
    """Root mean posterior variance; mcse = sqrt(var(V) / (4 n mean(V)))."""
    variance = r.sd**2
    se = np.sqrt(variance.mean())
    return Measured(se, np.sqrt(variance.var(ddof=1) / (4.0 * len(variance) * se**2)))


def model_se_error(r: Replicates) -> Measured:
    """Relative error of the model SE in per cent, 100 (model_se / empirical_se - 1).

    mcse = 50 ratio sd(V / mean(V) - d^2 / s^2) / sqrt(n), d being the errors less their mean and s
    their sd, and corrected for small n as in `empirical_se`: data sets whose errors are large may
    have a large or a small posterior sd V^(1/2), too.
    """
    n, variance = len(r.sd), r.sd**2
    ratio = model_se(r).estimate / empirical_se(r).estimate
    spread = (variance / variance.mean() - squared_errors(r)).var() / n + _excess(n)
    return Measured(100.0 * (ratio - 1.0), 50.0 * ratio * np.sqrt(spread))


def rmse(r: Replicates) -> Measured:
    """Root mean squared error; mcse by the delta method, mcse(MSE) / (2 RMSE)."""
    mse, mcse = mean_and_mcse(errors(r) ** 2)
    return Measured(np.sqrt(mse), mcse / (2.0 * np.sqrt(mse)) if mse > 0 else 0.0)


def crps(r: Replicates) -> Measured:
    """Mean continuous ranked probability score; smaller is better."""
    return mean_and_mcse(r.crps)


def coverage(i: Intervals) -> Measured:
    """Share of intervals that hold the truth; mcse = sqrt(C (1 - C) / n)."""
    return _proportion(holds_truth(i))


def truth_below(i: Intervals) -> Measured:
    """Share of intervals that lie above the truth: a one-sided miss, nominally (1 - level) / 2."""
    return _proportion(i.truth < i.lower)


def truth_above(i: Intervals) -> Measured:
    """Share of intervals that lie below the truth: a one-sided miss, nominally (1 - level) / 2."""
    return _proportion(i.truth > i.upper)


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
    f.__name__: f for f in (bias, relative_bias, empirical_se, model_se, model_se_error, rmse, crps)
}
"""Measures of point estimates and standard deviations."""

INTERVAL_MEASURES: dict[str, Callable[[Intervals], Measured]] = {
    f.__name__: f
    for f in (
        coverage,
        truth_below,
        truth_above,
        width,
        interval_score,
        bias_eliminated_coverage,
        reject,
    )
}
"""Measures of intervals, taken at every level."""

DENSITY_MEASURES: dict[str, Callable[[Intervals], Measured]] = {
    "hdi_coverage": coverage,
    "hdi_width": width,
}
"""Measures of highest-density intervals, taken at every level."""

PROPORTIONS = (
    "coverage",
    "hdi_coverage",
    "truth_below",
    "truth_above",
    "bias_eliminated_coverage",
    "reject",
)
"""Measures that are shares of replicates."""


def errors(r: Replicates) -> np.ndarray:
    """Estimate less truth."""
    return r.mean - r.truth


def squared_errors(r: Replicates) -> np.ndarray:
    """Squared errors about their mean, relative to their variance."""
    error = errors(r)
    return (error - error.mean()) ** 2 / error.var(ddof=1)


def holds_truth(i: Intervals) -> np.ndarray:
    """Whether each interval holds its truth, ends included."""
    return (i.lower <= i.truth) & (i.truth <= i.upper)


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


def wilson_interval(share: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval of a proportion seen as `share` of n (Wilson 1927, JASA 22:209)."""
    center = (share + Z95**2 / (2.0 * n)) / (1.0 + Z95**2 / n)
    half = Z95 * np.sqrt(share * (1.0 - share) / n + Z95**2 / (4.0 * n**2)) / (1.0 + Z95**2 / n)
    return center - half, center + half


def _excess(n: int) -> float:
    """What small n adds to the relative variance of a sample variance, beyond var(d^2 / s^2) / n.

    That variance is (k - (n - 3) / (n - 1)) / n, and var(d^2 / s^2) = k - ((n - 1) / n)^2.
    """
    return (((n - 1) / n) ** 2 - (n - 3) / (n - 1)) / n


def _proportion(hits: np.ndarray) -> Measured:
    """Share of hits; mcse = sqrt(p (1 - p) / n).

    Where all or none hit, which that formula takes for certainty, the mcse is half the length
    of Wilson's interval over 1.96.
    """
    share, n = hits.mean(), len(hits)
    if share in (0.0, 1.0):
        low, high = wilson_interval(share, n)
        return Measured(share, (high - low) / (2.0 * Z95))
    return Measured(share, np.sqrt(share * (1.0 - share) / n))
