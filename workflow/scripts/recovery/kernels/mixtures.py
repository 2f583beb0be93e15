"""Marginals of the fixed effects, which are mixtures of normals over a grid's nodes."""

import math

import numpy as np

from recovery.kernels.arithmetic import bits_of, exp
from recovery.kernels.axes import REAL, placed
from recovery.kernels.compilation import entry, helper
from recovery.kernels.marginals import distribution, quantile

BITS, GROUPS = 49, 256
"""Bits of a double that do not count for its group, and the number of groups. Three bits of the
mantissa count, so that groups are 6 to 12 % wide; variances a factor of 2^32 apart share one."""
WIDTH, MOST_CLASSES = 0.25, 64
"""Width of a class of means, in roots of the mean variance, and the most classes."""
NEGLIGIBLE = 3e-5  # as a share of the whole: what all nodes that are left out may hold
REACH = 10.0  # of a marginal, in sds


@helper
def spread_of_means(mass, total, mean, variance, step):
    """Mean and sd of the nodes' means, and the root mean variance, by some of the nodes.

    Of both sds every step-th node is taken. All are 0 if these hold less than 1 % of the mass.
    """
    n0, n1, n = mass.shape
    whole = first = second = square = 0.0
    near = mean[n0 // 2, n1 // 2, n // 2]
    for i in range(0, n0, step):
        for j in range(0, n1, step):
            p, d, v = mass[i, j], mean[i, j], variance[i, j]
            for r in range(n):
                away = d[r] - near
                whole += p[r]
                first += p[r] * away
                second += p[r] * away * away
                square += p[r] * v[r]
    share = 1.0 / whole if whole > 0.01 * total else 0.0
    center = first * share
    spread = math.sqrt(max(second * share - center * center, 0.0))
    return near + center, spread, math.sqrt(square * share)


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
    center, spread, typical = spread_of_means(mass, total, mean, variance, 4)
    if not typical > 0.0:
        center, spread, typical = spread_of_means(mass, total, mean, variance, 1)
    classes = int(min(1.0 + 8.0 * spread / (WIDTH * typical), MOST_CLASSES))
    scale, start = 1.0 / (WIDTH * typical), 0.5 * classes
    sums, negligible = np.zeros((classes * GROUPS, 4)), NEGLIGIBLE * total / mass.size
    for i in range(n0):
        for j in range(n1):
            p, d, v = mass[i, j], mean[i, j], variance[i, j]
            for r in range(n):
                if p[r] > negligible:
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
        if group[0] > negligible:
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
def fixed_effects(mass, total, mean, variance, fine, tails):
    """Means, sds and marginals of the fixed effects; NaN if no node has mass.

    The fine grid is as dense as a mixture's typical normal needs, and reaches to ten sds of the
    mixture.

    Parameters
    ----------
    mass, total
        Of `grid.weigh`.
    mean, variance : ndarray, shape (p, n0, n1, n2 * n3)
        The effects' conditional means and variances.
    fine : ndarray
        Coordinates of the fine grid in [-1, 1].
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
    moments, quantiles = np.full((p, 2), np.nan), np.full((p, len(tails)), np.nan)
    marginals = np.full((p, 3, len(fine)), np.nan)
    for a in range(p if total > 0.0 else 0):
        normals = groups_of_normals(mass, total, mean[a], variance[a])
        center, sd, typical = moments_of_normals(normals)
        reach = math.asinh(REACH * sd / (2.0 * typical))
        axis = (REAL, center, 2.0 * typical, -reach, reach)
        value = placed(axis, fine)
        density = density_of_normals(normals, value)
        cumulative = distribution(value, density)
        marginals[a, 0], marginals[a, 1], marginals[a, 2] = value, density, cumulative
        moments[a, 0], moments[a, 1] = center, sd
        for k in range(len(tails)):
            own = marginals[a]
            quantiles[a, k] = quantile(own[0], own[1], own[2], tails[k])
    return moments, quantiles, marginals
