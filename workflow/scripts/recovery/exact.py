"""The exact posterior: the oracle that every sampled fit is held against.

beta and the subjects' effects integrate out in closed form; what remains is a four-dimensional
integral, taken by `quadrature`. The grid is refined until nothing moves; if it cannot, the answer
says so.
"""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import integrate, interpolate, special

from .longdata import LongData
from .marginal import Statistics
from .priors import Prior
from .quadrature import Grid, evaluate_grid, first_windows, settled_windows

NODES = (16, 20, 26, 34, 44, 56)
TOLERANCE = 1e-3
NEGLIGIBLE_WEIGHT = 1e-10


@dataclass(frozen=True)
class ExactPosterior:
    """An exact posterior.

    Attributes
    ----------
    grid : Grid
        The final grid.
    log_marginal_likelihood : float
        Log p(y) under the prior.
    adequate : bool
        Whether refining the grid moved no mean by more than 1e-3 posterior sds.
    change : float
        The largest such move at the last refinement.
    """

    grid: Grid
    log_marginal_likelihood: float
    adequate: bool
    change: float

    def moments(self) -> dict[str, tuple[float, float]]:
        """Posterior mean and sd of every parameter."""
        return self.grid.moments()

    def quantiles(self, probabilities: list[float]) -> dict[str, np.ndarray]:
        """Posterior quantiles of every parameter."""
        found = {}
        for i, axis in self.grid.free_axes():
            coordinate = _node_quantiles(self.grid, i, probabilities)
            found[axis.name] = axis.value(coordinate)
        for k, name in enumerate(("beta0", "beta1")):
            found[name] = _mixture_quantiles(self.grid, k, probabilities)
        return found


def exact_posterior(data: LongData, prior: Prior) -> ExactPosterior:
    """Compute the exact posterior of a data set, balanced or not.

    Parameters
    ----------
    data : LongData
        The data set.
    prior : Prior
        Any prior; only its `log_density` and population hyperparameters are used.

    Returns
    -------
    ExactPosterior
        Means, sds and quantiles of every parameter but r_u, and log p(y).
    """
    stats = Statistics.of(data)
    center = prior.center_for(data.response)
    axes = settled_windows(stats, prior, center, first_windows(data, prior))
    previous, change = None, np.inf
    for n in NODES:
        grid = evaluate_grid(stats, prior, center, axes, n)
        moments = grid.moments()
        if previous is not None:
            change = max(abs(moments[k][0] - previous[k][0]) / moments[k][1] for k in moments)
            spread = max(abs(moments[k][1] / previous[k][1] - 1.0) for k in moments)
            change = max(change, spread)
            if change < TOLERANCE:
                break
        previous = moments
    return ExactPosterior(grid, grid.log_evidence, bool(change < TOLERANCE), float(change))


def exact_columns(data: LongData, prior: Prior) -> pd.DataFrame:
    """Exact mean and sd of every parameter that has them, to hold a sampler against.

    Returns
    -------
    DataFrame
        Index ``parameter``, columns ``exact_mean`` and ``exact_sd``; NaN where the grid was not
        adequate or the data broke the quadrature: the check must not kill what it checks.
    """
    moments = {}
    try:
        exact = exact_posterior(data, prior)
        if exact.adequate:
            moments = exact.moments()
    except Exception as error:  # noqa: BLE001 - a broken replicate must not kill its batch
        logging.getLogger(__name__).warning("no exact posterior: %r", error)
    columns = ["exact_mean", "exact_sd"]
    return pd.DataFrame.from_dict(moments, orient="index", columns=columns, dtype=float)


def bayes_factors(log_marginal_likelihoods: dict[str, float]) -> pd.DataFrame:
    """Bayes factors between all pairs of priors, from their log marginal likelihoods.

    Returns
    -------
    DataFrame
        Columns ``prior, reference, log_marginal_likelihood, log_bayes_factor, bayes_factor``, the
        Bayes factor being that of prior over reference.
    """
    rows = [
        (prior, reference, own, own - other, np.exp(own - other))
        for prior, own in log_marginal_likelihoods.items()
        for reference, other in log_marginal_likelihoods.items()
        if prior != reference
    ]
    columns = ["prior", "reference", "log_marginal_likelihood", "log_bayes_factor"]
    return pd.DataFrame(rows, columns=[*columns, "bayes_factor"])


def _node_quantiles(grid: Grid, i: int, probabilities: list[float]) -> np.ndarray:
    """Quantiles of a coordinate, from a cubic spline through its log density at the nodes.

    The log is interpolated since it is nearly a parabola where the density is a bell.
    """
    axis, nodes = grid.axes[i], grid.nodes[i]
    _, weights = special.roots_legendre(len(nodes))
    tiny = np.finfo(float).tiny
    spline = interpolate.CubicSpline(nodes, np.log(grid.marginal(i) / weights + tiny))
    fine = np.linspace(axis.low, axis.high, 801)
    share = integrate.cumulative_simpson(np.exp(spline(fine)), x=fine, initial=0.0)
    inside = np.append(True, np.diff(share) > 0)
    return np.interp(probabilities, share[inside] / share[-1], fine[inside])


def _mixture_quantiles(grid: Grid, k: int, probabilities: list[float]) -> np.ndarray:
    """Quantiles of beta_k, a mixture of normals over the nodes, binned by mean and variance."""
    kept = grid.probability > NEGLIGIBLE_WEIGHT
    weight, mean, variance = _binned(
        grid.probability[kept], grid.beta_mean[k][kept], grid.beta_variance[k][kept]
    )
    center, spread = grid.moments()[("beta0", "beta1")[k]]
    fine = center + spread * np.linspace(-6.0, 6.0, 181)
    share = np.sum(special.ndtr((fine[:, None] - mean) / np.sqrt(variance)) * weight, axis=1)
    # on the probit scale the distribution function is nearly a line
    inner = (share > 1e-8) & (share < 1 - 1e-8)
    inverse = interpolate.PchipInterpolator(special.ndtri(share[inner]), fine[inner])
    return inverse(special.ndtri(probabilities))


def _binned(weight, mean, variance, means: int = 48, variances: int = 128):
    """Components of a mixture of normals, shared out over a regular grid of (mean, variance).

    Each is split linearly between its neighbours, which keeps the mean of both.
    """
    index, share, grids = [], [], []
    for value, count in ((mean, means), (variance, variances)):
        low, high = value.min(), value.max()
        position = (value - low) / max(high - low, 1e-300) * (count - 1)
        left = np.minimum(position.astype(int), count - 2)
        index.append(left)
        share.append(position - left)
        grids.append(np.linspace(low, high, count))
    flat = np.zeros(means * variances)
    for i in (0, 1):
        for j in (0, 1):
            part = weight * np.abs(1 - i - share[0]) * np.abs(1 - j - share[1])
            flat += np.bincount((index[0] + i) * variances + index[1] + j, part, len(flat))
    used = flat > 0
    return (
        flat[used] / flat.sum(),
        np.repeat(grids[0], variances)[used],
        np.tile(grids[1], means)[used],
    )
