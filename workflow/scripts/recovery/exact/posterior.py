"""The exact posterior of one data set: what every sampled fit is compared with.

beta and the subjects' effects integrate out in closed form; what remains is a four-dimensional
integral, taken by `quadrature`. The grid is refined until nothing moves; if it cannot, the answer
says so.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from recovery.data.coding import Coding
from recovery.data.longdata import LongData
from recovery.exact.grid import Axis, Grid
from recovery.exact.quadrature import LADDER, PARAMETERS_ON_AXES, Ladder, Problem, polynomials
from recovery.exact.rules import FINE
from recovery.kernels import marginals as marginals_kernel
from recovery.kernels.axes import DENSE
from recovery.kernels.mixtures import fixed_effects
from recovery.model.coded import decode
from recovery.model.prior import Prior

SHARED = 4
"""Steps of `LADDER` that priors share; one that needs finer grids gets its own."""
TOLERANCE = 1e-3
BEYOND = 4e-3  # what may lie beyond a shared grid, see `kernels.marginals.axis_marginals`
SAFETY = 1.3  # so that errors of means, sds and log p(y) stay below 1e-3: docs/exact_accuracy.md
FIRST_RATE, LEAST_RATE = 0.17, 0.3
LUCK = 0.03  # as a share of the last change: an estimate below is taken as luck
TAIL_WEIGHT = 0.5  # an error of a tail quantile may be larger than that of a mean
TAILS = np.array([0.015, 0.025, 0.04, 0.96, 0.975, 0.985])
"""Probabilities of the quantiles that are watched. Errors swing from one to the next, so that two
of them alone agree by accident."""


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
    beta : int
        Which of the problem's priors of beta is the prior's.
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
        log p(y), and, times 0.5, of quantiles in the tails; see `_climb`.
    """

    problem: Problem
    prior: Prior
    beta: int
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
        """Log p(y) under the prior; NaN where it is improper."""
        return math.nan if self.prior.flat else self.grid.log_evidence

    @cached_property
    def finer(self) -> Grid:
        """The posterior on the next finer grid, or the same one if there is none.

        Means and sds of lines at other times need more nodes than those of the parameters.
        """
        axes, (first, *_) = self.grid.at.axes, self.grid.at.sizes
        step = min([size for size, *_ in LADDER].index(first) + 1, len(LADDER) - 1)
        shared, prior = self.problem.shared(self.prior.has_rho), self.prior
        if axes == shared.axes:
            return shared.weighed(step, self.beta, prior)
        own = Ladder(self.problem, axes, prior.has_rho, [prior.beta_precision(self.problem.means)])
        return own.weighed(step, 0, prior)

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
    return solve(Problem.of(data, prior, center), prior)


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
        grid, judged, error = _climb(problem.shared(prior.has_rho), beta, prior, SHARED)
    if not error < TOLERANCE:
        grid, judged, error = _climb(problem.own(prior, beta, axes), 0, prior)
    moments: dict[str, tuple[float, float]] = {}
    marginals: dict[str, Marginal] = {}
    names = (*PARAMETERS_ON_AXES, "beta0", "beta1", *problem.data.effects)
    for i, name in enumerate(names):
        if name != "rho" or prior.has_rho:
            mean, sd = judged.moments[i].tolist()
            shift = problem.center if name == "beta0" else 0.0
            value, density, cumulative = judged.marginals[i]
            moments[name] = mean + shift, sd
            marginals[name] = Marginal(value + shift, density, cumulative)
    _decode_slopes(moments, marginals, problem.coding)
    if problem.coding.origin:
        decoded = parameters_at_nodes(grid, problem.coding)
        for name in ("sigma_u0", "rho"):
            moments[name] = moments_over_nodes(grid, decoded[name])
            marginals.pop(name, None)
    on_axes = judged.marginals[: len(PARAMETERS_ON_AXES)]
    return ExactPosterior(problem, prior, beta, grid, moments, marginals, on_axes, error)


