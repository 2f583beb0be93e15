"""The deviance with beta profiled out, as a function of three coordinates.

The covariance of the effects in units of sigma^2 is E = L L', L lower triangular. Given E, the
likelihood is a least-squares problem in beta (Bates et al. 2015, J Stat Softw 67(1), section 3).
The deviance is even in the diagonal of L, so a minimum at the boundary, where a standard deviation
is 0 or rho is -1 or 1, is a smooth minimum here.
"""

import math

import numpy as np

from recovery.kernels.compilation import entry, helper
from recovery.kernels.likelihood import lines

REML, ML, SIGMA_U0, SIGMA_U1, RHO, SIGMA = range(6)
"""What the coordinates are: see `located`."""

STEP = 1e-4  # of numerical derivatives, where the deviance is smooth over a span of about 1


@helper
def least_squares(rows, rss, patterns, l00, l10, l11):
    """Given L: log|M| of all subjects, beta, its precision A, and the quadratic form at beta.

    A and the quadratic form are in units of 1 / sigma^2 and of sigma^2.
    """
    e00, e01, e11 = l00 * l00, l00 * l10, l10 * l10 + l11 * l11
    det_e = l00 * l00 * l11 * l11
    a00 = a01 = a11 = q0 = q1 = square = log_det = 0.0
    for p in range(len(patterns)):
        count, r00, r01, r11 = patterns[p, 0], patterns[p, 1], patterns[p, 2], patterns[p, 3]
        g00, g01, g11, det_g = r00 * r00, r00 * r01, r01 * r01 + r11 * r11, r00 * r00 * r11 * r11
        b0, b1, b00, b01, b11 = lines(patterns[p])
        det = 1.0 + g00 * e00 + 2.0 * g01 * e01 + g11 * e11 + det_g * det_e
        p00, p01, p11 = g00 + det_g * e11, g01 - det_g * e01, g11 + det_g * e00
        p00, p01, p11 = p00 / det, p01 / det, p11 / det
        n0, n1 = count * b0, count * b1
        a00, a01, a11 = a00 + count * p00, a01 + count * p01, a11 + count * p11
        q0, q1 = q0 + p00 * n0 + p01 * n1, q1 + p01 * n0 + p11 * n1
        square += p00 * (b00 + n0 * b0) + 2.0 * p01 * (b01 + n0 * b1) + p11 * (b11 + n1 * b1)
        log_det += count * math.log(det)
    det_a = a00 * a11 - a01 * a01
    beta0, beta1 = (a11 * q0 - a01 * q1) / det_a, (a00 * q1 - a01 * q0) / det_a
    quadratic = max(rss + square - beta0 * q0 - beta1 * q1, 1e-300)
    return log_det, beta0, beta1, a00, a01, a11, quadratic


@helper
def located(kind, value, scales, x):
    """L and log sigma at three coordinates x, in units of `scales`.

    REML and ML: x is L = (l00, l10, l11), and sigma has the value that suits best (0 is returned).
    In the others a parameter is fixed at `value` and x has log sigma (but for SIGMA) last, with

    - SIGMA_U0: the slope's (rho s1, sqrt(1 - rho^2) s1);
    - SIGMA_U1: s0 and the angle whose sine is rho;
    - RHO: s0 and s1;
    - SIGMA: L sigma = (s0, rho s1, sqrt(1 - rho^2) s1).
    """
    x0, x1, x2 = x[0], x[1], x[2]
    if kind in (REML, ML):
        return x0 * scales[0], x1 * scales[1], x2 * scales[1], 0.0
    log_sigma = math.log(value) if kind == SIGMA else x2
    share = math.exp(-log_sigma)
    if kind == SIGMA_U0:
        s0, along, across = value, x0 * scales[1], x1 * scales[1]
    elif kind == SIGMA_U1:
        s0, along, across = x0 * scales[0], value * math.sin(x1), value * math.cos(x1)
    elif kind == RHO:
        # in size, since one of another sign would turn rho
        s0, s1 = abs(x0) * scales[0], abs(x1) * scales[1]
        along, across = value * s1, math.sqrt(1.0 - value * value) * s1
    else:
        s0, along, across = x0 * scales[0], x1 * scales[1], x2 * scales[1]
    return s0 * share, along * share, across * share, log_sigma


@helper
def deviance(rows, rss, patterns, kind, value, scales, x):
    """-2 times the log likelihood, or with REML the restricted one, at three coordinates."""
    l00, l10, l11, log_sigma = located(kind, value, scales, x)
    log_det, _, _, a00, a01, a11, quadratic = least_squares(rows, rss, patterns, l00, l10, l11)
    if kind in (REML, ML):
        freedom = rows - 2.0 if kind == REML else rows
        found = log_det + freedom * (1.0 + math.log(2.0 * math.pi * quadratic / freedom))
        return found + (math.log(a00 * a11 - a01 * a01) if kind == REML else 0.0)
    constant = rows * (math.log(2.0 * math.pi) + 2.0 * log_sigma)
    return log_det + constant + quadratic * math.exp(-2.0 * log_sigma)


@entry
def fit_at(rows, rss, patterns, l00, l10, l11):
    """`least_squares`, for Python."""
    return least_squares(rows, rss, patterns, l00, l10, l11)


@entry
def stencil(rows, rss, patterns, kind, value, scales, x):
    """The deviance about three coordinates x, for numerical derivatives.

    Returns
    -------
    ndarray, shape (4, 4, 2)
        At i < j: a STEP forth and back along the axes i and j at once, counted from 1; i = 0 is
        none, so that [0, j] is along one axis, and [0, 0] is x itself. Other places are 0.
    """
    values = np.zeros((4, 4, 2))
    y = np.empty(3)
    for i in range(4):
        for j in range(i, 4):
            for way in range(2):
                step = STEP if way == 0 else -STEP
                for k in range(3):
                    moved = (k + 1 == i) + (k + 1 == j and j > i)
                    y[k] = x[k] + step * moved
                values[i, j, way] = deviance(rows, rss, patterns, kind, value, scales, y)
    return values
