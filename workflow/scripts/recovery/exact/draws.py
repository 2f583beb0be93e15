"""Independent draws from an exact posterior."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from recovery.data.longdata import LongData
from recovery.exact.grid import Grid
from recovery.exact.posterior import ExactPosterior, moments_over_nodes, parameters_at_nodes
from recovery.exact.quadrature import PARAMETERS_ON_AXES, Problem, entries_of
from recovery.kernels import marginals as marginals_kernel
from recovery.kernels.draws import (
    beta_of_draws,
    correlations_by_wishart,
    effects_kernel,
    nodes_at,
)
from recovery.model.coded import decode
from recovery.model.effects import covariance_factor
from recovery.parameters import correlation

LARGEST_CORRELATION = 1.0 - 1e-12  # so that Fisher's z is finite


def joint_draws(
    exact: ExactPosterior, data: LongData, n: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Draw all parameters and the subjects' effects independently from an exact posterior.

    A node is drawn by its probability, and then a place in the node's cell (`_placed`). beta and
    the effects are drawn from their normals given the rest.

    Parameters
    ----------
    exact : ExactPosterior
        The posterior.
    data : LongData
        The data set that it is of, in the study's time.
    n : int
        Number of draws.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    dict
        Every parameter but r_u, shape (n,), and ``u0`` and ``u1``, shape (n, subjects), in the
        study's time.
    """
    problem = exact.problem
    order = rng.permutation(n)
    index = tuple(i[order] for i in _node_indices(exact.grid, np.sort(rng.random(n))))
    draws = _placed(exact, index, rng)
    of_beta = rng.standard_normal((len(problem.combine), n))
    of_effects = rng.standard_normal((n, data.subjects, 2))
    beta, effects = _beta_and_effects(exact, draws, of_beta, of_effects)
    draws["u0"], draws["u1"] = effects
    draws = decode(draws, problem.coding)
    beta[0] += problem.center
    return draws | dict(zip(("beta0", "beta1", *data.effects), beta))


class Randomness(NamedTuple):
    """Random numbers that all priors of a data set share, so that their differences are precise.

    Attributes
    ----------
    places : ndarray, shape (n,)
        Even places of the distribution function, from a random start.
    standard : ndarray, shape (n, 5)
    roots : ndarray, shape (n, 2)
        Normals and roots of chi-squares of `correlations_by_wishart`; empty where it is not used.
    beta : ndarray, shape (p, n)
    effects : ndarray, shape (n, subjects, 2)
        Normals of beta and of the subjects' effects; empty where they are not used.
    seed : int
        Seed of what is drawn prior by prior.
    """

    places: np.ndarray
    standard: np.ndarray
    roots: np.ndarray
    beta: np.ndarray
    effects: np.ndarray
    seed: int

    @classmethod
    def of(cls, problem: Problem, n: int, seed: int) -> "Randomness":
        """The random numbers of a data set."""
        rng, size = np.random.default_rng(seed), problem.data.subjects
        places = (np.arange(n) + rng.random()) / n
        empty = np.empty((n, 0))
        if not _alike(problem):
            of_beta = rng.standard_normal((len(problem.combine), n))
            of_effects = rng.standard_normal((n, size, 2))
            return cls(places, empty, empty, of_beta, of_effects, seed)
        z, roots = rng.standard_normal((n, 5)), np.zeros((n, 2), order="F")
        for k in range(2):
            if size - 3 - k > 0:
                roots[:, k] = np.sqrt(rng.chisquare(size - 3 - k, n))
        if size == 3:
            z[:, 4] = 0.0
        # in columns, so that the loop over draws handles several at once
        return cls(places, np.asfortranarray(z), roots, empty, empty, seed)


def drawn_estimands(exact: ExactPosterior, shared: Randomness) -> dict[str, np.ndarray]:
    """Draws, in ascending order, of the estimands that have no marginal on the grid.

    These are r_u, the sample correlation of the subjects' effects, and sigma_u0 and rho under a
    prior that is stated at another origin of time. The latter are `matched` to their mean and sd
    over the nodes: draws know the place in a node's cell for one parameter at a time, which biases
    means of functions of several by some 0.01 sd, and their sds by 2 %. Nodes are drawn
    systematically (at even places of the distribution function, from a random start), so that the
    mean of n draws is at least as near as that of n independent ones.
    """
    grid, coding = exact.grid, exact.problem.coding
    index = _node_indices(grid, shared.places)
    nodes = {name: value[i] for name, value, i in zip(PARAMETERS_ON_AXES, grid.at.values, index)}
    found = {"r_u": np.sort(_realised_correlations(exact, nodes, shared))}
    if coding.origin:
        decoded = decode(_placed(exact, index, np.random.default_rng([shared.seed, 1])), coding)
        at_nodes = parameters_at_nodes(grid, coding)
        found |= {
            name: matched(name, np.sort(decoded[name]), at_nodes[name], grid)
            for name in ("sigma_u0", "rho")
        }
    return found