def _climb(
    ladder: Ladder, beta: int, prior: Prior, steps: int | None = None
) -> tuple[Grid, "_Judged", float]:
    """The first grid whose estimated error is small, or the last one, and its error.

    Each grid's error is estimated by SAFETY times its change from the last one, times the rate at
    which changes shrink: FIRST_RATE at the second grid, and then the ratio of the last two changes,
    but from LEAST_RATE to 1, and at least LUCK times the last change. Where the prior is not
    smooth, changes shrink like a power of the number of nodes: there the rate is taken as 1.5, and
    the first change is not believed. Without a limit of `steps` all are tried; with one the grids
    are shared, and the error is NaN where they do not suit the prior.
    """
    rough = ladder.axes[0].link == DENSE
    last, last_change, error = None, math.nan, math.nan
    for step in range(steps or len(LADDER)):
        grid = ladder.weighed(step, beta, prior)
        judged = _judged(grid, ladder.fine)
        if steps and (grid.rough or not judged.beyond < BEYOND):
            return grid, judged, math.nan
        if last:
            change = _distance(last, judged)
            rate = min(max(change / last_change, LEAST_RATE), 1.0) if step > 1 else FIRST_RATE
            least = LUCK * last_change if step > 1 else 0.0
            error = SAFETY * max(change * (1.5 if rough else rate), least)
            if error < TOLERANCE and step > rough:
                break
            last_change = change
        last = judged
    return grid, judged, error


def _decode_slopes(moments: dict, marginals: dict, coding: Coding) -> None:
    """sigma_u1 in the study's unit of time."""
    mean, sd = moments["sigma_u1"]
    moments["sigma_u1"] = mean / coding.unit, sd / coding.unit
    value, density, cumulative = marginals["sigma_u1"]
    marginals["sigma_u1"] = Marginal(value / coding.unit, density * coding.unit, cumulative)


def parameters_at_nodes(grid: Grid, coding: Coding) -> dict[str, np.ndarray]:
    """sigma_u0, sigma_u1 and rho in the study's time, shaped to broadcast over their nodes."""
    s0, s1, rho, _ = grid.at.values
    return decode({"sigma_u0": s0[:, None, None], "sigma_u1": s1[:, None], "rho": rho}, coding)


def moments_over_nodes(grid: Grid, values: np.ndarray) -> tuple[float, float]:
    """Posterior mean and sd of a function of `parameters_at_nodes`, as sums over the nodes."""
    share = grid.mass.reshape(grid.at.sizes) @ np.full(grid.at.sizes[3], 1.0 / grid.total)
    mean = np.sum(share * values)
    return float(mean), float(np.sqrt(np.sum(share * (values - mean) ** 2)))


class _Judged(NamedTuple):
    """What grids are compared by: the parameters on the axes, and the fixed effects.

    See `kernels.marginals.axis_marginals` and `kernels.mixtures.fixed_effects`.
    """

    moments: np.ndarray
    tails: np.ndarray
    marginals: np.ndarray
    beyond: float
    log_evidence: float


def _judged(grid: Grid, fine: tuple[np.ndarray, ...]) -> _Judged:
    at, links = grid.at, tuple(axis.link for axis in grid.at.axes)
    moments, tails, marginals, beyond = marginals_kernel.axis_marginals(
        links, at.values, at.measures, grid.marginals, polynomials(at.sizes, links[3]), fine, TAILS
    )
    b = grid.beta
    of_beta = fixed_effects(grid.mass, grid.total, at.mean[b], at.variance[b], FINE, TAILS)
    moments, tails, marginals = map(np.concatenate, zip((moments, tails, marginals), of_beta))
    return _Judged(moments, tails, marginals, beyond, grid.log_evidence)


def _distance(before: _Judged, after: _Judged) -> float:
    """Largest change, in posterior sds (of log p(y) as it is); NaN if anything is."""
    evidence = abs(after.log_evidence - before.log_evidence)
    changes = marginals_kernel.changes(before.moments, before.tails, after.moments, after.tails)
    return float(np.max((evidence, changes[0], TAIL_WEIGHT * changes[1])))
