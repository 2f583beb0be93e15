"""Simulation-based calibration: ranks of a truth that was drawn from the prior itself.

If truth and data come from the model, the rank of the truth among independent posterior draws is
uniform, for every quantity of parameters and data (Talts et al. 2018, arXiv 1804.06788). A
posterior that ignores the data would pass for the parameters; the log likelihood catches it
(Modrák et al. 2023, Bayesian Analysis, doi 10.1214/23-BA1404). Truths are drawn by the prior's
definition (`Prior.draw`), the PyMC models sample `Prior.covariance`, and the exact engine
integrates `Prior.log_density`, so an error in one of the three shows.
"""

from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np
import pandas as pd
import xarray as xr
from arviz_stats.base import array_stats
from arviz_stats.ecdf_utils import ecdf_pit

from recovery.data.longdata import LongData
from recovery.data.simulate import true_values
from recovery.parameters import realised_correlations
from recovery.result import FittedReplicate

RANK_DRAWS = 100
BAND = 0.95
BAND_SIMULATIONS = 2000
ALARM = 0.01
MOST_UNSURE = 0.01
"""Share of fits that failed or are not converged beyond which ranks do not count as calibrated."""


def rank_truths(fitted: Iterable[FittedReplicate]) -> pd.DataFrame:
    """Rank the truth of every data set among the draws of its fit.

    Returns
    -------
    DataFrame
        One row per replicate and quantity: ``replicate, quantity, status, rank, pit``. The rank is
        the number of the RANK_DRAWS draws below the truth, with ties split at random. ``pit`` =
        (rank + U) / (RANK_DRAWS + 1), with U uniform, is uniform if the rank is. Both are NaN
        where the fit failed or the prior has no such parameter.
    """
    rows = []
    for number, truth, data, fit in fitted:
        rng = np.random.default_rng([fit.diagnostics.seed, 2])  # a stream that the fit does not use
        ranks = {} if fit.draws is None else truth_ranks(fit.draws, truth, data, rng)
        for quantity in (*data.parameters, "log_likelihood"):
            rank = ranks.get(quantity, np.nan)
            pit = (rank + rng.random()) / (RANK_DRAWS + 1)
            rows.append((number, quantity, fit.diagnostics.status, rank, pit))
    return pd.DataFrame(rows, columns=["replicate", "quantity", "status", "rank", "pit"])


def truth_ranks(
    draws: xr.Dataset, truth: xr.Dataset, data: LongData, rng: np.random.Generator
) -> dict[str, int]:
    """Rank of the truth among RANK_DRAWS thinned draws, by quantity.

    Draws are taken at even intervals of every chain, so they are nearly independent. `truth` is
    one data set of `simulate`; `rng` splits ties.
    """
    chains = draws.sizes["chain"]
    per_chain = -(-RANK_DRAWS // chains)
    places = ((np.arange(per_chain) + 0.5) * draws.sizes["draw"] / per_chain).astype(int)
    thinned = draws.isel(draw=places).stack(sample=("draw", "chain")).isel(sample=range(RANK_DRAWS))
    posterior = {str(name): thinned[name].transpose("sample", ...).to_numpy() for name in thinned}
    true_effects = {f"u{k}": u for k, u in enumerate(truth["effects"].to_numpy())}
    among = quantities(posterior, data)
    value = quantities(true_values(truth) | true_effects, data)
    return {
        name: int((x < value[name]).sum() + rng.integers((x == value[name]).sum() + 1))
        for name, x in among.items()
    }


def quantities(values: Mapping[str, np.ndarray], data: LongData) -> dict[str, np.ndarray]:
    """The ranked quantities of draws: parameters of shape (...), effects (..., subjects).

    The log likelihood is that of parameters and effects given the data.
    """
    found = {name: values[name] for name in data.parameters if name in values}
    effects = [values[f"u{k}"] for k in range(data.q)]
    found |= realised_correlations(effects)
    mean = sum(
        values[name][..., None] * column
        for name, column in zip(("beta0", "beta1", *data.effects), data.fixed.T)
    )
    mean = mean + sum(u[..., data.subject] * column for u, column in zip(effects, data.random.T))
    squares = np.square(data.response - mean).sum(axis=-1)
    sigma = values["sigma"]
    likelihood = -len(data.response) * np.log(sigma) - squares / (2.0 * sigma**2)
    return found | {"log_likelihood": likelihood}


def calibration_table(ranks: pd.DataFrame) -> pd.DataFrame:
    """Tests of uniformity of the ranks.

    Returns
    -------
    DataFrame
        Columns ``prior, method, quantity, requested, n`` (available ranks),
        ``not_converged`` (of these), ``largest_difference`` (of the ranks' distribution function
        from the uniform's), ``outside`` (points at which it leaves the simultaneous 95 % band of
        Säilynoja et al. 2022, Stat Comput 32:32), ``p_value`` (ArviZ's ``pot_c``),
        ``p_adjusted`` (Bonferroni, over the table) and ``calibrated`` (``p_adjusted`` >= 0.01, and
        at most 1 % of the fits failed or are not converged).
    """
    rows = []
    for keys, group in ranks.groupby(["prior", "method", "quantity"], sort=False):
        held = group.dropna(subset="rank")
        if held.empty and group["status"].ne("failed").any():
            continue  # the prior has no such parameter
        bad = held["status"].eq("not_converged").sum()
        rows.append((*keys, len(group), len(held), bad, *_uniformity(held["pit"].to_numpy())))
    columns = ["prior", "method", "quantity", "requested", "n", "not_converged"]
    table = pd.DataFrame(rows, columns=[*columns, "largest_difference", "outside", "p_value"])
    adjusted = (table["p_value"] * len(table)).clip(upper=1.0)
    unsure = table["not_converged"] + table["requested"] - table["n"]
    sure = unsure <= MOST_UNSURE * table["requested"]
    return table.assign(p_adjusted=adjusted, calibrated=(adjusted >= ALARM) & sure)


def ecdf_difference(pit: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Points, ECDF minus uniform, and the lower and upper end of its simultaneous band."""
    x, lower, upper = _band(len(pit))
    ecdf = np.searchsorted(np.sort(pit), x, side="right") / len(pit)
    return x, ecdf - x, lower - x, upper - x


@cache
def _band(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points and the band of n uniform values, by simulation: slow, and the same for any values."""
    rng = np.random.default_rng(0)  # the same for every panel
    x, _, lower, upper = ecdf_pit(np.zeros(n), BAND, BAND_SIMULATIONS, rng=rng)
    return x, lower, upper


def _uniformity(pit: np.ndarray) -> tuple[float, int, float]:
    """Largest difference, points outside the band and p value of `calibration_table`."""
    if len(pit) < 2:
        return np.nan, 0, np.nan
    _, difference, lower, upper = ecdf_difference(pit)
    p_value = float(array_stats.uniformity_test(pit, method="pot_c")[0])
    outside = int(((difference < lower) | (difference > upper)).sum())
    return np.abs(difference).max(), outside, p_value
