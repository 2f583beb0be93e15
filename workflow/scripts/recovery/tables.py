"""From estimates to the study's tables: recovery, coverage and paired comparisons."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from .differences import DIFFERENCES, INTERVAL_DIFFERENCES
from .estimates import density_columns, interval_probabilities, quantile_name
from .files import intact
from .measures import (
    DENSITY_MEASURES,
    INTERVAL_MEASURES,
    MEASURES,
    PROPORTIONS,
    Z95,
    Intervals,
    Measured,
    Replicates,
    wilson_interval,
)

MISSING = Measured(np.nan, np.nan)
MIN_REPLICATES = 2
HEADLINE_LEVEL = 0.95


def stack_batches(paths: Sequence[str | Path], keys: Sequence[str]) -> pd.DataFrame:
    """Stack the batches' tables, in the order given, each row with the keys of its batch.

    Parameters
    ----------
    paths : sequence of path
        Parquet files that carry two keys in the path: ``.../{key}/{key}/{batch}.*``.
    keys : sequence of str
        The keys' names, for example ``scenario`` and ``prior``.

    Returns
    -------
    DataFrame
        The keys, with ``replicate`` after the first, and then the columns of the batches.

    Raises
    ------
    InputError
        If a file is broken.
    """
    stacked = []
    for path in map(Path, paths):
        with intact(path):
            batch = pd.read_parquet(path)
        stacked.append(batch.assign(**dict(zip(keys, path.parts[-3:-1]))))
    table = pd.concat(stacked, ignore_index=True)
    first = [keys[0], "replicate", *keys[1:]]
    return table[first + [column for column in table.columns if column not in first]]


def with_scenario_columns(table: pd.DataFrame, scenarios: pd.DataFrame) -> pd.DataFrame:
    """Repeat the scenario sheet's columns, defaults filled in, in every row of a table."""
    merged = table.merge(scenarios, on="scenario", validate="many_to_one")
    rest = [column for column in table.columns if column != "scenario"]
    return merged[[*scenarios.columns, *rest]]


def recovery_table(estimates: pd.DataFrame, levels: list[float]) -> pd.DataFrame:
    """Every measure for every scenario, prior and parameter.

    Returns
    -------
    DataFrame
        Columns ``scenario, prior, parameter, measure, level, estimate, mcse, n, low, high``, the
        last two being the 95 % Monte Carlo interval: Wilson's for proportions, otherwise
        estimate -+ 1.96 mcse. A measure with fewer than two replicates (rho under a prior
        without one) is NaN.
    """
    rows = []
    for keys, group in _groups(estimates, ["scenario", "prior", "parameter"]):
        complete = group.dropna(subset="mean")
        enough = len(complete) >= MIN_REPLICATES
        point = _replicates(complete)
        for name, measure in MEASURES.items():
            rows.append(
                (*keys, name, np.nan, *(measure(point) if enough else MISSING), len(complete))
            )
        for level in levels:
            quantiles = [quantile_name(p) for p in interval_probabilities(level)]
            for columns, measures in (
                (quantiles, INTERVAL_MEASURES),
                (density_columns(level), DENSITY_MEASURES),
            ):
                interval = _intervals(complete, level, columns)
                for name, measure in measures.items():
                    result = measure(interval) if enough else MISSING
                    rows.append((*keys, name, level, *result, len(complete)))
    columns = ["scenario", "prior", "parameter", "measure", "level", "estimate", "mcse", "n"]
    return _with_monte_carlo_interval(pd.DataFrame(rows, columns=columns))


def on_common_replicates(estimates: pd.DataFrame) -> pd.DataFrame:
    """The estimates of those replicates of which every prior has a posterior."""
    fitted = estimates[estimates["parameter"] == "beta0"].set_index(["scenario", "replicate"])
    everywhere = fitted["mean"].notna().groupby(level=[0, 1]).all()
    keys = pd.MultiIndex.from_frame(estimates[["scenario", "replicate"]])
    return estimates[everywhere.reindex(keys).to_numpy()]


def missingness_table(fits: pd.DataFrame) -> pd.DataFrame:
    """What became of the fits that were asked for (Pawel et al. 2026, Am Stat 80:31).

    Returns
    -------
    DataFrame
        Columns ``scenario, prior`` and numbers of fits: ``requested``; ``fitted``, those with a
        posterior; ``refitted``, those that took more than one attempt; ``not_converged``, those
        with a posterior whose diagnostics stayed bad; ``failed``, those without one.
    """
    status = fits["status"]
    counted = fits[["scenario", "prior"]].assign(
        requested=1,
        fitted=status.ne("failed").astype(int),
        refitted=fits["attempts"].gt(1).astype(int),
        not_converged=status.eq("not_converged").astype(int),
        failed=status.eq("failed").astype(int),
    )
    return counted.groupby(["scenario", "prior"], sort=False, as_index=False).sum()


