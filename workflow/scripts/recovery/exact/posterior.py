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
    BETA_STEP,
    LADDER,
    PARAMETERS_ON_AXES,
    Axis,
    Grid,
    Ladder,
    Problem,
    as_tuples,
    legendre,
    midpoint,
    outwards,
    weighed,
)
from recovery.kernels import marginals as marginals_kernel
from recovery.kernels.axes import BELL, DENSE, REAL
from recovery.kernels.grid import normals
from recovery.model.coded import decode
from recovery.model.prior import Prior

SHARED = 4
"""Steps of `LADDER` that priors share; one that needs finer grids gets its own."""
TOLERANCE = 1e-3
MOST_CHANGE = 5e-3
MOST_OUTWARDS = 0.25  # in u: the density beyond is below exp(-12) of its peak
SAFETY = 1.3  # so that errors of means, sds and log p(y) stay below 1e-3: docs/exact_accuracy.md
TAIL_WEIGHT = 0.6  # an error of a tail quantile may be larger than that of a mean
TAILS = np.array([0.025, 0.975])
BETA_NODES = 40
BETA_REACH = 10.0  # sds
FAR = 2.5  # mean time in sds: beyond, beta depends on both standard deviations
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
        The data.
    prior : Prior
        The prior.
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
    prior: Prior
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
    return solve(Problem(data, prior.coding, center, [prior.beta_precision]), prior)


def solve(
    problem: Problem, prior: Prior, beta: int = 0, axes: tuple[Axis, ...] | None = None
) -> ExactPosterior:
    """Refine the grid until the posterior no longer moves.

    The grids are those that all priors of the problem share. Where the prior is not smooth at their
    lowest nodes, the posterior reaches beyond them, or they are not fine enough, they are the
    prior's own; so they are where `axes` are given.
    """
    error = math.nan
    if axes is None:
        ladder = problem.shared(prior.has_rho)
        pilot = weighed(ladder.step(-1), beta, prior)
        if not pilot.rough and outwards(pilot) < MOST_OUTWARDS:
            grid, judged, error, for_beta = _climb(ladder, beta, prior, SHARED)
    if not error < TOLERANCE:
        ladder = problem.own(prior, beta, axes)
        grid, judged, error, for_beta = _climb(ladder, 0, prior, len(LADDER))
    moments: dict[str, tuple[float, float]] = {}
    marginals: dict[str, Marginal] = {}
    for i, name in enumerate(PARAMETERS_ON_AXES):
        if grid.at.sizes[i] > 1:
            mean, sd = judged.moments[i].tolist()
            moments[name] = mean, sd
            marginals[name] = Marginal(*judged.marginals[i])
    for i, shift in enumerate((problem.center, 0.0)):
        mixture = _mixture(problem, for_beta, i)
        mean, sd, typical = marginals_kernel.mixture_moments(mixture)
        moments[f"beta{i}"] = mean + shift, sd
        marginals[f"beta{i}"] = _beta_marginal(mixture, mean, sd, typical, shift)
    _decode_slopes(moments, marginals, problem.coding)
    if problem.coding.origin:
        moments |= _moments_at_the_study_s_origin(grid, problem.coding)
        for name in ("sigma_u0", "rho"):
            marginals.pop(name, None)
    return ExactPosterior(problem, prior, grid, moments, marginals, judged.marginals, float(error))