def matched(name: str, draws: np.ndarray, at_nodes: np.ndarray, grid: Grid) -> np.ndarray:
    """Draws of an sd or a correlation, moved and stretched to mean and sd over the nodes.

    For correlations (rho, rho_at_...) this is done on Fisher's z scale, which has no ends.

    Parameters
    ----------
    name : str
        The estimand, a function of sigma_u0, sigma_u1 and rho.
    draws : ndarray, shape (n,)
        Its draws.
    at_nodes : ndarray
        Its values at the nodes, see `parameters_at_nodes`.
    grid : Grid
        The nodes.
    """
    correlation = name.startswith("rho")
    if correlation:
        draws, at_nodes = _fisher_z(draws), _fisher_z(at_nodes)
    mean, sd = moments_over_nodes(grid, at_nodes)
    spread = draws.std()
    found = mean + (draws - draws.mean()) * (sd / spread if spread > 0.0 else 0.0)
    return np.tanh(found) if correlation else np.maximum(found, 0.0)


def _fisher_z(rho: np.ndarray) -> np.ndarray:
    return np.arctanh(np.clip(rho, -LARGEST_CORRELATION, LARGEST_CORRELATION))


def _alike(problem: Problem) -> bool:
    """Whether all subjects, three or more, have the same visits and fixed effects."""
    data = problem.data
    return len(problem.statistics.patterns) == 1 and data.subjects > 2 and not data.effects


def _realised_correlations(
    exact: ExactPosterior, nodes: Mapping[str, np.ndarray], shared: Randomness
) -> np.ndarray:
    """r_u for draws of the parameters on the axes, each of shape (n,)."""
    problem, lean = exact.problem, exact.problem.coding.lean
    if _alike(problem):
        triangle, scatter = problem.statistics.triangles[0], problem.scatter
        values = (nodes[name] for name in PARAMETERS_ON_AXES)
        return correlations_by_wishart(
            (triangle[0, 0], triangle[0, 1], triangle[1, 1]),
            (scatter[0, 0], scatter[0, 1], scatter[1, 1]),
            *values, shared.standard, shared.roots, lean,
        )  # fmt: skip
    _, (u0, u1) = _beta_and_effects(exact, nodes, shared.beta, shared.effects)
    return correlation(u0 - lean * u1, u1)


def _beta_and_effects(
    exact: ExactPosterior, draws: Mapping[str, np.ndarray], z: np.ndarray, noise: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Beta from the center, shape (p, n), and effects in the grid's coding, shape (2, n, J)."""
    statistics, sigma = exact.problem.statistics, draws["sigma"]
    precision, _ = entries_of([exact.prior.beta_precision(exact.problem.means)])
    parameters = np.array([draws.get(name, 0.0 * sigma) for name in PARAMETERS_ON_AXES])
    drawn = beta_of_draws(*statistics[:2], precision[0], parameters, z)
    v = np.column_stack([*-drawn, np.ones(len(sigma))])
    effects = effects_kernel(2)(
        statistics.triangles, statistics.coordinates, covariance_factor(draws, 2), v, sigma, noise
    )
    return exact.problem.combine @ drawn, effects


def _placed(
    exact: ExactPosterior, index: tuple[np.ndarray, ...], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Values of the axes' parameters in the cells of nodes, in the coding of the grid.

    Along each axis it is the quantile at a probability that is uniform within the node's share of
    the marginal. Marginals are therefore exact and ranks are not discretised; how parameters go
    together is known to within a cell.
    """
    grid, draws = exact.grid, {}
    for i, name in enumerate(PARAMETERS_ON_AXES):
        if grid.at.sizes[i] > 1:
            share = grid.marginals[i]
            below = np.cumsum(share) - share
            place = below[index[i]] + rng.random(len(index[i])) * share[index[i]]
            draws[name] = marginals_kernel.quantiles(*exact.axis_marginals[i], place)
    return draws


def _node_indices(grid: Grid, places: np.ndarray) -> tuple[np.ndarray, ...]:
    """Indices, by axis, of the nodes at ascending places of the distribution function."""
    return tuple(nodes_at(grid.mass, grid.at.sizes[3], places * grid.total))
