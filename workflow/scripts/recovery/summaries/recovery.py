"""Tables of the measures of every scenario, prior and parameter."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from recovery.columns import (
    HEADLINE_LEVEL,
    density_columns,
    interval_probabilities,
    quantile_name,
)
from recovery.summaries.measures import MEASURES, Measure
from recovery.summaries.monte_carlo import MISSING
from recovery.summaries.scores import Replicates

MIN_REPLICATES = 2
KEYS = ["scenario", "prior", "engine", "parameter"]


def with_design(recovery: pd.DataFrame, designs: pd.DataFrame) -> pd.DataFrame:
    """Add the name of the design and the true rho of the scenario, after ``scenario``."""
    keys = designs.set_index("scenario")[["design", "rho"]].loc[recovery["scenario"]]
    table = recovery.copy()
    table.insert(1, "design", keys["design"].to_numpy())
    table.insert(2, "rho", keys["rho"].to_numpy())
    return table


def with_label(recovery: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Add the priors' labels, after ``prior``; REML is one of them."""
    table = recovery.copy()
    place = int(table.columns.get_indexer(["prior"])[0]) + 1
    table.insert(place, "label", table["prior"].map(dict(labels)))
    return table


def recovery_table(estimates: pd.DataFrame, levels: list[float]) -> pd.DataFrame:
    """Tabulate every measure for every scenario, prior and parameter.

    Returns
    -------
    DataFrame
        Columns ``scenario, prior, parameter, measure, level, estimate, mcse, n, low, high``. The
        last two are the 95 % Monte Carlo interval: Wilson's for proportions, otherwise
        estimate -+ t(n - 1) mcse. A measure with fewer than two replicates (rho under a prior
        without one) is NaN. ``n`` are those with an estimate and, for a level, an interval.
    """
    rows = []
    for keys, group in groups(estimates, KEYS):
        complete = group.dropna(subset="mean")
        truths = group["truth"].unique()
        truth = truths[0] if len(truths) == 1 else np.nan
        for level in (np.nan, *levels):
            usable = with_interval(complete, level)
            replicates = replicates_at(usable, level)
            for name, measure in measures_at(level).items():
                if not measure.estimated:
                    continue
                enough = len(usable) >= MIN_REPLICATES
                result = measure.estimate(replicates) if enough else MISSING
                rows.append((*keys, truth, name, level, *result, len(usable)))
    columns = [*KEYS, "truth", "measure", "level", "estimate", "mcse", "n"]
    return _with_monte_carlo_interval(pd.DataFrame(rows, columns=columns))


def headline(recovery: pd.DataFrame, measure: str) -> pd.DataFrame:
    """The rows of a measure that are read; of intervals, those at 95 %."""
    own = read_rows(recovery)
    level = own["level"]
    return own[(own["measure"] == measure) & (level.isna() | (level == HEADLINE_LEVEL))]


def read_rows(table: pd.DataFrame) -> pd.DataFrame:
    """The rows whose results are read: NUTS is a check of the exact engine, where that is used."""
    exact = table["engine"].eq("exact").any()
    return table[table["engine"] != "nuts"] if exact else table


def coverage_table(recovery: pd.DataFrame) -> pd.DataFrame:
    """Coverage of the 95 % intervals that there are, from `recovery_table` with designs, labels."""
    found = headline(recovery, "coverage").dropna(subset="estimate")
    columns = ["scenario", "design", "rho", "parameter", "prior", "label", "estimate", "mcse", "n"]
    return found[[*columns, "low", "high"]].reset_index(drop=True)


def _with_monte_carlo_interval(table: pd.DataFrame) -> pd.DataFrame:
    table = table.assign(low=np.nan, high=np.nan)
    for name, measure in MEASURES.items():
        own = table["measure"] == name
        estimate, mcse, n = (table.loc[own, c].to_numpy(float) for c in ("estimate", "mcse", "n"))
        low, high = measure.interval(estimate, mcse, np.where(n > 0, n, np.nan))
        table.loc[own, "low"], table.loc[own, "high"] = low, high
    return table


def groups(table: pd.DataFrame, keys: list[str]) -> Iterator[tuple[tuple, pd.DataFrame]]:
    """Groups in order of first appearance: the order of the sheet and of the config."""
    return iter(table.groupby(keys, sort=False))


def measures_at(level: float) -> dict[str, Measure]:
    """The measures of an interval level; NaN selects the measures without a level."""
    return {name: m for name, m in MEASURES.items() if m.per_level == np.isfinite(level)}


def with_interval(table: pd.DataFrame, level: float) -> pd.DataFrame:
    """The replicates that have an interval of a level; all for NaN.

    Every posterior has one; a profile likelihood may have none at hand (`reml.intervals`).
    """
    if not np.isfinite(level):
        return table
    ends = list(map(quantile_name, interval_probabilities(level)))
    return table[table[ends].notna().all(axis=1)]


def replicates_at(table: pd.DataFrame, level: float) -> Replicates:
    """The replicates of one scenario, prior and parameter, with their intervals at a level."""
    ends = [*map(quantile_name, interval_probabilities(level)), *density_columns(level)]
    no_interval = np.full(len(table), np.nan)
    intervals = [table[name].to_numpy() if np.isfinite(level) else no_interval for name in ends]
    values = [
        table[name].to_numpy() for name in ("truth", "mean", "median", "sd", "crps")
    ] + intervals
    return Replicates(**dict(zip(Replicates.__dataclass_fields__, [*values, level])))


def missingness_table(fits: pd.DataFrame) -> pd.DataFrame:
    """Count the requested fits by outcome (Pawel et al. 2026, Am Stat 80:31).

    Returns
    -------
    DataFrame
        Columns ``scenario, prior, engine`` and numbers of fits: ``requested``; ``computed`` (0 of
        a prior whose density is another's, as that prior's fits are its own); ``fitted`` (with a
        posterior); ``refitted`` (more than one attempt); ``not_converged`` (a posterior whose
        diagnostics stayed bad); ``singular`` (a REML fit at the boundary); ``failed``.
    """
    status = fits["status"]
    counted = fits[["scenario", "prior", "engine"]].assign(
        requested=1,
        computed=fits["same_as"].eq("").astype(int),
        fitted=status.ne("failed").astype(int),
        refitted=fits["attempts"].gt(1).astype(int),
        not_converged=status.eq("not_converged").astype(int),
        singular=status.eq("singular").astype(int),
        failed=status.eq("failed").astype(int),
    )
    return counted.groupby(["scenario", "prior", "engine"], sort=False, as_index=False).sum()
