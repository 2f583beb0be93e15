"""The likelihood at blocks of nodes, with beta and the subjects' effects integrated out.

The notation is that of `model.statistics`, for two random effects and any number p of fixed ones,
but for the work rows: PRECISION is 1 / sigma^2, and W00, W01, W11 are the entries of W.
A block has nodes of one sigma_u0: all of rho x sigma, at some sigma_u1. Work rows hold a number for
each of its nodes; loops over them are plain arithmetic, which the compiler does several at once.
"""

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from recovery.kernels.arithmetic import exp, largest, log
from recovery.kernels.compilation import entry, helper

MOST_NODES = 1340
"""Most nodes of rho x sigma, and the distance between work rows. A load waits for an earlier store
whose address differs by about a multiple of 4096 bytes, so rows are 0.62 of that apart, after whole
multiples (8 % faster than 1032)."""

BLOCK = 128
"""Most nodes of a block of several sigma_u1."""

(RHO, S0, S1, PRECISION, BASE, E00, E01, E11, DET_E, DET, PRODUCT, LOG_DET, PIVOTS, W00, W01, W11,
 SHARE, MATRIX) = range(0, 18 * MOST_NODES, MOST_NODES)  # fmt: skip
"""Places of the work rows; BASE has N log(2 pi sigma^2). The entries of M on and below the
diagonal begin at MATRIX, row by row. DET is a pattern's determinant, then the product of the last
pivots, and PIVOTS the logarithm of the product of those before."""

TOGETHER = 4
"""Pivots of one logarithm: the product of more may be beyond a float."""


@helper
def set_effects(work, n):
    """E = Sigma / sigma^2 of all nodes, and its determinant."""
    for r in range(n):
        w, s0, s1 = work[PRECISION + r], work[S0 + r], work[S1 + r]
        e00, e11 = s0 * s0 * w, s1 * s1 * w
        work[E00 + r], work[E11 + r] = e00, e11
        work[E01 + r] = work[RHO + r] * s0 * s1 * w
        work[DET_E + r] = e00 * e11 * (1.0 - work[RHO + r] * work[RHO + r])


@helper
def set_logarithms(work, n, last, found):
    """The log likelihood of all nodes, but for half of log|P|."""
    for r in range(n):
        exponent = work[BASE + r] + work[LOG_DET + r] + work[PIVOTS + r] + work[last + r]
        found[r] = -0.5 * (exponent + log(work[DET + r]))


@helper
def set_weights(work, n, pattern):
    """(I + R E R')^-1 of a pattern, in W00, W01 and W11, and |I + R E R'|, in DET.

    |E| comes as a product, so that it does not cancel near rho = 1 or -1.
    """
    r00, r01, r11 = pattern[1], pattern[2], pattern[4]
    g00, g01, g11, det_g = r00 * r00, r00 * r01, r01 * r01 + r11 * r11, r00 * r00 * r11 * r11
    for r in range(n):
        e00, e01, e11 = work[E00 + r], work[E01 + r], work[E11 + r]
        det = 1.0 + g00 * e00 + 2.0 * g01 * e01 + g11 * e11 + det_g * work[DET_E + r]
        share = 1.0 / det
        work[DET + r] = det
        work[W00 + r] = (1.0 + r11 * r11 * e11) * share
        work[W01 + r] = -r11 * (r00 * e01 + r01 * e11) * share
        work[W11 + r] = (1.0 + r00 * r00 * e00 + 2.0 * r00 * r01 * e01 + r01 * r01 * e11) * share


