"""Paired differences between priors."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from recovery.summaries.monte_carlo import MISSING, Measured
from recovery.summaries.recovery import (
    MIN_REPLICATES,
    groups,
    measures_at,
    replicates_at,
    with_interval,
)

COLUMNS = [
    "scenario", "prior", "reference", "engine", "parameter", "measure", "level", "difference",
    "mcse", "n",
]  # fmt: skip


def comparison_table(
    estimates: pd.DataFrame, levels: list[float], pairs: list[tuple[str, str]]
) -> pd.DataFrame:
    """Paired differences ``prior - reference`` on the data sets that both fitted.

    Parameters
    ----------
    estimates : DataFrame
        Estimates of one or more scenarios.
    levels : list of float
        Levels of the intervals.
    pairs : list of (str, str)
        Prior and reference; the prior may be ``reml``, whose engine is given as that of the
        reference.

    Returns
    -------
    DataFrame
        Columns ``scenario, prior, reference, engine, parameter, measure, level, difference,
        mcse, n``.
    """
    rows = []
    keys = ["scenario", "engine", "parameter"]
    reml = estimates["engine"] == "reml"
    # REML's estimates are compared with the posteriors that are read of the same data sets
    read = "exact" if estimates["engine"].eq("exact").any() else "nuts"
    both = pd.concat([estimates[~reml], estimates[reml].assign(engine=read)])
    for (scenario, engine, parameter), group in groups(both, keys):
        by_prior = {
            prior: frame.set_index("replicate").dropna(subset="mean")
            for prior, frame in group.groupby("prior", sort=False)
        }
        for prior, reference in pairs:
            if not {prior, reference} <= by_prior.keys():  # not fitted by this engine
                continue
            common = by_prior[prior].index.intersection(by_prior[reference].index)
            a, b = by_prior[prior].loc[common], by_prior[reference].loc[common]
            for name, level, result in _differences(a, b, levels):
                rows.append(
                    (scenario, prior, reference, engine, parameter, name, level, *result,
                     len(common))
                )  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _differences(
    a: pd.DataFrame, b: pd.DataFrame, levels: list[float]
) -> Iterator[tuple[str, float, Measured]]:
    for level in (np.nan, *levels):
        held = with_interval(a, level).index.intersection(with_interval(b, level).index)
        enough = len(held) >= MIN_REPLICATES
        pair = replicates_at(a.loc[held], level), replicates_at(b.loc[held], level)
        for name, measure in measures_at(level).items():
            if measure.compared:
                yield name, level, measure.difference(*pair) if enough else MISSING
