"""The posterior on a grid of the sds, rho and sigma: a likelihood times a prior."""

import numpy as np

from recovery.kernels.arithmetic import exp, largest
from recovery.kernels.compilation import entry, helper


@helper
def exponentials(logarithms):
    """Exponentials of an array, as shares of the largest, and the logarithm of the largest."""
    top = largest(logarithms.reshape(logarithms.size))
    shares = np.empty(logarithms.shape)
    source, target = logarithms.reshape(logarithms.size), shares.reshape(logarithms.size)
    for r in range(len(source)):
        target[r] = exp(source[r] - top)
    return shares, top


@entry
def weigh(relative, sds, by_rho, inner, measures):
    """Posterior probabilities of a grid's nodes, up to a factor.

    Parameters
    ----------
    relative : ndarray, shape (n0, n1, n2 * n3)
        The likelihood, up to a factor.
    sds, by_rho, inner : ndarrays, shapes (n0, n1, n2 or 1), (n2,) and (n0 or 1, n1 or 1, n3)
        The log density of the prior is their sum. `sds` has the factor of the sds, and of rho too
        if they are not independent; `inner` has what depends on sigma.
    measures : tuple of four ndarrays
        What the nodes of each axis weigh in an integral.

    Returns
    -------
    total, log_factor : float
        The sum over the nodes, and the logarithm of the factor that it lacks.
    mass : ndarray, shape (n0, n1, n2 * n3)
        Probabilities times the total.
    marginals : tuple of four ndarrays
        Probabilities of each axis's nodes.
    """
    outer, top_outer = exponentials(sds)
    along, top_along = exponentials(by_rho)
    own, top_own = exponentials(inner)
    n0, n1, one = outer.shape
    n2, n3 = len(along), own.shape[2]
    m0, m1, _ = own.shape
    mass = np.empty(relative.shape)
    marginals = np.zeros(n0), np.zeros(n1), np.zeros(n2), np.zeros(n3)
    row, sums = np.empty(n2 * n3), np.zeros(n2 * n3)
    for i in range(n0):
        for j in range(n1):
            measure = measures[0][i] * measures[1][j]
            by_sigma = own[i if m0 > 1 else 0, j if m1 > 1 else 0]
            for k in range(n2):
                factor = outer[i, j, k if one > 1 else 0] * along[k] * measures[2][k] * measure
                for m in range(n3):
                    row[k * n3 + m] = factor * by_sigma[m] * measures[3][m]
            source, target, total = relative[i, j], mass[i, j], 0.0
            for r in range(n2 * n3):
                p = source[r] * row[r]
                target[r] = p
                sums[r] += p
                total += p
            marginals[0][i] += total
            marginals[1][j] += total
    for k in range(n2):
        for m in range(n3):
            marginals[2][k] += sums[k * n3 + m]
            marginals[3][m] += sums[k * n3 + m]
    total = marginals[0].sum()
    share = 1.0 / total if total > 0.0 else 0.0
    for part in marginals:
        part *= share
    return total, top_outer + top_along + top_own, mass, marginals
