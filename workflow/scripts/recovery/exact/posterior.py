"""The exact posterior of one data set: what every sampled fit is compared with.

beta and the subjects' effects integrate out in closed form; what remains is a four-dimensional
integral, taken by `quadrature`. The grid is refined until nothing moves; if it cannot, the answer
says so.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.polynomial.legendre import legvander

from recovery.data.coding import Coding
from recovery.data.longdata import LongData
from recovery.exact.quadrature import (
    NODES_OF_SIGMA,
    PARAMETERS_ON_AXES,
    Axis,
    Grid,
    Problem,
    as_tuples,
    evaluate_grid,
    first_axes,
    legendre,
    midpoint,
    problem_of,
    settled_axes,
)
from recovery.kernels import marginals as marginals_kernel
from recovery.kernels.axes import BELL, DENSE, REAL
from recovery.model.coded import decode
from recovery.model.prior import Prior
from recovery.model.sufficient import BatchStatistics

LADDER = ((12, 12, 12), (16, 16, 16), (20, 20, 20), (26, 26, 26), (36, 36, 32), (44, 44, 36))
"""Nodes of sigma_u0, sigma_u1 and rho; the first follow a pilot, see `quadrature`."""
TOLERANCE = 1e-3
MOST_CHANGE = 5e-3
SAFETY = 1.3  # so that errors of means, sds and log p(y) stay below 1e-3: docs/exact_accuracy.md
TAIL_WEIGHT = 0.6  # an error of a tail quantile may be larger than that of a mean
TAILS = np.array([0.025, 0.975])
BETA_NODES = 40
BETA_REACH = 10.0  # sds
FINE = np.linspace(-1.0, 1.0, 257)
"""Coordinates, over a window as [-1, 1], at which marginals are known."""


class Marginal(NamedTuple):
    """A marginal distribution on a fine grid.

    Attributes
    ----------
    value, density, cumulative : ndarray, shape (257,)
        Values of the parameter, its density and its distribution function there.
    """

    value: np.ndarray
    density: np.ndarray
    cumulative: np.ndarray


@dataclass(frozen=True)
class ExactPosterior:
    """An exact posterior.

    Attributes
    ----------
    problem : Problem
        The data's statistics and the prior.
    grid : Grid
        The final grid.
    moments : dict
        Posterior mean and sd of every parameter, in the study's time.
    marginals : dict
        Marginal distribution of every parameter, but of sigma_u0 and rho under a prior that is
        stated at another origin of time: their quantiles are known by draws.
    axis_marginals : ndarray, shape (4, 3, 257)
        The marginals of the grid's axes in the coding of the grid; see `Marginal`.
    error : float
        Estimate of the largest error of means (in posterior sds), sds (as a share of them),
        log p(y), and, times 0.6, of the 2.5 and 97.5 % quantiles, over the parameters on the grid's
        axes (beta is not among them); see `solve`.
    """

    problem: Problem
    grid: Grid
    moments: dict[str, tuple[float, float]]
    marginals: dict[str, Marginal]
    axis_marginals: np.ndarray
    error: float

    @property
    def adequate(self) -> bool:
        """Whether the estimated error is below 1e-3."""
        return self.error < TOLERANCE

    @property
    def log_marginal_likelihood(self) -> float:
        """Log p(y) under the prior."""
        return self.grid.log_evidence

    def quantiles(self, probabilities: Sequence[float]) -> dict[str, np.ndarray]:
        """Posterior quantiles of every parameter that has a marginal."""
        wanted = np.asarray(probabilities, float)
        return {
            name: marginals_kernel.quantiles(*marginal, wanted)
            for name, marginal in self.marginals.items()
        }


def exact_posterior(data: LongData, prior: Prior) -> ExactPosterior:
    """Compute the exact posterior of a data set, balanced or not.

    Parameters
    ----------
    data : LongData
        The data set.
    prior : Prior
        Any prior; neither its PyMC model nor its sampler is used.

    Returns
    -------
    ExactPosterior
        Means, sds and marginals of the parameters but r_u (see `ExactPosterior`), and log p(y).
    """
    center = prior.center_for(data.response)
    stats = BatchStatistics.of([prior.coding.code_data(data)], [center])
    return solve(problem_of(stats.rows[0], stats.rss[0], stats.patterns, center, prior))


def solve(problem: Problem, axes: tuple[Axis, ...] | None = None) -> ExactPosterior:
    """Refine the grid until the posterior no longer moves.

    Each grid's error is estimated by SAFETY times its change from the last one, times the rate at
    which changes shrink, from 0.2 to 1: at the second grid the ratio of its change to the one
    before, from the third on the geometric mean of the last two ratios, as one change may be small
    by accident. Where the prior is not smooth, changes shrink like a power of the number of nodes:
    there the rate is taken as 1.5. The first grid (there the first two), and any with a change of
    MOST_CHANGE or more, is not believed.
    """
    axes, grid = settled_axes(problem, axes or first_axes(problem))
    rough = axes[0].link == DENSE
    last, last_change, last_ratio = _judged(grid), np.inf, 0.0
    for step, three in enumerate(LADDER):
        sizes = (*three, NODES_OF_SIGMA[axes[3].link][step + 1])
        grid = evaluate_grid(problem, axes, sizes, grid.top, with_beta=step > 0)
        judged = _judged(grid)
        change = _distance(last, judged)
        ratio = change / last_change
        trend = math.sqrt(ratio * last_ratio) if step > 1 else ratio
        shrinking = 1.5 if rough else min(max(trend, 0.2), 1.0)
        error = SAFETY * change * shrinking
        believed = change < MOST_CHANGE and step > (1 if rough else 0)
        if believed and error < TOLERANCE:
            break
        last, last_change, last_ratio = judged, change, ratio
    moments: dict[str, tuple[float, float]] = {}
    marginals: dict[str, Marginal] = {}
    for i, name in enumerate(PARAMETERS_ON_AXES):
        if grid.sizes[i] > 1:
            mean, sd = judged.moments[i].tolist()
            moments[name] = mean, sd
            marginals[name] = Marginal(*judged.marginals[i])
    for name, normals, shift in (
        ("beta0", grid.beta0, problem.center),
        ("beta1", grid.beta1, 0.0),
    ):
        mean, sd, typical = marginals_kernel.mixture_moments(normals)
        moments[name] = mean + shift, sd
        marginals[name] = _beta_marginal(normals, mean, sd, typical, shift)
    _decode_slopes(moments, marginals, problem.coding)
    if problem.coding.origin:
        moments |= _moments_at_the_study_s_origin(grid, problem.coding)
        for name in ("sigma_u0", "rho"):
            marginals.pop(name, None)
    return ExactPosterior(problem, grid, moments, marginals, judged.marginals, float(error))


def _decode_slopes(moments: dict, marginals: dict, coding: Coding) -> None:
    """Slopes in the study's unit of time."""
    for name in ("beta1", "sigma_u1"):
        mean, sd = moments[name]
        moments[name] = mean / coding.unit, sd / coding.unit
        value, density, cumulative = marginals[name]
        marginals[name] = Marginal(value / coding.unit, density * coding.unit, cumulative)


