"""Independent draws from an exact posterior."""

import numpy as np

from recovery.data.longdata import LongData
from recovery.exact.kernels import marginals as marginals_kernel
from recovery.exact.kernels.draws import (
    correlations_by_wishart,
    correlations_of_draws,
    draw_beta,
    nodes_at,
)
from recovery.exact.posterior import ExactPosterior
from recovery.exact.quadrature import PARAMETERS_ON_AXES, Grid
from recovery.model.effects import draw_effects


def joint_draws(
    exact: ExactPosterior, data: LongData, n: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Draw all parameters and the subjects' effects independently from an exact posterior.

    A node is drawn by its probability, and then a place in the node's cell: along each axis, the
    quantile at a probability that is uniform within the node's share of the marginal. Marginals
    are so exact, and ranks among the draws have no steps; what parameters have in common is known
    to within a cell. beta and the effects are drawn from their normals given the rest.

    Parameters
    ----------
    exact : ExactPosterior
        The posterior.
    data : LongData
        The data set that it is of.
    n : int
        Number of draws.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    dict
        Every parameter but r_u, shape (n,), and ``u0`` and ``u1``, shape (n, subjects).
    """
    grid, problem = exact.grid, exact.problem
    order = rng.permutation(n)
    index = [i[order] for i in _node_indices(grid, rng.random(n))]
    draws = {}
    for i, name in enumerate(PARAMETERS_ON_AXES):
        if name in exact.marginals:
            share = grid.marginals[i]
            below = np.cumsum(share) - share
            place = below[index[i]] + rng.random(n) * share[index[i]]
            draws[name] = marginals_kernel.quantiles(*exact.marginals[name], place)
    rho = draws.get("rho", np.zeros(n))
    beta = draw_beta(
        problem.patterns, problem.beta_mean, problem.beta_precision,
        draws["sigma_u0"], draws["sigma_u1"], rho, draws["sigma"], rng.standard_normal((2, n)),
    )  # fmt: skip
    draws["beta0"], draws["beta1"] = beta[0] + problem.center, beta[1]
    draws["u0"], draws["u1"] = draw_effects(draws, data, rng)
    return draws


def realised_correlations(
    exact: ExactPosterior, subjects: np.ndarray, n: int, seed: int
) -> np.ndarray:
    """Draw r_u, the sample correlation of the subjects' effects, n times, in ascending order.

    Nodes are drawn systematically (at even places of the distribution function, from a random
    start), so that the mean of n draws is at least as near as that of n independent ones.

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
    grid, problem = exact.grid, exact.problem
    index = _node_indices(grid, (np.arange(n) + rng.random()) / n)
    s0, s1, rho, sigma = (value[i] for value, i in zip(grid.values, index))
    size = len(subjects)
    if len(problem.patterns) == 1 and size > 2:
        z, chi = rng.standard_normal((n, 5)), np.zeros((n, 2))
        for k in range(2):
            if size - 3 - k > 0:
                chi[:, k] = np.sqrt(rng.chisquare(size - 3 - k, n))
        if size == 3:
            z[:, 4] = 0.0
        r_u = correlations_by_wishart(problem.patterns[0], s0, s1, rho, sigma, z, chi)
    else:
        beta = draw_beta(
            problem.patterns, problem.beta_mean, problem.beta_precision,
            s0, s1, rho, sigma, rng.standard_normal((2, n)),
        )  # fmt: skip
        effects = rng.standard_normal((n, 2, size), np.float32)  # a tenth faster than doubles
        columns = np.ascontiguousarray(subjects.T)
        r_u = correlations_of_draws(columns, beta, s0, s1, rho, sigma, effects)
    return np.sort(r_u)


def _node_indices(grid: Grid, places: np.ndarray) -> tuple[np.ndarray, ...]:
    """Indices, by axis, of the nodes at places, put in order, of the distribution function."""
    chosen = nodes_at(grid.probability, np.sort(places))
    return np.unravel_index(chosen, grid.sizes)
