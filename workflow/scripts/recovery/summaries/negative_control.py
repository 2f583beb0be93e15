"""The negative control: two implementations of the same prior must not differ."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from recovery.summaries.measures import MEASURES, Proportion

SIGNIFICANCE = 0.01
POWER = 0.9
MEANS = tuple(name for name, measure in MEASURES.items() if measure.compared and measure.is_mean)
"""Measures whose paired differences are means over data sets, which suit a t test best."""
PROPORTIONS = tuple(name for name in MEANS if isinstance(MEASURES[name], Proportion))


def control_table(comparison: pd.DataFrame, pairs: list[tuple[str, str]]) -> pd.DataFrame:
    """Tests of the paired differences between priors that must not differ, as NUTS fits them.

    Returns
    -------
    DataFrame
        The pairs' rows of `comparison_table` for the MEANS, with ``p_value`` (t test that the
        difference is 0, n - 1 degrees of freedom; of shares, the exact McNemar test),
        ``p_adjusted`` (Bonferroni, over the table), ``clean`` (``p_adjusted`` >= 0.01) and
        ``detectable``, the difference that the test would have found with probability 0.9; NaN
        where it could have found none.
    """
    either_way = {pair[::way] for pair in pairs for way in (1, -1)}
    keys = pd.MultiIndex.from_frame(comparison[["prior", "reference"]])
    chosen = keys.isin(either_way) & comparison["measure"].isin(MEANS)
    chosen &= comparison["engine"] == "nuts"  # exact ones do not depend on the implementation
    table = comparison[chosen].dropna(subset="difference").reset_index(drop=True)
    difference, mcse = table["difference"].astype(float).abs(), table["mcse"].astype(float)
    df = table["n"].astype(float) - 1
    # equal to the last digit: no difference and no error
    t = (difference / mcse).mask(difference == 0, 0.0)
    p_value = pd.Series(2.0 * stats.t.sf(t, df), table.index)
    shares = table["measure"].isin(PROPORTIONS)
    p_value[shares] = [exact_mcnemar(row) for row in table[shares].itertuples()]
    adjusted = np.minimum(p_value * len(table), 1.0)
    level = SIGNIFICANCE / max(len(table), 1)
    detectable = (stats.t.isf(level / 2, df) + stats.t.ppf(POWER, df)) * mcse
    detectable[shares] = np.maximum(detectable, detectable_share(table["n"], level))[shares]
    return table.assign(
        p_value=p_value,
        p_adjusted=adjusted,
        clean=adjusted >= SIGNIFICANCE,
        detectable=detectable,
    )


def detectable_share(n: pd.Series, level: float) -> np.ndarray:
    """Difference of shares that the exact McNemar test finds with probability 0.9.

    At best all discordant pairs go one way. Then k of them are needed, the least number with
    2 / 2^k <= level, and P(at least k of n) = 0.9 gives the share. NaN where k exceeds n.
    """
    n = n.to_numpy(float)
    needed = np.ceil(np.log2(2.0 / level))
    enough = n >= needed
    share = stats.beta.ppf(POWER, needed, np.where(enough, n - needed + 1.0, 1.0))
    return np.where(enough, share, np.nan)


def exact_mcnemar(row: Any) -> float:
    """Exact McNemar test of a row of `comparison_table`: two-sided binomial of discordant pairs.

    The numbers of pairs that only one prior covers follow from the difference p10 - p01 and its
    mcse^2 = (p10 + p01 - (p10 - p01)^2) / n. A t test has no power where they are few.
    """
    n, difference = float(row.n), float(row.difference)
    gap = round(n * difference)
    discordant = round(n * (n * float(row.mcse) ** 2 + difference**2))
    if (
        abs(gap) == row.n or (discordant - gap) % 2
    ):  # half a pair was added to every cell: all pairs are alike
        discordant = abs(gap)
    fewer = (discordant - abs(gap)) // 2
    return float(min(1.0, 2.0 * stats.binom.cdf(fewer, discordant, 0.5)))