def _moments_at_the_study_s_origin(grid: Grid, coding: Coding) -> dict[str, tuple[float, float]]:
    """Mean and sd of sigma_u0 and rho, which are functions of three axes."""
    decoded = parameters_at_nodes(grid, coding)
    return {name: moments_over_nodes(grid, decoded[name]) for name in ("sigma_u0", "rho")}


def parameters_at_nodes(grid: Grid, coding: Coding) -> dict[str, np.ndarray]:
    """sigma_u0, sigma_u1 and rho in the study's time, shaped to broadcast over their nodes."""
    s0, s1, rho, _ = grid.values
    return decode({"sigma_u0": s0[:, None, None], "sigma_u1": s1[:, None], "rho": rho}, coding)


def moments_over_nodes(grid: Grid, values: np.ndarray) -> tuple[float, float]:
    """Posterior mean and sd of a function of `parameters_at_nodes`, as sums over the nodes."""
    share = grid.probability.reshape(grid.sizes).sum(axis=3)
    mean = np.sum(share * values)
    return float(mean), float(np.sqrt(np.sum(share * (values - mean) ** 2)))


class _Judged(NamedTuple):
    """What grids are compared by, parameter by parameter on the axes; see `axis_marginals`."""

    moments: np.ndarray
    tails: np.ndarray
    marginals: np.ndarray
    log_evidence: float


def _judged(grid: Grid) -> _Judged:
    last = _fitted_polynomial if grid.axes[3].link == BELL else _polynomial
    polynomials = *map(_polynomial, grid.sizes[:3]), last(grid.sizes[3])
    moments, tails, marginals = marginals_kernel.axis_marginals(
        as_tuples(grid.axes), grid.values, grid.measures, grid.marginals, polynomials, FINE, TAILS
    )
    return _Judged(moments, tails, marginals, grid.log_evidence)


def _distance(before: _Judged, after: _Judged) -> float:
    """Largest change, in posterior sds (of log p(y) as it is); NaN if anything is."""
    evidence = abs(after.log_evidence - before.log_evidence)
    changes = marginals_kernel.changes(before.moments, before.tails, after.moments, after.tails)
    return float(np.max((evidence, changes[0], TAIL_WEIGHT * changes[1])))


def _beta_marginal(
    normals: np.ndarray, mean: float, sd: float, typical: float, shift: float
) -> Marginal:
    """Marginal of beta0 or beta1, a mixture of normals, plus `shift`.

    Nodes are as dense as the mixture's typical normal needs, and reach to ten sds of the mixture.
    """
    x, _ = legendre(BETA_NODES)
    reach = math.asinh(BETA_REACH * sd / (2.0 * typical))
    axis = (REAL, mean, 2.0 * typical, -reach, reach)
    polynomial = _polynomial(BETA_NODES)
    value, *rest = marginals_kernel.mixture_marginal(axis, normals, x, polynomial, FINE)
    return Marginal(value + shift, *rest)


@cache
def _polynomial(n: int) -> np.ndarray:
    """The matrix, shape (n, 257), from values at Legendre's nodes to their polynomial at `FINE`.

    By orthogonality, the coefficient of the k-th Legendre polynomial is
    (k + 1/2) times the quadrature of its product with the values.
    """
    x, w = legendre(n)
    to_coefficients = (np.arange(n)[:, None] + 0.5) * legvander(x, n - 1).T * w
    matrix = np.einsum("fk,kn->nf", legvander(FINE, n - 1), to_coefficients)
    return np.ascontiguousarray(matrix)


@cache
def _fitted_polynomial(n: int) -> np.ndarray:
    """As `_polynomial`, but from the nodes of `midpoint`, which end half a step before `FINE` does.

    From 12 nodes on the degree is below n - 1 and the polynomial fitted by least squares: one
    through many equally spaced nodes would swing between them.
    """
    degree = min(n - 1, n // 2 + 4)
    to_coefficients = np.linalg.pinv(legvander(midpoint(n)[0], degree))
    return np.ascontiguousarray((legvander(FINE, degree) @ to_coefficients).T)
