"""Marginals of the fixed effects, which are mixtures of normals over a grid's nodes."""

import math

import numpy as np

from recovery.kernels.arithmetic import bits_of, exp
from recovery.kernels.axes import REAL, placed
from recovery.kernels.compilation import entry, helper
from recovery.kernels.marginals import interpolated, quantile

BITS, GROUPS = 48, 256
"""Bits of a double that do not count for its group, and the number of groups. Four bits of the
mantissa count, so that groups are 4 to 6 % wide, and only variances 2^16 apart share one."""
WIDTH, MOST_CLASSES = 0.25, 64
"""Width of a class of means, in sds of a typical normal, and the most classes."""
NEGLIGIBLE = 1e-9  # as a share of the whole
REACH = 10.0  # of a marginal, in sds


@helper
def spread_of_means(mass, mean, variance):
    """Mean and sd of the nodes' means, and a typical sd of theirs, by a quarter of the nodes."""
    n0, n1, n = mass.shape
    whole = first = second = square = 0.0
    near = mean[n0 // 2, n1 // 2, n // 2]
    for i in range(n0 % 4 // 2, n0, 2):
        for j in range(n1 % 4 // 2, n1, 2):
            p, d, v = mass[i, j], mean[i, j], variance[i, j]
            for r in range(n):
                away = d[r] - near
                whole += p[r]
                first += p[r] * away
                second += p[r] * away * away
                square += p[r] * v[r]
    center = first / whole
    return (
        near + center,
        math.sqrt(max(second / whole - center * center, 0.0)),
        math.sqrt(square / whole),
    )


@helper
def groups_of_normals(mass, total, mean, variance):
    """The marginal of a fixed effect as a mixture of normals, one for each group of nodes.

    Given a node the effect is normal. A group's nodes have nearly the same variance (the first bits
    of the double are equal) and nearly the same mean (its class).

    Parameters
    ----------
    mass, total
        Of `grid.weigh`.
    mean, variance : ndarray, shape (n0, n1, n2 * n3)
        The effect's conditional mean and variance.

    Returns
    -------
    normals : ndarray, shape (3, groups)
        Probability, mean and variance of every group.
    """
    n0, n1, n = mass.shape
    center, spread, typical = spread_of_means(mass, mean, variance)
    classes = int(min(1.0 + 8.0 * spread / (WIDTH * typical), MOST_CLASSES))
    scale, start = 1.0 / (WIDTH * typical), 0.5 * classes
    sums = np.zeros((classes * GROUPS, 4))
    for i in range(n0):
        for j in range(n1):
            p, d, v = mass[i, j], mean[i, j], variance[i, j]
            for r in range(n):
                if p[r] > NEGLIGIBLE * total:
                    away = d[r] - center
                    place = int(min(max(start + scale * away, 0.0), classes - 1.0))
                    group = sums[place * GROUPS + (bits_of(v[r]) >> BITS) % GROUPS]
                    share = p[r] * away
                    group[0] += p[r]
                    group[1] += share
                    group[2] += p[r] * v[r]
                    group[3] += share * away
    normals, whole, count = np.empty((3, len(sums))), sums[:, 0].sum(), 0
    for group in sums:
        if group[0] > NEGLIGIBLE * whole:
            away = group[1] / group[0]
            normals[0, count], normals[1, count] = group[0] / whole, center + away
            normals[2, count] = group[2] / group[0] + max(group[3] / group[0] - away * away, 0.0)
            count += 1
    return normals[:, :count].copy()


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
def fixed_effects(mass, total, mean, variance, nodes, polynomial, fine, tails):
    """Means, sds and marginals of the fixed effects.

    Nodes are as dense as a mixture's typical normal needs, and reach to ten sds of the mixture.

    Parameters
    ----------
    mass, total
        Of `grid.weigh`.
    mean, variance : ndarray, shape (p, n0, n1, n2 * n3)
        The effects' conditional means and variances.
    nodes, polynomial, fine
        Coordinates in [-1, 1] of the marginals' nodes, the matrix of `interpolated` for these, and
        coordinates of the fine grid.
    tails : ndarray
        Probabilities of the quantiles.

    Returns
    -------
    moments : ndarray, shape (p, 2)
        Mean and sd.
    quantiles : ndarray, shape (p, tails)
        Quantiles at the probabilities `tails`.
    marginals : ndarray, shape (p, 3, fine)
        Values, density and distribution function.
    """
    p = len(mean)
    moments, quantiles = np.empty((p, 2)), np.empty((p, len(tails)))
    marginals = np.empty((p, 3, len(fine)))
    for a in range(p):
        normals = groups_of_normals(mass, total, mean[a], variance[a])
        center, sd, typical = moments_of_normals(normals)
        reach = math.asinh(REACH * sd / (2.0 * typical))
        axis = (REAL, center, 2.0 * typical, -reach, reach)
        density = density_of_normals(normals, placed(axis, nodes))
        interpolated(False, density, polynomial, placed(axis, fine), marginals[a])
        moments[a, 0], moments[a, 1] = center, sd
        for k in range(len(tails)):
            own = marginals[a]
            quantiles[a, k] = quantile(own[0], own[1], own[2], tails[k])
    return moments, quantiles, marginals
