"""The negative control: priors that are one density in two codings must not differ."""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from .priors import Prior

ALARM = 0.01
POINTS = 20
MEANS = ("bias", "crps", "coverage", "width", "interval_score")
"""Measures whose paired differences are means over the data sets, which a t test fits best."""


def equal_pairs(priors: dict[str, Prior]) -> list[tuple[str, str]]:
    """Pairs (prior, reference) of one density: their posteriors are equal on every data set.

    Told by their log densities at random points.
    """
    rng = np.random.default_rng(0)
    s0, s1, sigma = rng.lognormal(2.0, 1.0, (3, POINTS))
    rho = rng.uniform(-0.99, 0.99, POINTS)

    def key(prior: Prior) -> tuple:
        density = np.round(prior.log_density(s0, s1, rho, sigma), 9)
        population = (prior.center, prior.beta0_sd, prior.beta1_sd, prior.sigma_df)
        return (prior.has_rho, *population, prior.sigma_scale, *density)

    keys = {name: key(prior) for name, prior in priors.items()}
    return [(b, a) for a, b in combinations(priors, 2) if keys[a] == keys[b]]


def control_table(comparison: pd.DataFrame, pairs: list[tuple[str, str]]) -> pd.DataFrame:
    """Tests of the paired differences between priors that must not differ.

    Returns
    -------
    DataFrame
        The pairs' rows of `tables.comparison_table` of the MEANS with ``p_value``, of the t test
        that the difference is 0 on n - 1 degrees of freedom, ``p_adjusted`` (Bonferroni, over the
        table) and ``clean`` (not below 0.01).
    """
    either_way = {pair[::way] for pair in pairs for way in (1, -1)}
    keys = pd.MultiIndex.from_frame(comparison[["prior", "reference"]])
    chosen = keys.isin(either_way) & comparison["measure"].isin(MEANS)
    table = comparison[chosen].dropna(subset="difference").reset_index(drop=True)
    difference, mcse = table["difference"].astype(float).abs(), table["mcse"].astype(float)
    # equal to the last digit, as the exact engine's are: no difference and no error
    t = (difference / mcse).mask(difference == 0, 0.0)
    p_value = 2.0 * stats.t.sf(t, table["n"].astype(float) - 1)
    adjusted = np.minimum(p_value * len(table), 1.0)
    return table.assign(p_value=p_value, p_adjusted=adjusted, clean=adjusted >= ALARM)
