"""The likelihood of `model.statistics` with its gradient, for any numbers of effects.

Small matrices are named by their first place in an array of work. Where their order is a constant,
as in `log_likelihood`, the compiler unrolls every loop.
"""

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from recovery.kernels.compilation import generated, helper


@helper
def times(work, a, b, product, q):
    """Matrix product a b of q x q matrices."""
    for k in range(q):
        for c in range(q):
            total = 0.0
            for i in range(q):
                total += work[a + k * q + i] * work[b + i * q + c]
            work[product + k * q + c] = total


@helper
def transpose(work, a, transposed, q):
    """Transpose of a."""
    for k in range(q):
        for c in range(q):
            work[transposed + k * q + c] = work[a + c * q + k]


@helper
def invert(work, a, inverse, factor, q):
    """Invert a positive definite matrix by its Cholesky factor; its determinant."""
    det = 1.0
    for k in range(q):
        for c in range(k + 1):
            total = work[a + k * q + c]
            for i in range(c):
                total -= work[factor + k * q + i] * work[factor + c * q + i]
            if k == c:
                det *= total
                work[factor + k * q + k] = math.sqrt(total)
            else:
                work[factor + k * q + c] = total / work[factor + c * q + c]
    for c in range(q):  # the factor's inverse, in the place of the matrix
        for k in range(c, q):
            total = 1.0 if k == c else 0.0
            for i in range(c, k):
                total -= work[factor + k * q + i] * work[a + i * q + c]
            work[a + k * q + c] = total / work[factor + k * q + k]
    for k in range(q):
        for c in range(k + 1):
            total = 0.0
            for i in range(k, q):
                total += work[a + i * q + k] * work[a + i * q + c]
            work[inverse + k * q + c] = work[inverse + c * q + k] = total
    return det


@helper
def add_symmetric(matrix, start, weight, work, v, product, m):
    """Add weight G v to a product, for G at a place in `matrix`; v'G v."""
    square = 0.0
    for i in range(m):
        total = 0.0
        for j in range(m):
            total += matrix[start + i * m + j] * work[v + j]
        work[product + i] += weight * total
        square += total * work[v + i]
    return square


@helper
def below(k, c):
    """Place of a correlation in the order of rows below the diagonal."""
    return max(k, c) * (max(k, c) - 1) // 2 + min(k, c)


@cache
def log_likelihood(p: int, q: int) -> Callable[..., np.ndarray]:
    """A compiled function of (totals, patterns, vector): the log likelihood, then its gradient.

    The vector is that of `likelihood_op`: beta, sigma, standard deviations, correlations. (The
    exact engine has another kernel, for blocks of nodes, beta integrated out, and q = 2.)

    With S_kl = v'G_kl v per pattern, the derivative by Sigma is the sum over patterns of
    -R'(count W - W S W / sigma^2) R / (2 sigma^2); that by beta is the first p entries of
    M v / sigma^2. That by sigma uses W R E R' = I - W, so that the trace of W R E R' is q minus
    that of W.
    """
    m, squares = p + 1, q * q
    first_sd, first_rho = p + 1, p + 1 + q
    v, mv, e, r, r_t, x, y, w, s, by_e = np.cumsum([0, m, m, *[squares] * 7]).tolist()
    size = by_e + squares

    @generated
    def evaluate(totals, patterns, vector):
        work = np.zeros(size)
        sigma = vector[p]
        share = 1.0 / (sigma * sigma)
        for k in range(q):
            for c in range(q):
                rho = 1.0 if k == c else vector[first_rho + below(k, c)]
                work[e + k * q + c] = rho * vector[first_sd + k] * vector[first_sd + c] * share
        for i in range(p):
            work[v + i] = -vector[i]
        work[v + p] = 1.0
        left = add_symmetric(totals, 1, 1.0, work, v, mv, m)
        misfit, log_det, subjects, trace = left, 0.0, 0.0, 0.0
        for pattern in patterns:
            count = pattern[0]
            for k in range(squares):
                work[r + k] = pattern[1 + k]
            transpose(work, r, r_t, q)
            times(work, r, e, x, q)
            times(work, x, r_t, y, q)
            for k in range(q):
                work[y + k * q + k] += 1.0
            log_det += count * math.log(invert(work, y, w, x, q))
            for k in range(q):
                for c in range(k + 1):
                    weight = work[w + k * q + c] * (1.0 if k == c else 2.0)
                    start = 1 + squares + (k * q + c) * m * m
                    square = add_symmetric(pattern, start, weight, work, v, mv, m)
                    work[s + k * q + c] = work[s + c * q + k] = square
                    misfit += weight * square
            times(work, w, s, x, q)
            times(work, x, w, y, q)
            for k in range(squares):
                work[y + k] = count * work[w + k] - share * work[y + k]
            for k in range(q):
                trace += work[y + k * q + k]
            times(work, r_t, y, x, q)
            times(work, x, r, y, q)
            for k in range(squares):
                work[by_e + k] += work[y + k]
            subjects += count
        rows = totals[0]
        found = np.zeros(1 + len(vector))
        found[0] = rows * math.log(2.0 * math.pi / share) + log_det + misfit * share
        found[0] *= -0.5
        for i in range(p):
            found[1 + i] = work[mv + i] * share
        found[1 + p] = -(trace + rows - q * subjects - left * share) / sigma
        for k in range(q):
            for c in range(q):
                by_covariance = -work[by_e + k * q + c] * share
                rho = 1.0 if k == c else vector[first_rho + below(k, c)]
                found[1 + first_sd + k] += by_covariance * vector[first_sd + c] * rho
                if c < k:
                    by_rho = by_covariance * vector[first_sd + k] * vector[first_sd + c]
                    found[1 + first_rho + below(k, c)] = by_rho
        return found

    return evaluate
