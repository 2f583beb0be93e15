"""The model with the subjects' effects integrated out, in closed form.

Write a subject's design as X_j = Q R, Q'Q = I, R upper triangular, and its data as the coordinates
c_j = Q'(y_j - center) and the residual sum of squares about its own least-squares line. With
z_j = c_j - R (beta0 - center, beta1)' and M = I + R Sigma R' / sigma^2, Sigma being the covariance
of the effects::

    log p(y_j) = -T_j/2 log(2 pi sigma^2) - 1/2 log|M| - (rss_j + z_j' M^-1 z_j) / (2 sigma^2)

Subjects measured at the same times share R, so that sums over the subjects of such a pattern are
all that is needed: a balanced data set is one pattern and eleven numbers. The likelihood's
arithmetic is written with operators only and serves NumPy arrays and PyTensor variables alike.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from .longdata import LongData


@dataclass(frozen=True)
class Statistics:
    """Sufficient statistics of a data set, by pattern p of measurement times.

    Attributes
    ----------
    rows : float
        Number of measurements N.
    rss : float
        Sum of squares about the subjects' own least-squares lines.
    count : ndarray, shape (P,)
        Subjects of each pattern.
    r00, r01, r11 : ndarray, shape (P,)
        The triangular factor R of the design.
    c0, c1 : ndarray, shape (P,)
        Mean over the pattern's subjects of the coordinates c.
    s00, s01, s11 : ndarray, shape (P,)
        Their scatter: the sum of (c - mean)(c - mean)'.

    In a balanced data set, of one pattern, all are numbers.
    """

    rows: float
    rss: float
    count: np.ndarray
    r00: np.ndarray
    r01: np.ndarray
    r11: np.ndarray
    c0: np.ndarray
    c1: np.ndarray
    s00: np.ndarray
    s01: np.ndarray
    s11: np.ndarray

    @classmethod
    def of(cls, data: LongData, center: float) -> "Statistics":
        """Summarise a data set, its responses counted from `center`."""
        r, c, rss = subject_coordinates(data, center)
        # times to the last bit decide on the pattern, so that the order of subjects does not
        patterns, pattern = np.unique(r, axis=0, return_inverse=True)
        pattern, size = pattern.ravel(), len(patterns)

        def total(values: np.ndarray) -> np.ndarray:
            return np.bincount(pattern, weights=values, minlength=size)

        count = total(np.ones(data.subjects))
        mean = np.column_stack([total(c[:, 0]), total(c[:, 1])]) / count[:, None]
        d0, d1 = (c - mean[pattern]).T
        by_pattern = [count, *patterns.T, *mean.T, total(d0 * d0), total(d0 * d1), total(d1 * d1)]
        if size == 1:
            by_pattern = [values[0] for values in by_pattern]
        return cls(float(len(data.response)), float(rss), *by_pattern)


def subject_coordinates(data: LongData, center: float) -> tuple[np.ndarray, np.ndarray, float]:
    """R as rows (r00, r01, r11) and c as rows (c0, c1), by subject, and the sum of the rss.

    A subject whose measurements share one time has r11 = 0 and c1 = 0.
    """
    y = data.response - center

    def by_subject(values: np.ndarray) -> np.ndarray:
        return np.bincount(data.subject, weights=values, minlength=data.subjects)

    count = by_subject(np.ones_like(y))
    mean_time, mean = by_subject(data.time) / count, by_subject(y) / count
    time = data.time - mean_time[data.subject]
    spread = by_subject(time * time)
    slope = np.divide(by_subject(time * y), spread, out=np.zeros_like(spread), where=spread > 0)
    residual = y - mean[data.subject] - slope[data.subject] * time
    r00, r11 = np.sqrt(count), np.sqrt(spread)
    r = np.column_stack([r00, r00 * mean_time, r11])
    return r, np.column_stack([r00 * mean, r11 * slope]), np.sum(residual * residual)


class Spread(NamedTuple):
    """The matrix M and its determinant."""

    m00: Any
    m01: Any
    m11: Any
    det: Any


def spread(r00, r01, r11, sigma_u0, sigma_u1, rho, sigma) -> Spread:
    """M for a design (r00, r01, r11: `Statistics`) and a covariance; all arguments broadcast.

    Every term of the determinant is positive, so that nothing cancels near rho = 1 or -1.
    """
    a, b, g = r00 * sigma_u0 / sigma, r01 * sigma_u1 / sigma, r11 * sigma_u1 / sigma
    along = rho * a + b
    across = 1.0 + a * a * (1.0 - rho * rho)
    m00, m11 = across + along * along, 1.0 + g * g
    return Spread(m00, g * along, m11, m00 + g * g * across)


def misfit(stats: Any, m: Spread, beta0: Any, beta1: Any) -> Any:
    """Sum over subjects of z' M^-1 z, by pattern.

    `stats` are those of `Statistics` (or PyTensor variables of the same names), shape (P,) or
    numbers, as are `m` and the result; beta0 is counted from the center.
    """
    z0 = stats.c0 - stats.r00 * beta0 - stats.r01 * beta1
    z1 = stats.c1 - stats.r11 * beta1
    b00 = stats.s00 + stats.count * z0 * z0
    b01 = stats.s01 + stats.count * z0 * z1
    b11 = stats.s11 + stats.count * z1 * z1
    return (m.m11 * b00 - 2.0 * m.m01 * b01 + m.m00 * b11) / m.det


def with_effects(draws: xr.Dataset, data: LongData, rng: np.random.Generator) -> xr.Dataset:
    """Add ``u0`` and ``u1`` over (chain, draw, subject) to draws over (chain, draw).

    They are drawn from their conditional given the parameters (`draw_effects`).
    """
    draws = draws.transpose("chain", "draw", ...)
    parameters = {name: values.to_numpy() for name, values in draws.items()}
    dims = ("chain", "draw", "subject")
    effects = dict(zip(("u0", "u1"), draw_effects(parameters, data, rng)))
    drawn = draws.assign({name: (dims, values) for name, values in effects.items()})
    return drawn.assign_coords(subject=list(data.labels))


def draw_effects(
    parameters: dict[str, np.ndarray], data: LongData, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw u0 and u1 of every subject from their exact conditional, one a posterior draw.

    Given the rest, u_j is normal with mean W b and covariance sigma^2 W, b = R'z and
    ``W = (sigma^2 Sigma + |Sigma| adj(R'R)) / (sigma^4 |M|)``.

    Parameters
    ----------
    parameters : dict of ndarray
        Draws of beta0, beta1, sigma, sigma_u0, sigma_u1 and, if the prior has it, rho, all of
        one shape.
    data : LongData
        The data set fitted.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    u0, u1 : ndarray, shape (..., subjects)
        The leading dimensions are those of the parameters.
    """
    names = ("beta0", "beta1", "sigma", "sigma_u0", "sigma_u1")
    beta0, beta1, sigma, s0, s1 = (parameters[name][..., None] for name in names)
    rho = parameters["rho"][..., None] if "rho" in parameters else 0.0
    center = float(data.response.mean())
    (r00, r01, r11), (c0, c1) = (x.T for x in subject_coordinates(data, center)[:2])
    z0 = c0 - r00 * (beta0 - center) - r01 * beta1
    z1 = c1 - r11 * beta1
    b0, b1 = r00 * z0, r01 * z0 + r11 * z1
    s00, s01, s11 = s0 * s0, rho * s0 * s1, s1 * s1
    det = s00 * s11 * (1.0 - rho * rho) / sigma**2
    scale = sigma**2 * spread(r00, r01, r11, s0, s1, rho, sigma).det
    w00 = (s00 + det * (r01 * r01 + r11 * r11)) / scale
    w01 = (s01 - det * r00 * r01) / scale
    w11 = (s11 + det * r00 * r00) / scale
    # the Cholesky factor of W; its last pivot is 0 up to rounding where Sigma is singular
    l00 = np.sqrt(w00)
    l10 = w01 / l00
    l11 = np.sqrt(np.clip(w11 - l10 * l10, 0.0, None))
    e = rng.standard_normal((2, *b0.shape))
    u0 = w00 * b0 + w01 * b1 + sigma * l00 * e[0]
    u1 = w01 * b0 + w11 * b1 + sigma * (l10 * e[0] + l11 * e[1])
    return u0, u1