def _climb(
    ladder: Ladder, beta: int, prior: Prior, steps: int
) -> tuple[Grid, "_Judged", float, Grid]:
    """The first grid whose estimated error is small, or the last one, its error, and beta's grid.

    Each grid's error is estimated by SAFETY times its change from the last one, times the rate at
    which changes shrink, from 0.2 to 1: at the second grid the ratio of its change to the one
    before, from the third on the geometric mean of the last two ratios, as one change may be small
    by accident. Where the prior is not smooth, changes shrink like a power of the number of nodes:
    there the rate is taken as 1.5. The first grid (there the first two), and any with a change of
    MOST_CHANGE or more, is not believed.
    """
    rough = ladder.axes[0].link == DENSE
    last, last_change, last_ratio = _judged(weighed(ladder.step(-1), beta, prior)), np.inf, 0.0
    for step in range(steps):
        grid = weighed(ladder.step(step), beta, prior)
        if step <= BETA_STEP:
            for_beta = grid
        judged = _judged(grid)
        change = _distance(last, judged)
        ratio = change / last_change
        trend = math.sqrt(ratio * last_ratio) if step > 1 else ratio
        shrinking = 1.5 if rough else min(max(trend, 0.2), 1.0)
        error = SAFETY * change * shrinking
        if change < MOST_CHANGE and step > (1 if rough else 0) and error < TOLERANCE:
            break
        last, last_change, last_ratio = judged, change, ratio
    return grid, judged, error, for_beta


def _mixture(problem: Problem, grid: Grid, i: int) -> np.ndarray:
    """The normals whose mixture is the marginal of the fixed effect i.

    They are sums over sigma_u1 for beta0, and over sigma_u0 for beta1: these depend least on it.
    Where times are far from 0, both depend on both, and only pairs of nodes are summed.
    """
    time = problem.data.time
    far = problem.coding.origin != 0.0 or abs(time.mean()) > FAR * time.std()
    along = 0 if i == 1 else 1
    each = 2 if far else grid.at.sizes[along]
    mean, variance = (values[grid.beta, i] for values in (grid.at.mean, grid.at.variance))
    return normals(grid.probability, mean, variance, grid.at.sizes[3], along, each)


def _decode_slopes(moments: dict, marginals: dict, coding: Coding) -> None:
    """sigma_u1 in the study's unit of time."""
    mean, sd = moments["sigma_u1"]
    moments["sigma_u1"] = mean / coding.unit, sd / coding.unit
    value, density, cumulative = marginals["sigma_u1"]
    marginals["sigma_u1"] = Marginal(value / coding.unit, density * coding.unit, cumulative)


def _moments_at_the_study_s_origin(grid: Grid, coding: Coding) -> dict[str, tuple[float, float]]:
    """Mean and sd of sigma_u0 and rho, which are functions of three axes."""
    decoded = parameters_at_nodes(grid, coding)
    return {name: moments_over_nodes(grid, decoded[name]) for name in ("sigma_u0", "rho")}


def parameters_at_nodes(grid: Grid, coding: Coding) -> dict[str, np.ndarray]:
    """sigma_u0, sigma_u1 and rho in the study's time, shaped to broadcast over their nodes."""
    s0, s1, rho, _ = grid.at.values
    return decode({"sigma_u0": s0[:, None, None], "sigma_u1": s1[:, None], "rho": rho}, coding)


def moments_over_nodes(grid: Grid, values: np.ndarray) -> tuple[float, float]:
    """Posterior mean and sd of a function of `parameters_at_nodes`, as sums over the nodes."""
    share = grid.probability.reshape(grid.at.sizes).sum(axis=3)
    mean = np.sum(share * values)
    return float(mean), float(np.sqrt(np.sum(share * (values - mean) ** 2)))


class _Judged(NamedTuple):
    """What grids are compared by, parameter by parameter on the axes; see `axis_marginals`."""

    moments: np.ndarray
    tails: np.ndarray
    marginals: np.ndarray
    log_evidence: float


def _judged(grid: Grid) -> _Judged:
    axes, sizes = grid.at.axes, grid.at.sizes
    last = _fitted_polynomial if axes[3].link == BELL else _polynomial
    polynomials = *map(_polynomial, sizes[:3]), last(sizes[3])
    moments, tails, marginals = marginals_kernel.axis_marginals(
        as_tuples(axes), grid.at.values, grid.at.measures, grid.marginals, polynomials, FINE, TAILS
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
