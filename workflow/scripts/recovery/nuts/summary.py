"""From the draws of a posterior to estimates, one row per parameter."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from recovery.columns import density_columns, quantile_columns
from recovery.parameters import MOST_RANDOM, parameters, sds, with_realised_correlations


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
    columns: dict[str, np.ndarray] = {}
    for level in levels:
        columns |= zip(density_columns(level), highest_density(ordered, level))
    return columns


def crps_of_draws(ordered: np.ndarray, truth: np.ndarray) -> np.ndarray:
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


def estimates_from_draws(
    posterior: xr.Dataset, levels: list[float], effects: Sequence[str] = ()
) -> tuple[pd.DataFrame, np.ndarray]:
    """Summarise the draws of every estimand.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws with dimensions (chain, draw), ``u0``, ``u1``, ... also over subjects. A parameter
        that it lacks (a correlation under a prior without) gets a row of NaN.
    levels : list of float
        Levels of the intervals.
    effects : sequence of str
        Names of the further fixed effects.

    Returns
    -------
    estimates : DataFrame
        Index ``parameter``, columns as `estimate_columns`. The effective sample sizes and
        R-hat are those of Vehtari et al. (2021), by ArviZ.
    ordered : ndarray, shape (parameters, draws of all chains)
        The draws of every estimand in ascending order, NaN where unavailable.
    """
    from arviz_stats.base import array_stats  # two seconds that the exact engine need not pay

    draws = with_realised_correlations(posterior)
    rows = [*parameters(sum(name in draws for name in sds(MOST_RANDOM))), *effects]
    present = [name for name in rows if name in draws]
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
        "mcse_sd": array_stats.mcse(array, method="sd", **axes),
        "mcse_q2.5": array_stats.mcse(array, method="quantile", prob=0.025, **axes),
        "mcse_q97.5": array_stats.mcse(array, method="quantile", prob=0.975, **axes),
        "ess_bulk": array_stats.ess(array, **axes),
        "ess_tail": array_stats.ess(array, method="tail", prob=(0.05, 0.95), **axes),
        "rhat": array_stats.rhat(array, **axes),
        **highest_density_columns(ordered, levels),
    }
    by_name = pd.DataFrame(columns, index=present).reindex(pd.Index(rows, name="parameter"))
    missing, found = np.full(flat.shape[1], np.nan), dict(zip(present, ordered))
    return by_name, np.stack([found.get(name, missing) for name in rows])
