"""The posterior on a grid of the sds, rho and sigma."""

import math

import numpy as np

from recovery.kernels.arithmetic import exp, log
from recovery.kernels.compilation import entry, helper
from recovery.kernels.likelihood import (
    BASE,
    DET,
    LOG,
    MEAN0,
    MEAN1,
    MOST_NODES,
    PEAK,
    PRIOR,
    RHO,
    ROWS,
    VAR0,
    VAR1,
    W,
    add_data,
    integrate_beta,
    set_effects,
)


@helper
def densities(work, n, weight, top, relative):
    """Densities of a block's nodes times exp(weight - top), and their sum.

    PEAK keeps the largest logarithm, of all blocks, node by node.
    """
    total = 0.0
    for r in range(n):
        value = work[LOG + r] + weight
        work[PEAK + r] = value if value > work[PEAK + r] else work[PEAK + r]
        p = exp(value - top)
        work[DET + r] = relative[r] = p
        total += p
    return total


@helper
def add_normals(work, n, mean, variance, near, totals):
    """Add a block's normals of beta0 or beta1 to sums of p, p d, p v, p d^2, p d v and p v^2.

    p is the probability, d the mean counted from `near` and v the variance. `mean` and `variance`
    are MEAN0 and VAR0 or MEAN1 and VAR1; `totals` has the shape (6, n).
    """
    sum_p, sum_d, sum_v = totals[0], totals[1], totals[2]
    sum_dd, sum_dv, sum_vv = totals[3], totals[4], totals[5]
    for r in range(n):
        p, d, v = work[DET + r], work[mean + r] - near, work[variance + r]
        pd, pv = p * d, p * v
        sum_p[r] += p
        sum_d[r] += pd
        sum_v[r] += pv
        sum_dd[r] += pd * d
        sum_dv[r] += pd * v
        sum_vv[r] += pv * v


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


@helper
def half_student_t(value, df, scale):
    """Log density of a half Student t."""
    constant = math.lgamma(0.5 * (df + 1.0)) - math.lgamma(0.5 * df)
    constant += math.log(2.0 / scale) - 0.5 * math.log(df * math.pi)
    return constant - 0.5 * (df + 1.0) * math.log1p((value / scale) ** 2 / df)


@helper
def load_prior(work, log_prior, i, j, n2, n3):
    """The log prior at node (i, j) of the sds; an axis on which it does not depend has length 1."""
    m0, m1, m2, m3 = log_prior.shape
    for k in range(n2):
        part = log_prior[i if m0 > 1 else 0, j if m1 > 1 else 0, k if m2 > 1 else 0]
        if m3 > 1:
            for m in range(n3):
                work[PRIOR + k * n3 + m] = part[m]
        else:
            for m in range(n3):
                work[PRIOR + k * n3 + m] = part[0]


@helper
def times_far_from_0(patterns):
    """Whether a subject's mean time is over 2.5 sds of its times away from 0, on the average."""
    of_mean = of_spread = 0.0
    for p in range(len(patterns)):
        of_mean += patterns[p, 0] * patterns[p, 2] ** 2
        of_spread += patterns[p, 0] * patterns[p, 3] ** 2
    return of_mean > 2.5**2 * of_spread


