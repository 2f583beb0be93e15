"""Estimates: what is kept of a posterior, one row a parameter."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

PARAMETERS = ("beta0", "beta1", "sigma", "sigma_u0", "sigma_u1", "rho", "r_u")
"""The estimands, in the order of every table. ``r_u`` is the realised correlation."""

ROWS = pd.Index(PARAMETERS, name="parameter")


def interval_probabilities(level: float) -> tuple[float, float]:
    """Lower and upper tail probability of the equal-tailed interval of a level."""
    return (1.0 - level) / 2.0, (1.0 + level) / 2.0


def quantile_name(probability: float) -> str:
    """Column name of a quantile, e.g. ``q2.5``."""
    return f"q{round(100 * probability, 6):g}"


def quantile_columns(levels: list[float]) -> dict[str, float]:
    """Columns of the quantiles that the interval levels need, with their probabilities."""
    probabilities = sorted(p for level in levels for p in interval_probabilities(level))
    return {quantile_name(p): p for p in probabilities}


def density_columns(level: float) -> tuple[str, str]:
    """Columns of the highest-density interval of a level, e.g. ``hdi95_low, hdi95_high``."""
    percent = f"{round(100 * level, 6):g}"
    return f"hdi{percent}_low", f"hdi{percent}_high"


def estimate_columns(levels: list[float]) -> list[str]:
    """Columns of an estimate for the interval levels wanted, quantiles in order."""
    diagnostics = ["mcse_mean", "ess_bulk", "ess_tail", "rhat"]
    densities = [column for level in levels for column in density_columns(level)]
    return ["mean", "median", "sd", *quantile_columns(levels), *diagnostics, *densities]


def highest_density(ordered: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """The shortest intervals that hold a share of ordered values, shape (..., values).

    Of equally short ones, the lowest.
    """
    held = max(1, int(level * ordered.shape[-1]))
    width = ordered[..., held:] - ordered[..., :-held]
    first = width.argmin(axis=-1)[..., None]
    low, high = (np.take_along_axis(ordered, first + k, axis=-1)[..., 0] for k in (0, held))
    return low, high


def highest_density_columns(ordered: np.ndarray, levels: list[float]) -> dict[str, np.ndarray]:
    """The shortest intervals of ordered values, shape (parameters, values), as columns."""
    columns = {}
    for level in levels:
        columns |= zip(density_columns(level), highest_density(ordered, level))
    return columns


def crps(ordered: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Continuous ranked probability score of equally likely values for the truth.

    ``E|x - truth| - E|x - x'| / 2``, smaller is better (Gneiting & Raftery 2007, JASA 102:359,
    eq. 21), x and x' being independent draws of the m values, a value being drawn twice included.

    Parameters
    ----------
    ordered : ndarray, shape (parameters, m)
        Values in ascending order: draws, or quantiles at even probabilities.
    truth : ndarray, shape (parameters,)
        The true values.
    """
    m = ordered.shape[-1]
    distance = np.abs(ordered - np.asarray(truth)[:, None]).mean(axis=-1)
    # einsum and not @: BLAS would wake threads, and its last bit depends on their number
    spread = np.einsum("km,m->k", ordered, 2.0 * np.arange(1, m + 1) - m - 1) / m**2
    return distance - spread


def correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Sample correlation of two arrays of one shape over their last axis."""
    a, b = (values - values.mean(axis=-1, keepdims=True) for values in (a, b))
    square = np.einsum("...j,...j", a, a) * np.einsum("...j,...j", b, b)
    return np.einsum("...j,...j", a, b) / np.sqrt(square)


def realised_correlation(posterior: xr.Dataset) -> xr.DataArray:
    """``r_u``: the sample correlation of (u0_j, u1_j) over the subjects, draw by draw."""
    effects = [posterior[name].transpose("chain", "draw", "subject") for name in ("u0", "u1")]
    r = correlation(*(u.to_numpy() for u in effects))
    return xr.DataArray(r, effects[0].isel(subject=0, drop=True).coords, ("chain", "draw"))


def over_parameters(found: Mapping[str, Any], missing: Any) -> np.ndarray:
    """Stack what was found of each estimand in the tables' order; `missing` where nothing was."""
    return np.stack([found.get(name, missing) for name in PARAMETERS])


def estimates_table(columns: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """A row an estimand from columns of seven values each."""
    return pd.DataFrame(np.column_stack(list(columns.values())), ROWS, list(columns))


def estimates_from_draws(
    posterior: xr.Dataset, levels: list[float]
) -> tuple[pd.DataFrame, np.ndarray]:
    """Summarise the draws of every estimand.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws with dimensions (chain, draw), ``u0`` and ``u1`` also over subjects. A parameter
        that it lacks (rho under a prior without correlation) gets a row of NaN.
    levels : list of float
        Levels of the intervals.

    Returns
    -------
    estimates : DataFrame
        Index ``parameter``, columns as `estimate_columns`. The effective sample sizes and
        R-hat are those of Vehtari et al. (2021), by ArviZ.
    ordered : ndarray, shape (parameters, draws of all chains)
        The draws of every estimand in ascending order, NaN for those that there are not.
    """
    from arviz_stats.base import array_stats  # two seconds that the exact engine need not pay

    draws = posterior.assign(r_u=realised_correlation(posterior))
    present = [name for name in PARAMETERS if name in draws]
    array = np.stack([draws[name].transpose("chain", "draw").to_numpy() for name in present])
    flat = array.reshape(len(present), -1)
    ordered = np.sort(flat, axis=1)
    quantiles = quantile_columns(levels)
    axes = {"chain_axis": 1, "draw_axis": 2}
    columns = {
        "mean": flat.mean(axis=1),
        "median": np.median(flat, axis=1),
        "sd": flat.std(axis=1, ddof=1),
        **dict(zip(quantiles, np.quantile(ordered, list(quantiles.values()), axis=1))),
        "mcse_mean": array_stats.mcse(array, **axes),
        "ess_bulk": array_stats.ess(array, **axes),
        "ess_tail": array_stats.ess(array, method="tail", prob=(0.05, 0.95), **axes),
        "rhat": array_stats.rhat(array, **axes),
        **highest_density_columns(ordered, levels),
    }
    by_name = pd.DataFrame(columns, index=present).reindex(ROWS)
    missing = np.full(flat.shape[1], np.nan)
    return by_name, over_parameters(dict(zip(present, ordered)), missing)


def no_estimates(levels: list[float]) -> pd.DataFrame:
    """The rows of a fit that failed: every estimand, every value missing."""
    return pd.DataFrame(np.nan, index=ROWS, columns=estimate_columns(levels))
