"""The deviance with beta profiled out, and its minima, for any numbers of effects.

The covariance of the effects in units of sigma^2 is E = L L', L lower triangular. Given E, M of
`model.statistics` follows, and its Cholesky factor is everything: the squares of the first p
entries of its diagonal multiply to |sigma^2 X'V^-1 X|, and the square of the last is the quadratic
form at the best beta (Bates et al. 2015, J Stat Softw 67(1), section 3). The deviance is even in
each column of L, so a minimum at the boundary, where a standard deviation is 0 or rho is -1 or 1,
is a smooth minimum here.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from recovery.kernels.compilation import entry, helper
from recovery.kernels.gradient import invert, times, transpose

FREE, SIGMA_U0, SIGMA_U1, RHO, SIGMA = range(5)
"""What the coordinates are: see `located`."""
STEP = 1e-4  # of numerical derivatives, where the deviance is smooth over a span of about 1
MOST_STEPS = 200


@helper
def located(kind, value, scales, x, work, factor, q):
    """L, lower triangular at a place of `work`, and log sigma at coordinates x.

    FREE: x has L row by row in units of `scales`, and sigma has the value that suits best (0 is
    returned). In the others, of two effects, a parameter is fixed at `value`, and x has log sigma
    (but for SIGMA) last, with

    - SIGMA_U0: the slope's (rho s1, sqrt(1 - rho^2) s1);
    - SIGMA_U1: s0 and the angle whose sine is rho;
    - RHO: s0 and s1;
    - SIGMA: L sigma = (s0, rho s1, sqrt(1 - rho^2) s1).
    """
    if kind == FREE:
        place = 0
        for k in range(q):
            for c in range(q):
                work[factor + k * q + c] = x[place] * scales[k] if c <= k else 0.0
                place += c <= k
        return 0.0
    log_sigma = math.log(value) if kind == SIGMA else x[2]
    share = math.exp(-log_sigma)
    if kind == SIGMA_U0:
        s0, along, across = value, x[0] * scales[1], x[1] * scales[1]
    elif kind == SIGMA_U1:
        s0, along, across = x[0] * scales[0], value * math.sin(x[1]), value * math.cos(x[1])
    elif kind == RHO:
        # in size, since one of another sign would turn rho
        s0, s1 = abs(x[0]) * scales[0], abs(x[1]) * scales[1]
        along, across = value * s1, math.sqrt(1.0 - value * value) * s1
    else:
        s0, along, across = x[0] * scales[0], x[1] * scales[1], x[2] * scales[1]
    work[factor], work[factor + 1] = s0 * share, 0.0
    work[factor + 2], work[factor + 3] = along * share, across * share
    return log_sigma


@helper
def add_matrices(totals, patterns, work, factor, joint, p, q):
    """M at a place of `work` given L, and the sum of log|I + R E R'|; what is before L is free."""
    m, squares = p + 1, q * q
    x, y, w, e, r, r_t = 0, squares, 2 * squares, 3 * squares, 4 * squares, 5 * squares
    transpose(work, factor, x, q)
    times(work, factor, x, e, q)
    for k in range(m * m):
        work[joint + k] = totals[1 + k]
    log_det = 0.0
    for t in range(len(patterns)):
        for k in range(squares):
            work[r + k] = patterns[t, 1 + k]
        transpose(work, r, r_t, q)
        times(work, r, e, x, q)
        times(work, x, r_t, y, q)
        for k in range(q):
            work[y + k * q + k] += 1.0
        log_det += patterns[t, 0] * math.log(invert(work, y, w, x, q))
        for k in range(squares):
            for c in range(m * m):
                work[joint + c] += work[w + k] * patterns[t, 1 + squares + k * m * m + c]
    return log_det


@helper
def cholesky(work, a, m):
    """Cholesky factor of a matrix of order m, below the diagonal of its place; pivots are >= 0."""
    for k in range(m):
        for c in range(k + 1):
            total = work[a + k * m + c]
            for i in range(c):
                total -= work[a + k * m + i] * work[a + c * m + i]
            work[a + k * m + c] = (
                math.sqrt(max(total, 0.0)) if k == c else total / work[a + c * m + c]
            )


