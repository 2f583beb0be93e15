"""Simulation-based calibration: ranks of a truth that was drawn from the prior itself.

If truth and data come from the model, the rank of the truth among independent posterior draws is
uniform, for every quantity of parameters and data (Talts et al. 2018, arXiv 1804.06788). A
posterior that forgot the data would pass for the parameters; the log likelihood catches it
(Modrák et al. 2023, Bayesian Analysis, doi 10.1214/23-BA1404). Truths are drawn by the prior's
definition (`Prior.draw`), the PyMC models sample `Prior.covariance`, and the exact engine
integrates `Prior.log_density`: an error in one of the three is seen.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr
from arviz_stats.base import array_stats
from arviz_stats.ecdf_utils import ecdf_pit

from .estimates import PARAMETERS, correlation
from .fits import Fitted
from .longdata import LongData
from .priors import Prior
from .scenarios import Design, Truth

QUANTITIES = (*PARAMETERS, "log_likelihood")
"""What is ranked; the log likelihood is that of parameters and effects, given the data."""

RANK_DRAWS = 100
BAND = 0.95
BAND_SIMULATIONS = 2000
ALARM = 0.01


def calibration_prior(prior: Prior, center: float) -> Prior:
    """The prior, its mean of beta0 fixed if it is that of the data.

    What looks at the data cannot be drawn from before them.
    """
    return replace(prior, center=center) if prior.center == "data" else prior


def draw_designs(
    prior: Prior, numbers: Sequence[int], subjects: int, days: int, seed_of: Callable[[int], int]
) -> dict[int, Design]:
    """A design for each replicate, its truth drawn from the prior by a seed of its own.

    Parameters
    ----------
    prior : Prior
        A prior whose center is a number (`calibration_prior`).
    numbers : sequence of int
        The replicates.
    subjects, days : int
        The size of every data set.
    seed_of : callable
        Maps a replicate's number to the seed of its truth.
    """
    designs = {}
    for number in numbers:
        drawn = prior.draw_parameters(1, np.random.default_rng(seed_of(number)))
        truth = Truth(**{name: float(values[0]) for name, values in drawn.items()})
        designs[number] = Design(truth, subjects, days)
    return designs


def rank_truths(fitted: Iterable[Fitted]) -> pd.DataFrame:
    """Rank the truth of every data set among the draws of its fit.

    Returns
    -------
    DataFrame
        A row per replicate and quantity: ``replicate, quantity, status, rank, pit``. The rank is
        the number of RANK_DRAWS draws below the truth, ties split at random; ``pit`` = (rank +
        U) / (RANK_DRAWS + 1), U uniform, is uniform if the rank is. NaN where the fit failed or
        the prior has no such parameter.
    """
    rows = []
    for number, truth, data, fit in fitted:
        rng = np.random.default_rng([fit.diagnostics.seed, 2])  # apart from the fit's own use of it
        ranks = {} if fit.draws is None else truth_ranks(fit.draws, truth, data, rng)
        for quantity in QUANTITIES:
            rank = ranks.get(quantity, np.nan)
            pit = (rank + rng.random()) / (RANK_DRAWS + 1)
            rows.append((number, quantity, fit.diagnostics.status, rank, pit))
    return pd.DataFrame(rows, columns=["replicate", "quantity", "status", "rank", "pit"])


def truth_ranks(
    draws: xr.Dataset, truth: xr.Dataset, data: LongData, rng: np.random.Generator
) -> dict[str, int]:
    """Rank of the truth among RANK_DRAWS thinned draws, by quantity.

    Draws are taken at even places of every chain, so that they are nearly independent; `truth` is
    one data set of `simulate`, `rng` splits ties.
    """
    chains = draws.sizes["chain"]
    per_chain = -(-RANK_DRAWS // chains)
    places = ((np.arange(per_chain) + 0.5) * draws.sizes["draw"] / per_chain).astype(int)
    thinned = draws.isel(draw=places).stack(sample=("draw", "chain")).isel(sample=range(RANK_DRAWS))
    posterior = {name: thinned[name].transpose("sample", ...).to_numpy() for name in thinned}
    true_effects = dict(zip(("u0", "u1"), truth["effects"].to_numpy()))
    true_values = {name: truth[name].to_numpy() for name in PARAMETERS} | true_effects
    among = quantities(posterior, data)
    value = quantities(true_values, data)
    return {
        name: int((x < value[name]).sum() + rng.integers((x == value[name]).sum() + 1))
        for name, x in among.items()
    }


def quantities(values: Mapping[str, np.ndarray], data: LongData) -> dict[str, np.ndarray]:
    """The ranked quantities of draws: parameters of shape (...), effects (..., subjects)."""
    found = {name: values[name] for name in PARAMETERS if name in values}
    u0, u1 = values["u0"], values["u1"]
    found["r_u"] = correlation(u0, u1)
    intercept, slope = values["beta0"][..., None] + u0, values["beta1"][..., None] + u1
    mean = intercept[..., data.subject] + slope[..., data.subject] * data.time
    squares = np.square(data.response - mean).sum(axis=-1)
    sigma = values["sigma"]
    likelihood = -len(data.response) * np.log(sigma) - squares / (2.0 * sigma**2)
    return found | {"log_likelihood": likelihood}


def calibration_table(ranks: pd.DataFrame) -> pd.DataFrame:
    """Tests of uniformity of the ranks.

    Returns
    -------
    DataFrame
        Columns ``prior, method, quantity, requested, n`` (ranks that there are),
        ``not_converged`` (of these), ``largest_difference`` (of the ranks' distribution function
        from the uniform's), ``outside`` (points at which it leaves the simultaneous 95 % band of
        Säilynoja et al. 2022, Stat Comput 32:32), ``p_value`` (ArviZ's ``pot_c``),
        ``p_adjusted`` (Bonferroni, over the table) and ``calibrated`` (not below 0.01).
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
    return table.assign(p_adjusted=adjusted, calibrated=adjusted >= ALARM)


def ecdf_difference(pit: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Points, ECDF less the uniform's, and its simultaneous band's lower and upper end there."""
    rng = np.random.default_rng(0)  # of the band's simulation: the same for every panel
    x, ecdf, lower, upper = ecdf_pit(pit, BAND, BAND_SIMULATIONS, rng=rng)
    return x, ecdf - x, lower - x, upper - x


def _uniformity(pit: np.ndarray) -> tuple[float, int, float]:
    """Largest difference, points outside the band and p value of `calibration_table`."""
    if len(pit) < 2:
        return np.nan, 0, np.nan
    _, difference, lower, upper = ecdf_difference(pit)
    p_value = float(array_stats.uniformity_test(pit, method="pot_c")[0])
    outside = int(((difference < lower) | (difference > upper)).sum())
    return np.abs(difference).max(), outside, p_value
