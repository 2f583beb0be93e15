"""The posterior on a grid of the sds, rho and sigma: a likelihood times a prior."""

import math

import numpy as np

from recovery.kernels.compilation import entry, helper


@entry
def weigh(relative, outer, by_rho, inner, measures):
    """Posterior probabilities of a grid's nodes.

    Parameters
    ----------
    relative : ndarray, shape (n0, n1, n2 * n3)
        The likelihood, up to a factor.
    outer : ndarray, shape (n0, n1, n2 or 1)
        The factor of the prior that does not depend on sigma.
    by_rho : ndarray, shape (n2,)
        A further factor, of rho alone.
    inner : ndarray, shape (n0 or 1, n1 or 1, n3)
        That which does not depend on rho.
    measures : tuple of four ndarrays
        What the nodes of each axis weigh in an integral.

    Returns
    -------
    total : float
        The sum over the nodes.
    probability : ndarray, shape (n0, n1, n2 * n3)
        Probabilities, their sum 1.
    marginals : tuple of four ndarrays
        Probabilities of each axis's nodes.
    """
    n0, n1, one = outer.shape
    n2, n3 = len(by_rho), inner.shape[2]
    m0, m1, _ = inner.shape
    probability = np.empty(relative.shape)
    marginals = np.zeros(n0), np.zeros(n1), np.zeros(n2), np.zeros(n3)
    by_sigma = np.empty(n3)
    for i in range(n0):
        for j in range(n1):
            source, found = relative[i, j], probability[i, j]
            by_sds, own = outer[i, j], inner[i if m0 > 1 else 0, j if m1 > 1 else 0]
            for m in range(n3):
                by_sigma[m] = own[m] * measures[3][m]
            total, measure = 0.0, measures[0][i] * measures[1][j]
            for k in range(n2):
                start, share = k * n3, 0.0
                factor = by_sds[k if one > 1 else 0] * by_rho[k] * measures[2][k] * measure
                for m in range(n3):
                    p = source[start + m] * factor * by_sigma[m]
                    found[start + m] = p
                    share += p
                marginals[2][k] += share
                total += share
            marginals[0][i] += total
            marginals[1][j] += total
    total = marginals[0].sum()
    if total > 0.0:
        share = 1.0 / total
        flat = probability.reshape(n0 * n1 * n2 * n3)
        for r in range(len(flat)):
            flat[r] *= share
        for part in marginals[:3]:
            part *= share
        rows = probability.reshape(n0 * n1 * n2, n3)
        for r in range(len(rows)):
            for m in range(n3):
                marginals[3][m] += rows[r, m]
    return total, probability, marginals


@helper
def add_normals(probability, mean, variance, near, totals):
    """Add a block's normals of an effect to sums of p, p d, p v, p d^2, p d v and p v^2.

    p is the probability, d the mean counted from `near` and v the variance; `totals` has the shape
    (6, n).
    """
    sum_p, sum_d, sum_v = totals[0], totals[1], totals[2]
    sum_dd, sum_dv, sum_vv = totals[3], totals[4], totals[5]
    for r in range(len(probability)):
        p, d, v = probability[r], mean[r] - near, variance[r]
        pd, pv = p * d, p * v
        sum_p[r] += p
        sum_d[r] += pd
        sum_v[r] += pv
        sum_dd[r] += pd * d
        sum_dv[r] += pd * v
        sum_vv[r] += pv * v


@entry
def normals(probability, mean, variance, n3, along, each):
    """A mixture of normals for one of the fixed effects.

    Parameters
    ----------
    probability : ndarray, shape (n0, n1, n2 * n3)
        Of `weigh`.
    mean, variance : ndarray, shape (n0, n1, n2 * n3)
        The effect's conditional mean and variance.
    n3 : int
        Nodes of sigma.
    along : int
        The axis, sigma_u0 (0) or sigma_u1 (1), over which nodes are summed.
    each : int
        How many of its nodes are summed at once.

    Returns
    -------
    ndarray, shape (3, components)
        Probability, mean and variance, see `as_normals`.
    """
    n0, n1, n = probability.shape
    kept, summed = (n1, n0) if along == 0 else (n0, n1)
    groups = -(-summed // each)
    totals = np.zeros((kept * groups, 6, n))
    near = mean[n0 // 2, n1 // 2, n // 2]
    for i in range(n0):
        for j in range(n1):
            a, b = (j, i) if along == 0 else (i, j)
            place = a * groups + b // each
            add_normals(probability[i, j], mean[i, j], variance[i, j], near, totals[place])
    return as_normals(totals, near, n3, 2 if groups == 1 else 1)


@helper
def as_normals(totals, near, n3, parts):
    """Probability, mean and variance, shape (3, components), from totals, shape (., 6, n2 n3).

    The totals are sums over nodes of one standard deviation (or of pairs of them). Here the nodes
    of sigma are summed too: all of them (`parts` = 1), or the lower and the upper half (2). Two
    normals stand for each sum. They keep its mean and variance, and also the sd of the variances
    and the covariance of the means with the variances: without the former its tails would be too
    short, without the latter it would not be skewed.
    """
    size, _, n = totals.shape
    normals = np.empty((3, 2 * parts * size * (n // n3)))
    whole = totals[:, 0].sum()
    sums = np.empty(6)
    c = 0
    for i in range(size):
        for part in range(parts * (n // n3)):
            start = part // parts * n3
            first = start + part % parts * n3 // parts
            last = start + (part % parts + 1) * n3 // parts
            sums[:] = 0.0
            for m in range(first, last):
                for k in range(6):
                    sums[k] += totals[i, k, m]
            known = sums[0] > 1e-290  # its inverse is not infinite
            share = 1.0 / sums[0] if known else 0.0
            d, v = sums[1] * share, sums[2] * share
            dd = max(sums[3] * share - d * d, 0.0)
            dv, vv = sums[4] * share - d * v, sums[5] * share - v * v
            apart, most = math.sqrt(max(vv, 0.0)), math.sqrt(dd)
            shift = min(max(dv / apart, -most), most) if apart > 1e-6 * v else 0.0
            v += dd - shift * shift
            apart = min(apart, 0.9 * v)  # both variances stay positive
            for sign in (-1.0, 1.0):
                normals[0, c] = 0.5 * sums[0] / whole if known else 0.0
                normals[1, c] = d + sign * shift + near
                normals[2, c] = v + sign * apart if known else 1.0
                c += 1
    return normals