@entry
def integrate(
    rows, rss, patterns, beta_mean, beta_precision, values, weights, log_prior, sigma_prior,
    top, lean, with_beta,
):  # fmt: skip
    """Posterior probabilities of all nodes of a grid, and what is known of beta there.

    Parameters
    ----------
    rows, rss, patterns
        Statistics of a data set, patterns of shape (P, 9).
    beta_mean, beta_precision : tuples of 2 and of 3 floats
        beta's normal prior: mean (beta0 from the center) and precision (p00, p01, p11).
    values, weights : tuples of four ndarrays
        Values of sigma_u0, sigma_u1, rho and sigma at the nodes, and what each node weighs in an
        integral over the value.
    log_prior : ndarray, shape (n0 or 1, n1 or 1, n2 or 1, n3 or 1)
        Log prior density of (sigma_u0, sigma_u1, rho) given sigma at the nodes.
    sigma_prior : tuple of 2 floats
        Degrees of freedom and scale of sigma's half Student t prior.
    top : float
        Subtracted from all logarithms of density times weight; about the largest of them.
    lean : float
        The mixture for beta0 is that of beta0 - lean beta1, the intercept at the study's origin.
    with_beta : bool
        Whether to make the mixtures (otherwise they are empty).

    Returns
    -------
    log_evidence : float
        Log p(y).
    top : float
        The largest logarithm found.
    probability : ndarray, shape (n0, n1, n2 * n3)
        Posterior probabilities, their sum 1.
    marginals : tuple of four ndarrays
        Posterior probabilities of each axis's nodes.
    beta0, beta1 : ndarray, shape (3, components)
        Probability, mean and variance of the normals of `as_normals`, whose mixtures they are.
    """
    s0, s1, rho, sigma = values
    n0, n1, n2, n3 = len(s0), len(s1), len(rho), len(sigma)
    n = n2 * n3
    p00, p01, p11 = beta_precision
    constant = 0.5 * (log(p00 * p11 - p01 * p01) - rows * log(2.0 * math.pi))
    work = np.empty(ROWS * MOST_NODES)
    work[PEAK : PEAK + n] = -np.inf
    for k in range(n2):
        for m in range(n3):
            r = k * n3 + m
            w = 1.0 / (sigma[m] * sigma[m])
            likelihood = 0.5 * (rows * log(w) - rss * w) + constant
            work[RHO + r], work[W + r] = rho[k], w
            weight = math.log(weights[2][k] * weights[3][m])
            work[BASE + r] = likelihood + half_student_t(sigma[m], *sigma_prior) + weight
    probability = np.empty((n0, n1, n))
    marginals = np.zeros(n0), np.zeros(n1), np.zeros(n2), np.zeros(n3)
    # sums over sigma_u1 for beta0, and over sigma_u0 for beta1: they depend least on these. At
    # another origin of time, or with times far from it, they depend on both: only pairs are summed
    far = times_far_from_0(patterns)
    pairs0 = (n1 + 1) // 2 if far or lean != 0.0 else 1
    pairs1 = (n0 + 1) // 2 if far else 1
    totals0 = np.zeros((n0 * pairs0 if with_beta else 0, 6, n))
    totals1 = np.zeros((n1 * pairs1 if with_beta else 0, 6, n))
    near0 = near1 = 0.0
    for i in range(n0):
        for j in range(n1):
            weight = math.log(weights[0][i] * weights[1][j])
            load_prior(work, log_prior, i, j, n2, n3)
            for r in range(n):
                set_effects(work, r, s0[i], s1[j], work[RHO + r], work[W + r])
            add_data(work, n, patterns, beta_mean, beta_precision)
            integrate_beta(work, n, lean)
            block = probability[i, j]
            total = densities(work, n, weight, top, block)
            marginals[0][i] += total
            marginals[1][j] += total
            if with_beta:
                if i == 0 and j == 0:
                    near0, near1 = work[MEAN0], work[MEAN1]
                add_normals(work, n, MEAN0, VAR0, near0, totals0[i * pairs0 + (j // 2) % pairs0])
                add_normals(work, n, MEAN1, VAR1, near1, totals1[j * pairs1 + (i // 2) % pairs1])
    total = marginals[0].sum()
    marginals[0][:] /= total
    marginals[1][:] /= total
    inner = np.zeros(n)
    share = 1.0 / total
    for i in range(n0):
        for j in range(n1):
            block = probability[i, j]
            for r in range(n):
                block[r] *= share
                inner[r] += block[r]
    for k in range(n2):
        for m in range(n3):
            marginals[2][k] += inner[k * n3 + m]
            marginals[3][m] += inner[k * n3 + m]
    normals0 = as_normals(totals0, near0, n3, 2 if far or pairs0 == 1 else 1)
    normals1 = as_normals(totals1, near1, n3, 2)
    return (
        top + math.log(total),
        work[PEAK : PEAK + n].max(),
        probability,
        marginals,
        normals0,
        normals1,
    )