@helper
def deviance(totals, patterns, restricted, kind, value, scales, x, work, p, q):
    """-2 times the log likelihood at coordinates x, or times the restricted one."""
    factor, joint, rows = 6 * q * q, 7 * q * q, totals[0]
    log_sigma = located(kind, value, scales, x, work, factor, q)
    log_det = add_matrices(totals, patterns, work, factor, joint, p, q)
    cholesky(work, joint, p + 1)
    last = work[joint + p * (p + 2)]
    quadratic = max(last * last, 1e-300)  # 0 where the columns of X and Z give the responses
    if restricted:
        for i in range(p):
            log_det += 2.0 * math.log(work[joint + i * (p + 2)])
    freedom = rows - p if restricted else rows
    if kind == FREE:
        return log_det + freedom * (1.0 + math.log(2.0 * math.pi * quadratic / freedom))
    constant = freedom * (math.log(2.0 * math.pi) + 2.0 * log_sigma)
    return log_det + constant + quadratic * math.exp(-2.0 * log_sigma)


@helper
def derivatives(totals, patterns, restricted, kind, value, scales, x, work, p, q):
    """Value, gradient and Hessian of the deviance at x, by central differences."""
    n = len(x)
    gradient, hessian, y = np.zeros(n), np.zeros((n, n)), np.empty(n)
    here = 0.0
    for place in range(-1, n * (n + 1) // 2):  # x itself, each axis, and each pair of axes
        i = place if place < n else 0
        j = i
        if place >= n:
            rest = place - n
            while rest >= n - 1 - i:
                rest -= n - 1 - i
                i += 1
            j = i + 1 + rest
        both = np.zeros(2)
        for way in range(2 if place >= 0 else 1):
            for k in range(n):
                step = STEP if place >= 0 and k in (i, j) else 0.0
                y[k] = x[k] + (step if way == 0 else -step)
            both[way] = deviance(totals, patterns, restricted, kind, value, scales, y, work, p, q)
        if place < 0:
            here = both[0]
        elif i == j:
            gradient[i] = (both[0] - both[1]) / (2.0 * STEP)
            hessian[i, i] = (both[0] + both[1] - 2.0 * here) / STEP**2
        else:
            bend = (both[0] + both[1] - 2.0 * here) / STEP**2
            hessian[i, j] = hessian[j, i] = 0.5 * (bend - hessian[i, i] - hessian[j, j])
    return here, gradient, hessian


class Kernels(NamedTuple):
    """Compiled functions for so many effects.

    Attributes
    ----------
    minimum : callable
        Of (totals, patterns, restricted, kind, value, scales, start, tolerance): value and place
        of the nearest minimum, by Newton steps damped until the value falls. It ends with a short
        step that lowers the value by less than the tolerance, where no step lowers it, or after
        MOST_STEPS. The value is NaN where the start's is.
    solution : callable
        Of (totals, patterns, factor), the last being L: the Cholesky factor of M.
    """

    minimum: Callable[..., tuple[float, np.ndarray]]
    solution: Callable[..., np.ndarray]


@cache
def deviance_kernels(p: int, q: int) -> Kernels:
    """The functions for p fixed and q random effects; every loop over them is unrolled."""
    size = 7 * q * q + (p + 1) ** 2

    @entry
    def minimum(totals, patterns, restricted, kind, value, scales, start, tolerance):
        work = np.empty(size)
        n = len(start)
        here, x, trial, damping = math.inf, start.copy(), start.copy(), 1e-3
        gradient, hessian = np.zeros(n), np.zeros((n, n))
        for step in range(MOST_STEPS):
            found, new_gradient, new_hessian = derivatives(
                totals, patterns, restricted, kind, value, scales, trial, work, p, q
            )
            total = found + new_gradient.sum() + new_hessian.sum()
            usable = abs(total) < 1e300  # NaN is not
            if step == 0 and not usable:
                return math.nan, x
            if usable and found < here:
                settled = here - found < tolerance
                settled &= np.abs(trial - x).max() < math.sqrt(tolerance)
                here, gradient, hessian = found, new_gradient, new_hessian
                x[:] = trial
                if settled:
                    break
                damping *= 0.1
            else:
                damping *= 10.0
                if damping > 1e8:
                    break
            values, vectors = np.linalg.eigh(hessian)
            for k in range(n):
                trial[k] = x[k]
            for k in range(n):
                # downhill also where the deviance bends down, as at a saddle
                steepness = max(abs(values[k]), 1e-6) + damping
                along = 0.0
                for i in range(n):
                    along += vectors[i, k] * gradient[i]
                for i in range(n):
                    trial[i] -= vectors[i, k] * along / steepness
        return here, x

    @entry
    def solution(totals, patterns, factor):
        work = np.empty(size)
        place, joint = 6 * q * q, 7 * q * q
        work[place:joint] = factor.ravel()
        add_matrices(totals, patterns, work, place, joint, p, q)
        cholesky(work, joint, p + 1)
        return np.tril(work[joint:].reshape(p + 1, p + 1))

    return Kernels(minimum, solution)
