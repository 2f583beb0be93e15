"""The model with the subjects' effects integrated out, in closed form.

Write a subject's design as X_j = Q R, Q'Q = I, R upper triangular. Write its data as the
coordinates c_j = Q'(y_j - center) and the residual sum of squares about its own least-squares line.
With z_j = c_j - R (beta0 - center, beta1)', Sigma the covariance of the effects and
M = I + R Sigma R' / sigma^2::

    log p(y_j) = -T_j/2 log(2 pi sigma^2) - 1/2 log|M| - (rss_j + z_j' M^-1 z_j) / (2 sigma^2)

Subjects measured at the same times share R, so the likelihood needs only sums over the subjects of
such a pattern: a balanced data set is one pattern and eleven numbers. The likelihood uses only
arithmetic operators, so it works with NumPy arrays and PyTensor variables alike.
"""

from typing import Any, NamedTuple


class Spread(NamedTuple):
    """The matrix M and its determinant."""

    m00: Any
    m01: Any
    m11: Any
    det: Any


def spread(r00, r01, r11, sigma_u0, sigma_u1, rho, sigma) -> Spread:
    """M for a design (r00, r01, r11: `Statistics`) and a covariance; all arguments broadcast.

    Every term of the determinant is positive, so nothing cancels near rho = 1 or -1.
    """
    a, b, g = r00 * sigma_u0 / sigma, r01 * sigma_u1 / sigma, r11 * sigma_u1 / sigma
    along = rho * a + b
    across = 1.0 + a * a * (1.0 - rho * rho)
    m00, m11 = across + along * along, 1.0 + g * g
    return Spread(m00, g * along, m11, m00 + g * g * across)


def misfit(stats: Any, m: Spread, beta0: Any, beta1: Any) -> Any:
    """Sum over subjects of z' M^-1 z, by pattern.

    `stats` has the fields of `Statistics` (arrays or PyTensor variables). Its fields, `m` and the
    result have shape (P,) or are numbers; beta0 is relative to the center.
    """
    z0 = stats.c0 - stats.r00 * beta0 - stats.r01 * beta1
    z1 = stats.c1 - stats.r11 * beta1
    b00 = stats.s00 + stats.count * z0 * z0
    b01 = stats.s01 + stats.count * z0 * z1
    b11 = stats.s11 + stats.count * z1 * z1
    return (m.m11 * b00 - 2.0 * m.m01 * b01 + m.m00 * b11) / m.det
