"""Marginals of the fixed effects, which are mixtures of normals over a grid's nodes."""

import math

import numpy as np

from recovery.kernels.arithmetic import exp, log
from recovery.kernels.axes import REAL, placed
from recovery.kernels.compilation import entry, helper
from recovery.kernels.marginals import interpolated

GROUPS = 64
"""Groups of nodes whose normals are one: their variances differ by 5 %, if all by a factor of 20."""
REACH = 10.0  # of a marginal, in sds


@entry
def groups_by_variance(variance):
    """Group of every node of a grid, by the logarithm of its variance; shapes (effects, ...)."""
    p = variance.shape[0]
    size = variance.size // max(p, 1)
    values, found = variance.reshape((p, size)), np.empty((p, size), np.uint8)
    place = np.empty(size)
    for a in range(p):
        low, high = values[a].min(), values[a].max()
        rise = (GROUPS - 0.001) / max(math.log(high / low), 1e-6)
        for r in range(size):
            place[r] = rise * log(values[a, r] / low)
        for r in range(size):
            found[a, r] = max(place[r], 0.0)
    return found.reshape(variance.shape)


@helper
def normals_of_groups(mass, mean, variance, group):
    """The marginal of a fixed effect as a mixture of normals, one for each group of nodes.

    Given a node the effect is normal. A group's nodes have nearly the same variance, so that little
    more is lost than how skewed their means are.

    Parameters
    ----------
    mass : ndarray, shape (n0, n1, n2 * n3)
        Of `weigh`.
    mean, variance, group : ndarray, shape (n0, n1, n2 * n3)
        The effect's conditional mean and variance, and of `groups_by_variance`.

    Returns
    -------
    normals : ndarray, shape (3, groups)
        Probability, mean and variance; only groups with nodes that matter.
    spread : float
        Sd of the means within groups, in sds of their normals.
    """
    size = mass.size
    p, d, v, g = mass.reshape(size), mean.reshape(size), variance.reshape(size), group.reshape(size)
    near = d[size // 2]
    sums = np.zeros((GROUPS, 4))
    for r in range(size):
        own = sums[g[r]]
        away = d[r] - near
        own[0] += p[r]
        own[1] += p[r] * away
        own[2] += p[r] * v[r]
        own[3] += p[r] * away * away
    total = sums[:, 0].sum()
    normals = np.empty((3, GROUPS))
    count, within, spread = 0, 0.0, 0.0
    for c in range(GROUPS):
        if sums[c, 0] > 1e-12 * total:
            share = 1.0 / sums[c, 0]
            away, v_mean = sums[c, 1] * share, sums[c, 2] * share
            of_means = max(sums[c, 3] * share - away * away, 0.0)
            spread += sums[c, 0] * of_means
            within += sums[c, 0] * v_mean
            normals[0, count], normals[1, count] = sums[c, 0] / total, near + away
            normals[2, count] = v_mean + of_means
            count += 1
    return normals[:, :count].copy(), math.sqrt(spread / within) if count > 0 else math.nan


@helper
def moments_of_normals(normals):
    """Mean and sd of a mixture of normals, shape (3, components), and the sd of a typical normal.

    The latter is the harmonic mean of the normals' sds.
    """
    mean = square = height = 0.0
    for c in range(normals.shape[1]):
        mean += normals[0, c] * normals[1, c]
        height += normals[0, c] / math.sqrt(normals[2, c])
    for c in range(normals.shape[1]):
        square += normals[0, c] * (normals[2, c] + (normals[1, c] - mean) ** 2)
    return mean, math.sqrt(square), 1.0 / height


@helper
def density_of_normals(normals, values):
    """Density of a mixture of normals at `values`."""
    density = np.zeros(len(values))
    for c in range(normals.shape[1]):
        precision, mean = 1.0 / normals[2, c], normals[1, c]
        height = normals[0, c] * math.sqrt(precision / (2.0 * math.pi))
        for k in range(len(values)):
            d = values[k] - mean
            density[k] += height * exp(-0.5 * precision * d * d)
    return density


@entry
def fixed_effects(mass, mean, variance, group, nodes, polynomial, fine):
    """Means, sds and marginals of the fixed effects.

    Nodes are as dense as a mixture's typical normal needs, and reach to ten sds of the mixture.

    Parameters
    ----------
    mass : ndarray, shape (n0, n1, n2 * n3)
        Of `grid.weigh`.
    mean, variance, group : ndarray, shape (p, n0, n1, n2 * n3)
        The effects' conditional means and variances, and of `groups_by_variance`.
    nodes, polynomial, fine
        Coordinates in [-1, 1] of the marginals' nodes, the matrix of `interpolated` for these, and
        coordinates of the fine grid.

    Returns
    -------
    moments : ndarray, shape (p, 2)
        Mean and sd.
    marginals : ndarray, shape (p, 3, fine)
        Values, density and distribution function.
    spread : float
        See `normals_of_groups`, the largest.
    """
    p = len(mean)
    moments, marginals, spread = np.empty((p, 2)), np.empty((p, 3, len(fine))), 0.0
    for a in range(p):
        normals, own = normals_of_groups(mass, mean[a], variance[a], group[a])
        center, sd, typical = moments_of_normals(normals)
        reach = math.asinh(REACH * sd / (2.0 * typical))
        axis = (REAL, center, 2.0 * typical, -reach, reach)
        density = density_of_normals(normals, placed(axis, nodes))
        interpolated(False, density, polynomial, placed(axis, fine), marginals[a])
        moments[a, 0], moments[a, 1], spread = center, sd, max(spread, own)
    return moments, marginals, spread
