"""The deviance with beta and sigma profiled out.

The covariance of the effects in units of sigma^2 is E = L L', L lower triangular. Given E, the
likelihood is a least-squares problem in beta (Bates et al. 2015, J Stat Softw 67(1), section 3).
The deviance is even in the diagonal of L, so a minimum at the boundary, where a standard deviation
is 0 or rho is -1 or 1, is a smooth minimum here.
"""

import math

import numpy as np

from recovery.exact.kernels.compilation import entry, helper
from recovery.exact.kernels.likelihood import lines

STEP = 1e-4  # of numerical derivatives, where the deviance is smooth over a span of about 1


@helper
def profiled(rows, rss, patterns, l00, l10, l11, reml):
    """Deviance given L, with sigma^2, beta0, beta1 and the precision A of beta in 1 / sigma^2.

    With REML it is -2 times the restricted log likelihood, otherwise -2 times the log likelihood.
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
    freedom = rows - 2.0 if reml else rows
    variance = quadratic / freedom
    deviance = log_det + freedom * (1.0 + math.log(2.0 * math.pi * variance))
    if reml:
        deviance += math.log(det_a)
    return deviance, variance, beta0, beta1, a00, a01, a11


@entry
def fit_at(rows, rss, patterns, l00, l10, l11, reml):
    """`profiled`, for Python."""
    return profiled(rows, rss, patterns, l00, l10, l11, reml)


@entry
def stencil(rows, rss, patterns, scales, x, reml):
    """The deviance about x = (l00, l10, l11) / scales, for numerical derivatives.

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
                    y[k] = (x[k] + step * moved) * scales[k]
                values[i, j, way] = profiled(rows, rss, patterns, y[0], y[1], y[2], reml)[0]
    return values