@helper
def add_data(work, n, totals, patterns, m):
    """M without beta's prior, in units of 1 / sigma^2, and the sum of log|I + R E R'|."""
    for r in range(n):
        work[LOG_DET + r] = 0.0
    single = 0
    for p in range(len(patterns)):
        pattern = patterns[p]
        set_weights(work, n, pattern)
        t = MATRIX
        for k in range(m):
            for c in range(k + 1):
                place = 5 + k * m + c
                a, b = pattern[place], 2.0 * pattern[place + m * m]
                d, start = pattern[place + 3 * m * m], totals[1 + k * m + c]
                if p == 0:
                    for r in range(n):
                        work[t + r] = (
                            start + a * work[W00 + r] + b * work[W01 + r] + d * work[W11 + r]
                        )
                else:
                    for r in range(n):
                        work[t + r] += a * work[W00 + r] + b * work[W01 + r] + d * work[W11 + r]
                t += MOST_NODES
        count = pattern[0]
        if count > 1.0:
            for r in range(n):
                work[LOG_DET + r] += count * log(work[DET + r])
        elif count == 1.0:
            # one logarithm for six patterns of one subject, which saves a third with 18 patterns
            for r in range(n):
                work[PRODUCT + r] = work[DET + r] * (work[PRODUCT + r] if single % 6 > 0 else 1.0)
            single += 1
            if single % 6 == 0:
                for r in range(n):
                    work[LOG_DET + r] += log(work[PRODUCT + r])
    if single % 6 > 0:
        for r in range(n):
            work[LOG_DET + r] += log(work[PRODUCT + r])


