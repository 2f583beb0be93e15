"""The exact posterior: the oracle that every sampled fit is held against.

beta and the subjects' effects integrate out in closed form; what remains is a four-dimensional
integral, taken by `quadrature`. The grid is refined until nothing moves; if it cannot, the answer
says so.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd
from scipy import integrate, interpolate, special

from .estimates import over_parameters
from .longdata import LongData
from .marginal import Statistics
from .priors import Prior
from .quadrature import Grid, evaluate_grid, first_windows, settled_windows

# nodes of sigma_u0, sigma_u1, rho and sigma: the sds are the least smooth
SIZES = tuple((n, n, 3 * n // 4, 3 * n // 4) for n in (16, 20, 25, 32, 40, 50))
TOLERANCE = 1e-3
NEGLIGIBLE_WEIGHT = 1e-10


@dataclass(frozen=True)
class ExactPosterior:
    """An exact posterior.

    Attributes
    ----------
    grid : Grid
        The final grid.
    moments : dict
        Posterior mean and sd of every parameter.
    change : float
        How far the last refinement of the grid moved a mean (in posterior sds) or an sd (as a
        share of it), whichever went farther.
    """

    grid: Grid
    moments: dict[str, tuple[float, float]]
    change: float

    @property
    def adequate(self) -> bool:
        """Whether the last refinement moved no mean or sd by more than 1e-3."""
        return self.change < TOLERANCE

    @property
    def log_marginal_likelihood(self) -> float:
        """Log p(y) under the prior."""
        return self.grid.log_evidence

    @cached_property
    def coordinate_quantiles(self) -> dict[int, Callable[[np.ndarray], np.ndarray]]:
        """Quantile function of every free axis's coordinate, by the axis's number."""
        return {i: coordinate_quantiles(self.grid, i) for i, _ in self.grid.free_axes()}

    def quantiles(self, probabilities: list[float]) -> dict[str, np.ndarray]:
        """Posterior quantiles of every parameter."""
        found = {}
        for i, axis in self.grid.free_axes():
            found[axis.name] = axis.value(self.coordinate_quantiles[i](probabilities))
        for k, name in enumerate(("beta0", "beta1")):
            found[name] = _mixture_quantiles(self.grid, k, *self.moments[name], probabilities)
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
    center = prior.center_for(data.response)
    stats = Statistics.of(data, center)
    axes = settled_windows(stats, prior, center, first_windows(data, prior))
    previous, change = None, np.inf
    for sizes in SIZES:
        grid = evaluate_grid(stats, prior, center, axes, sizes)
        moments = grid.moments()
        if previous is not None:
            means = max(abs(moments[k][0] - previous[k][0]) / moments[k][1] for k in moments)
            sds = max(abs(moments[k][1] / previous[k][1] - 1.0) for k in moments)
            change = max(means, sds)
            if change < TOLERANCE:
                break
        previous = moments
    return ExactPosterior(grid, moments, float(change))


def exact_moments(data: LongData, prior: Prior) -> dict[str, tuple[float, float]]:
    """Exact mean and sd of every parameter that has them, to hold a sampler against.

    Empty where the grid was not adequate or the data broke the quadrature: the check must not
    kill what it checks.
    """
    try:
        exact = exact_posterior(data, prior)
        return exact.moments if exact.adequate else {}
    except Exception as error:  # noqa: BLE001 - a broken replicate must not kill its batch
        logging.getLogger(__name__).warning("no exact posterior: %r", error)
        return {}


def exact_columns(moments: dict[str, tuple[float, float]]) -> dict[str, np.ndarray]:
    """Moments as columns of estimates, ``exact_mean`` and ``exact_sd``; NaN where none are."""
    return dict(zip(("exact_mean", "exact_sd"), over_parameters(moments, (np.nan, np.nan)).T))


def bayes_factors(posteriors: dict[str, ExactPosterior]) -> pd.DataFrame:
    """Bayes factors between all pairs of priors, from their posteriors on one data set.

    Returns
    -------
    DataFrame
        Columns ``prior, reference, log_marginal_likelihood, log_bayes_factor, bayes_factor``, the
        Bayes factor being that of prior over reference; NaN of posteriors that are not adequate.
    """
    evidence = {
        prior: exact.log_marginal_likelihood if exact.adequate else np.nan
        for prior, exact in posteriors.items()
    }
    rows = [
        (prior, reference, own, own - other, np.exp(own - other))
        for prior, own in evidence.items()
        for reference, other in evidence.items()
        if prior != reference
    ]
    columns = ["prior", "reference", "log_marginal_likelihood", "log_bayes_factor"]
    return pd.DataFrame(rows, columns=[*columns, "bayes_factor"])


def coordinate_quantiles(grid: Grid, i: int) -> Callable[[np.ndarray], np.ndarray]:
    """Quantile function of a coordinate, from a cubic spline through its log density at the nodes.

    The log is interpolated since it is nearly a parabola where the density is a bell.
    """
    axis, nodes = grid.axes[i], grid.nodes[i]
    tiny = np.finfo(float).tiny
    spline = interpolate.CubicSpline(nodes, np.log(grid.marginal(i) / grid.weights[i] + tiny))
    fine = np.linspace(axis.low, axis.high, 801)
    share = integrate.cumulative_simpson(np.exp(spline(fine)), x=fine, initial=0.0)
    inside = np.append(True, np.diff(share) > 0)
    return partial(np.interp, xp=share[inside] / share[-1], fp=fine[inside])


def _mixture_quantiles(
    grid: Grid, k: int, center: float, spread: float, probabilities: list[float]
) -> np.ndarray:
    """Quantiles of beta_k, a mixture of normals over the nodes, from its distribution function."""
    kept = grid.probability > NEGLIGIBLE_WEIGHT
    # about the center, since second moments about 0 would lose the digits of small variances
    weight, mean, variance = _condensed(
        grid.probability[kept], grid.beta_mean[k][kept] - center, grid.beta_variance[k][kept]
    )
    fine = spread * np.linspace(-6.0, 6.0, 61)
    share = np.sum(special.ndtr((fine[:, None] - mean) / np.sqrt(variance)) * weight, axis=1)
    # on the probit scale the distribution function is nearly a line
    inner = (share > 1e-8) & (share < 1 - 1e-8)
    inverse = interpolate.PchipInterpolator(special.ndtri(share[inner]), fine[inner])
    return center + inverse(special.ndtri(probabilities))


def _condensed(weight, mean, variance, bins: int = 48):
    """A mixture of normals with fewer components.

    Components of like mean and log variance become one, of the weight, mean and variance that
    they have together.
    """
    places = []
    for value in (mean, np.log(variance)):
        low, high = value.min(), value.max()
        places.append(((value - low) / max(high - low, 1e-300) * (bins - 1)).round().astype(int))
    place = places[0] * bins + places[1]
    total = np.bincount(place, weight)
    used = total > 0
    total = total[used]
    first = np.bincount(place, weight * mean)[used] / total
    second = np.bincount(place, weight * (variance + mean**2))[used] / total
    return total / total.sum(), first, second - first**2
