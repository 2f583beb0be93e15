"""Independent draws from an exact posterior."""

import numpy as np

from recovery.data.longdata import LongData
from recovery.exact.posterior import ExactPosterior, moments_over_nodes, parameters_at_nodes
from recovery.exact.quadrature import PARAMETERS_ON_AXES, Grid
from recovery.kernels import marginals as marginals_kernel
from recovery.kernels.draws import (
    correlations_by_wishart,
    correlations_of_draws,
    draw_beta,
    nodes_at,
)
from recovery.model.coded import decode
from recovery.model.effects import draw_effects

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
    rho = draws.get("rho", np.zeros(n))
    beta = draw_beta(
        problem.patterns, problem.beta_mean, problem.beta_precision,
        draws["sigma_u0"], draws["sigma_u1"], rho, draws["sigma"], rng.standard_normal((2, n)),
    )  # fmt: skip
    draws["beta0"], draws["beta1"] = beta[0] + problem.center, beta[1]
    draws["u0"], draws["u1"] = draw_effects(draws, problem.coding.code_data(data), rng)
    return decode(draws, problem.coding)


def drawn_estimands(
    exact: ExactPosterior, subjects: np.ndarray, n: int, seed: int
) -> dict[str, np.ndarray]:
    """Draws, in ascending order, of the estimands that have no marginal on the grid.

    These are r_u, the sample correlation of the subjects' effects, and sigma_u0 and rho under a
    prior that is stated at another origin of time. The latter are `matched` to their mean and sd
    over the nodes: draws know the place in a node's cell for one parameter at a time, which biases
    means of functions of several by some 0.01 sd, and their sds by 2 %. Nodes are drawn
    systematically (at even places of the distribution function, from a random start), so that the
    mean of n draws is at least as near as that of n independent ones.

    Parameters
    ----------
    exact : ExactPosterior
        The posterior.
    subjects : ndarray, shape (J, 5)
        Its subjects (`BatchStatistics.subjects_of`).
    n : int
        Number of draws.
    seed : int
        Seed of the draws.
    """
    rng = np.random.default_rng(seed)
    grid, coding = exact.grid, exact.problem.coding
    index = _node_indices(grid, (np.arange(n) + rng.random()) / n)
    s0, s1, rho, sigma = (value[i] for value, i in zip(grid.values, index))
    found = {}
    if coding.origin:
        decoded = decode(_placed(exact, index, rng), coding)
        at_nodes = parameters_at_nodes(grid, coding)
        found = {
            name: matched(name, np.sort(decoded[name]), at_nodes[name], grid)
            for name in ("sigma_u0", "rho")
        }
    r_u = _realised_correlations(exact, subjects, s0, s1, rho, sigma, rng)
    return {"r_u": np.sort(r_u), **found}


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


def _realised_correlations(exact, subjects, s0, s1, rho, sigma, rng) -> np.ndarray:
    """r_u for draws of the parameters in the coding of the grid, each of shape (n,)."""
    problem, n, size = exact.problem, len(sigma), len(subjects)
    lean = problem.coding.lean
    if len(problem.patterns) == 1 and size > 2:
        z, chi = rng.standard_normal((n, 5)), np.zeros((n, 2), order="F")
        for k in range(2):
            if size - 3 - k > 0:
                chi[:, k] = np.sqrt(rng.chisquare(size - 3 - k, n))
        if size == 3:
            z[:, 4] = 0.0
        z = np.asfortranarray(z)  # so that the loop over draws handles several at once
        return correlations_by_wishart(problem.patterns[0], s0, s1, rho, sigma, z, chi, lean)
    beta = draw_beta(
        problem.patterns, problem.beta_mean, problem.beta_precision,
        s0, s1, rho, sigma, rng.standard_normal((2, n)),
    )  # fmt: skip
    effects = rng.standard_normal((n, 2, size), np.float32)  # a tenth faster than doubles
    columns = np.ascontiguousarray(subjects.T)
    return correlations_of_draws(columns, beta, s0, s1, rho, sigma, effects, lean)


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
        if grid.sizes[i] > 1:
            share = grid.marginals[i]
            below = np.cumsum(share) - share
            place = below[index[i]] + rng.random(len(index[i])) * share[index[i]]
            draws[name] = marginals_kernel.quantiles(*exact.axis_marginals[i], place)
    return draws


def _node_indices(grid: Grid, places: np.ndarray) -> tuple[np.ndarray, ...]:
    """Indices, by axis, of the nodes at ascending places of the distribution function."""
    return tuple(nodes_at(grid.probability, grid.sizes[3], places))