@helper
def place_of(rows, k, c):
    """Place of the entry (k, c) of a matrix whose entries begin at `rows`."""
    return rows + (k * (k + 1) // 2 + c) * MOST_NODES


@helper
def add_prior(work, n, prior, matrix, m):
    """M with beta's prior, at `matrix`: `prior` are the entries of [P, P b; ., b'P b]."""
    size = m * (m + 1) // 2
    for t in range(size):
        start, source, target = prior[t], MATRIX + t * MOST_NODES, matrix + t * MOST_NODES
        for r in range(n):
            work[target + r] = start + work[PRECISION + r] * work[source + r]


@helper
def eliminate(work, n, matrix, m):
    """M = L D L' in its place, L with ones on the diagonal; its p pivots are in DET and PIVOTS."""
    for r in range(n):
        work[PIVOTS + r] = 0.0
    for c in range(m - 1):
        pivot = place_of(matrix, c, c)
        if c > 0 and c % TOGETHER == 0:
            for r in range(n):
                work[PIVOTS + r] += log(work[DET + r])
        for r in range(n):
            work[SHARE + r] = 1.0 / work[pivot + r]
            work[DET + r] = work[pivot + r] * (work[DET + r] if c % TOGETHER > 0 else 1.0)
        for k in range(c + 1, m):
            below = place_of(matrix, k, c)
            for j in range(c + 1, k + 1):
                beside, target = place_of(matrix, j, c), place_of(matrix, k, j)
                # column c is scaled after this loop: all rows need it as it is
                for r in range(n):
                    work[target + r] -= work[below + r] * work[SHARE + r] * work[beside + r]
        for k in range(c + 1, m):
            below = place_of(matrix, k, c)
            for r in range(n):
                work[below + r] *= work[SHARE + r]


@helper
def set_beta(work, n, matrix, m, combine, mean, variance, i, first):
    """Conditional means and variances of `combine` beta, by `eliminate`, at [:, i, first:].

    With c a row of `combine`, the variance c'(L D L')^-1 c is the sum of z^2 / D, L z = c.
    """
    p = m - 1
    beta = matrix + m * (m + 1) // 2 * MOST_NODES
    z, inverse = beta + p * MOST_NODES, beta + 2 * p * MOST_NODES
    for b in range(p - 1, -1, -1):
        last, own, pivot = place_of(matrix, p, b), beta + b * MOST_NODES, place_of(matrix, b, b)
        for r in range(n):
            work[own + r] = work[last + r]
            work[inverse + b * MOST_NODES + r] = 1.0 / work[pivot + r]
        for k in range(b + 1, p):
            below, other = place_of(matrix, k, b), beta + k * MOST_NODES
            for r in range(n):
                work[own + r] -= work[below + r] * work[other + r]
    for a in range(p):
        found_mean, found = mean[a, i, first:], variance[a, i, first:]
        for b in range(p):
            share, own = combine[a, b], z + b * MOST_NODES
            for r in range(n):
                work[own + r] = share
            for k in range(b):
                factor, other = place_of(matrix, b, k), z + k * MOST_NODES
                for r in range(n):
                    work[own + r] -= work[factor + r] * work[other + r]
            for r in range(n):
                square = work[own + r] * work[own + r] * work[inverse + b * MOST_NODES + r]
                found[r] = square + (found[r] if b > 0 else 0.0)
                product = share * work[beta + b * MOST_NODES + r]
                found_mean[r] = product + (found_mean[r] if b > 0 else 0.0)


@cache
def likelihood_kernel(p: int) -> Callable[..., tuple[np.ndarray, ...]]:
    """`likelihood` for p fixed effects: with p constant, places are, and loops over it unroll."""
    m = p + 1
    size = m * (m + 1) // 2
    matrix = MATRIX + size * MOST_NODES
    last = matrix + (size - 1) * MOST_NODES

    @entry
    def likelihood(totals, patterns, priors, log_dets, combine, values):
        """The likelihood at all nodes of a grid, beta integrated out, and beta's normals there.

        Parameters
        ----------
        totals, patterns
            As of `Statistics`.
        priors : ndarray, shape (B, m (m + 1) / 2)
            Beta's priors N(b, P^-1), as the entries of [P, P b; ., b'P b] on and
            below the diagonal.
        log_dets : ndarray, shape (B,)
            log|P|; of a flat prior 0, with which p(y) does not exist.
        combine : ndarray, shape (p, p)
            The effects wanted, as combinations of beta.
        values : tuple of four ndarrays
            Values of sigma_u0, sigma_u1, rho and sigma at the nodes, n0 ... n3 of them; n2 n3 is at
            most MOST_NODES.

        Returns
        -------
        relative : ndarray, shape (B, n0, n1, n2 * n3)
            The likelihood as a share of its maximum over the nodes.
        top : ndarray, shape (B,)
            Logarithm of this maximum.
        mean, variance : ndarray, shape (B, p, n0, n1, n2 * n3)
            Those of the effects wanted, given the node.
        """
        s0, s1, rho, sigma = values
        n0, n1, n2, n3 = len(s0), len(s1), len(rho), len(sigma)
        n = n2 * n3
        work = np.empty(matrix + (size + 3 * p) * MOST_NODES)
        constant = totals[0] * math.log(2.0 * math.pi)
        together = max(1, min(n1, BLOCK // n))  # nodes of sigma_u1 in a block
        for j in range(together):
            for r in range(n):
                w = 1.0 / (sigma[r % n3] * sigma[r % n3])
                work[RHO + j * n + r], work[PRECISION + j * n + r] = rho[r // n3], w
                work[BASE + j * n + r] = constant - totals[0] * math.log(w)
        relative = np.empty((len(priors), n0, n1 * n))
        shape = len(priors), p, n0, n1 * n
        mean, variance = np.empty(shape), np.empty(shape)
        top = np.empty(len(priors))
        for i in range(n0):
            for r in range(together * n):
                work[S0 + r] = s0[i]
            for first in range(0, n1, together):
                count = min(together, n1 - first)
                for j in range(count):
                    for r in range(n):
                        work[S1 + j * n + r] = s1[first + j]
                nodes = count * n
                set_effects(work, nodes)
                add_data(work, nodes, totals, patterns, m)
                for b in range(len(priors)):
                    add_prior(work, nodes, priors[b], matrix, m)
                    eliminate(work, nodes, matrix, m)
                    set_logarithms(work, nodes, last, relative[b, i, first * n :])
                    set_beta(work, nodes, matrix, m, combine, mean[b], variance[b], i, first * n)
        for b in range(len(priors)):
            flat = relative[b].reshape(n0 * n1 * n)
            highest = largest(flat)
            top[b] = highest + 0.5 * log_dets[b]
            for r in range(len(flat)):
                flat[r] = exp(flat[r] - highest)
        grid = (n0, n1, n)
        return (
            relative.reshape((len(priors), *grid)),
            top,
            mean.reshape((len(priors), p, *grid)),
            variance.reshape((len(priors), p, *grid)),
        )

    return likelihood