def comparison_table(estimates: pd.DataFrame, levels: list[float]) -> pd.DataFrame:
    """Paired differences ``prior - reference`` on the data sets that both fitted.

    Returns
    -------
    DataFrame
        Columns ``scenario, prior, reference, parameter, measure, level, difference, mcse, n``.
    """
    rows = []
    for (scenario, parameter), group in _groups(estimates, ["scenario", "parameter"]):
        by_prior = {
            prior: frame.set_index("replicate").dropna(subset="mean")
            for prior, frame in group.groupby("prior", sort=False)
        }
        for reference, prior in combinations(by_prior, 2):
            both = by_prior[prior].index.intersection(by_prior[reference].index)
            a, b = by_prior[prior].loc[both], by_prior[reference].loc[both]
            keys = (scenario, prior, reference, parameter)
            for name, level, result in _differences(a, b, levels):
                rows.append((*keys, name, level, *result, len(both)))
    columns = ["scenario", "prior", "reference", "parameter", "measure", "level"]
    return pd.DataFrame(rows, columns=[*columns, "difference", "mcse", "n"])


def accuracy_table(estimates: pd.DataFrame) -> pd.DataFrame:
    """How far the sampler's means are from the exact ones, in its own standard errors.

    Returns
    -------
    DataFrame
        Columns ``scenario, prior, parameter`` and, of z = (mean - exact_mean) / mcse_mean over
        the replicates, ``mean, sd, largest`` (in size), ``beyond_4`` (their count) and ``n``;
        Monte Carlo standard errors are ``mean_mcse`` = sd / sqrt(n) and ``sd_mcse`` = sd /
        sqrt(2 (n - 1)). A correct sampler has an sd of about 1. Its mean z is not quite 0 where
        posteriors are skewed, for a chain that ventures into the tail has a larger mean and a
        larger mcse; what tells a bias is ``error``, the mean of (mean - exact_mean) / exact_sd,
        with ``error_mcse``.
    """
    checked = standardised_errors(estimates)
    rows = []
    for keys, group in _groups(checked, ["scenario", "prior", "parameter"]):
        z = group["z"].dropna()
        n, sd = len(z), z.std(ddof=1)
        spread = (sd / np.sqrt(n), sd, sd / np.sqrt(2.0 * (n - 1))) if n > 1 else (np.nan,) * 3
        largest = z.abs().max() if n else np.nan
        errors = ((group["mean"] - group["exact_mean"]) / group["exact_sd"])[z.index]
        error = (errors.mean(), errors.sem()) if n > 1 else (np.nan,) * 2
        mean = z.mean() if n else np.nan
        rows.append((*keys, mean, *spread, largest, (z.abs() > 4).sum(), *error, n))
    columns = ["scenario", "prior", "parameter", "mean", "mean_mcse", "sd", "sd_mcse"]
    return pd.DataFrame(rows, columns=[*columns, "largest", "beyond_4", "error", "error_mcse", "n"])


def standardised_errors(estimates: pd.DataFrame) -> pd.DataFrame:
    """Add z = (mean - exact_mean) / mcse_mean; NaN where there is no exact mean or no error."""
    mcse = estimates["mcse_mean"].where(estimates["mcse_mean"] > 0)
    z = (estimates["mean"] - estimates["exact_mean"]) / mcse
    return estimates[estimates["parameter"] != "r_u"].assign(z=z)


def coverage_table(recovery: pd.DataFrame) -> pd.DataFrame:
    """Coverage of the 95 % interval as text to be read, one column a prior."""
    chosen = recovery.query("measure == 'coverage' and level == @HEADLINE_LEVEL")
    text = [
        "" if np.isnan(estimate) else f"{estimate:.3f} ± {mcse:.3f}"
        for estimate, mcse in zip(chosen["estimate"], chosen["mcse"])
    ]
    wide = chosen.assign(text=text).pivot(
        index=["scenario", "parameter"], columns="prior", values="text"
    )
    order = pd.MultiIndex.from_frame(chosen[["scenario", "parameter"]].drop_duplicates())
    return wide.loc[order, list(chosen["prior"].unique())].rename_axis(columns=None).reset_index()


def _with_monte_carlo_interval(table: pd.DataFrame) -> pd.DataFrame:
    low, high = table["estimate"] - Z95 * table["mcse"], table["estimate"] + Z95 * table["mcse"]
    share = table["measure"].isin(PROPORTIONS)
    wilson = wilson_interval(table["estimate"].where(share), table["n"].where(table["n"] > 0))
    return table.assign(low=low.mask(share, wilson[0]), high=high.mask(share, wilson[1]))


def _differences(
    a: pd.DataFrame, b: pd.DataFrame, levels: list[float]
) -> Iterator[tuple[str, float, Measured]]:
    enough = len(a) >= MIN_REPLICATES
    for name, difference in DIFFERENCES.items():
        yield name, np.nan, difference(_replicates(a), _replicates(b)) if enough else MISSING
    for level in levels:
        for name, difference in INTERVAL_DIFFERENCES.items():
            quantiles = [quantile_name(p) for p in interval_probabilities(level)]
            pair = _intervals(a, level, quantiles), _intervals(b, level, quantiles)
            yield name, level, difference(*pair) if enough else MISSING


def _groups(table: pd.DataFrame, keys: list[str]) -> Iterator[tuple[tuple, pd.DataFrame]]:
    """Groups in order of first appearance: the order of the sheet and of the config."""
    return iter(table.groupby(keys, sort=False))


def _replicates(table: pd.DataFrame) -> Replicates:
    return Replicates(*(table[name].to_numpy() for name in ("truth", "mean", "sd", "crps")))


def _intervals(table: pd.DataFrame, level: float, columns: Sequence[str]) -> Intervals:
    values = (table[name].to_numpy() for name in ("truth", "mean", *columns))
    return Intervals(*values, level=level)
