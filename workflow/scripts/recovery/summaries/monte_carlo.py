"""Monte Carlo standard errors of means and proportions over independent replicates."""

from typing import NamedTuple

import numpy as np

Z95 = 1.959963984540054  # the normal's 0.975 quantile


class Measured(NamedTuple):
    """An estimate and its Monte Carlo standard error."""

    estimate: float
    mcse: float


MISSING = Measured(np.nan, np.nan)


def mean_and_mcse(values: np.ndarray) -> Measured:
    """Mean of n independent values and its standard error, sd / sqrt(n)."""
    return Measured(values.mean(), values.std(ddof=1) / np.sqrt(len(values)))


def proportion_and_mcse(hits: np.ndarray) -> Measured:
    """Share of hits; mcse = sqrt(p (1 - p) / n).

    Where all or none hit, that formula gives 0; the mcse is then half the length of Wilson's
    interval over 1.96.
    """
    share, n = float(hits.mean()), len(hits)
    if share in (0.0, 1.0):
        low, high = wilson_interval(share, n)
        return Measured(share, (high - low) / (2.0 * Z95))
    return Measured(share, np.sqrt(share * (1.0 - share) / n))


def jackknife_mcse(without: np.ndarray) -> float:
    """Standard error of a statistic, from its values without each of at least 3 replicates.

    sqrt((n - 1) / n sum (value - mean value)^2) (Efron & Stein 1981, Ann Statist 9:586). It takes
    nothing for normal, and it is nearly unbiased from n = 20 on, where the delta method is a third
    too small for skewed or heavy-tailed errors.
    """
    n = len(without)
    if n < 3:
        return float("nan")
    return float(np.sqrt((n - 1) / n * np.sum((without - without.mean()) ** 2)))


def variance_without_each(values: np.ndarray) -> np.ndarray:
    """Sample variance (n - 1) of values without each of them in turn; NaN for n < 3."""
    n = len(values)
    if n < 3:
        return np.full(n, np.nan)
    squares = (values - values.mean()) ** 2
    return np.maximum(squares.sum() - n / (n - 1) * squares, 0.0) / (n - 2)


def wilson_interval[Number: (float, np.ndarray)](
    share: Number, n: Number | int, z: float = Z95
) -> tuple[Number, Number]:
    """Interval of a proportion, observed as `share` of n (Wilson 1927, JASA 22:209).

    z is the normal quantile of the confidence level, that of 95 % by default.
    """
    center = (share + z**2 / (2.0 * n)) / (1.0 + z**2 / n)
    half = z * np.sqrt(share * (1.0 - share) / n + z**2 / (4.0 * n**2)) / (1.0 + z**2 / n)
    return center - half, center + half


def paired_proportions(hits_a: np.ndarray, hits_b: np.ndarray) -> Measured:
    """Difference of two shares on the same replicates, from the discordant pairs.

    With p10 and p01 the shares that only a or only b hits, the difference is p10 - p01 and
    mcse = sqrt((p10 + p01 - (p10 - p01)^2) / n) (McNemar's variance). Where all pairs are alike,
    that formula gives 0; half a pair is then added to each of the four cells for the mcse
    (Agresti & Min 2005, Stat Med 24:729).
    """
    n = float(len(hits_a))
    only_a, only_b = float(np.sum(hits_a & ~hits_b)), float(np.sum(hits_b & ~hits_a))
    difference = (only_a - only_b) / n
    if max(only_a, only_b, n - only_a - only_b) == n:
        n, only_a, only_b = n + 2.0, only_a + 0.5, only_b + 0.5
    p10, p01 = only_a / n, only_b / n
    return Measured(difference, np.sqrt((p10 + p01 - (p10 - p01) ** 2) / n))
