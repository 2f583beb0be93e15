"""The model with the subjects' effects integrated out, in closed form.

For subject j with design X_j, A_j = X_j'X_j and b_j = X_j'(y_j - X_j beta)::

    log p(y_j) = -T_j/2 log(2 pi sigma^2) - 1/2 log d_j - (e_j'e_j - b_j' W_j b_j) / (2 sigma^2)
    u_j | y, . ~ Normal(W_j b_j, sigma^2 W_j)

with, in two dimensions and for Sigma the covariance of the effects,

    d_j = |I + A_j Sigma / sigma^2| = 1 + tr(A_j Sigma) / sigma^2 + |A_j| |Sigma| / sigma^4
    W_j = Sigma (sigma^2 I + A_j Sigma)^-1 = (sigma^2 Sigma + |Sigma| adj(A_j)) / (sigma^4 d_j)

Subjects measured at the same times share A_j, so that sums over the subjects of such a pattern
are all that is needed: a balanced data set is one pattern. The arithmetic below is written with
operators only and serves NumPy arrays and PyTensor variables alike.
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
    offset : float
        The mean response, which all sums are taken about to keep them small.
    rows : float
        Number of measurements N.
    total : float
        Sum of squared responses.
    count : ndarray, shape (P,)
        Subjects of each pattern.
    a00, a01, a11, det_a : ndarray, shape (P,)
        A = X'X (rows of 1 and time) and its determinant.
    h0, h1 : ndarray, shape (P,)
        Sum over subjects of g = X'y.
    g00, g01, g11 : ndarray, shape (P,)
        Sum over subjects of g g'.
    """

    offset: float
    rows: float
    total: float
    count: np.ndarray
    a00: np.ndarray
    a01: np.ndarray
    a11: np.ndarray
    det_a: np.ndarray
    h0: np.ndarray
    h1: np.ndarray
    g00: np.ndarray
    g01: np.ndarray
    g11: np.ndarray

    @classmethod
    def of(cls, data: LongData) -> "Statistics":
        """Summarise a data set."""
        offset = float(data.response.mean())
        a, g = subject_sums(data, offset)
        # times to the last bit decide on the pattern, so that the order of subjects does not
        patterns, pattern = np.unique(a, axis=0, return_inverse=True)
        size = len(patterns)

        def total(values: np.ndarray) -> np.ndarray:
            sums = np.bincount(pattern.ravel(), weights=values, minlength=size)
            return sums[0] if size == 1 else sums

        a00, a01, a11, det_a = patterns[0] if size == 1 else patterns.T
        return cls(
            offset=offset,
            rows=float(len(data.response)),
            total=float(np.sum((data.response - offset) ** 2)),
            count=total(np.ones(data.subjects)),
            a00=a00,
            a01=a01,
            a11=a11,
            det_a=det_a,
            h0=total(g[:, 0]),
            h1=total(g[:, 1]),
            g00=total(g[:, 0] ** 2),
            g01=total(g[:, 0] * g[:, 1]),
            g11=total(g[:, 1] ** 2),
        )


def subject_sums(data: LongData, offset: float) -> tuple[np.ndarray, np.ndarray]:
    """A_j as rows (a00, a01, a11, |A_j|) and X_j'(y_j - offset) as rows (g0, g1), by subject."""
    y = data.response - offset

    def by_subject(values: np.ndarray) -> np.ndarray:
        return np.bincount(data.subject, weights=values, minlength=data.subjects)

    count, time = by_subject(np.ones_like(y)), by_subject(data.time)
    spread = by_subject((data.time - (time / count)[data.subject]) ** 2)
    a = np.column_stack([count, time, by_subject(data.time**2), count * spread])
    return a, np.column_stack([by_subject(y), by_subject(y * data.time)])


class Weights(NamedTuple):
    """d and the entries of W (see the module)."""

    d: Any
    w00: Any
    w01: Any
    w11: Any


def weights(a00, a01, a11, det_a, sigma_u0, sigma_u1, rho, sigma) -> Weights:
    """D and W for a design's A and a covariance; all arguments broadcast."""
    s00, s11 = sigma_u0 * sigma_u0, sigma_u1 * sigma_u1
    s01 = rho * sigma_u0 * sigma_u1
    det_s = s00 * s11 * (1.0 - rho * rho)
    variance = sigma * sigma
    square = variance * variance
    # sigma^4 d, with every term scaled by sigma^2 at most once
    scaled = square + variance * (a00 * s00 + 2.0 * a01 * s01 + a11 * s11) + det_a * det_s
    return Weights(
        scaled / square,
        (variance * s00 + det_s * a11) / scaled,
        (variance * s01 - det_s * a01) / scaled,
        (variance * s11 + det_s * a00) / scaled,
    )


def quadratic_form(stats: Any, w: Weights, beta0: Any, beta1: Any) -> Any:
    """Sum over subjects of e_j'e_j - b_j' W_j b_j; beta0 is counted from the offset."""
    # A beta, and B = sum of b b' = G - h (A beta)' - (A beta) h' + J (A beta)(A beta)'
    c0 = stats.a00 * beta0 + stats.a01 * beta1
    c1 = stats.a01 * beta0 + stats.a11 * beta1
    b00 = stats.g00 - 2.0 * stats.h0 * c0 + stats.count * c0 * c0
    b01 = stats.g01 - stats.h0 * c1 - stats.h1 * c0 + stats.count * c0 * c1
    b11 = stats.g11 - 2.0 * stats.h1 * c1 + stats.count * c1 * c1
    fitted = w.w00 * b00 + 2.0 * w.w01 * b01 + w.w11 * b11
    cross = stats.h0 * beta0 + stats.h1 * beta1
    square = stats.count * (c0 * beta0 + c1 * beta1)
    return stats.total + (square - 2.0 * cross - fitted).sum()


def draw_effects(draws: xr.Dataset, data: LongData, rng: np.random.Generator) -> xr.Dataset:
    """Draw u0 and u1 of every subject from their exact conditional, one a posterior draw.

    Parameters
    ----------
    draws : xarray.Dataset
        beta0, beta1, sigma, sigma_u0, sigma_u1 and, if the prior has it, rho, over (chain, draw).
    data : LongData
        The data set fitted.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    xarray.Dataset
        ``draws`` with ``u0`` and ``u1`` over (chain, draw, subject).
    """
    names = ("beta0", "beta1", "sigma", "sigma_u0", "sigma_u1")
    value = {name: draws[name].transpose("chain", "draw").to_numpy()[..., None] for name in names}
    rho = draws["rho"].to_numpy()[..., None] if "rho" in draws else 0.0
    offset = float(data.response.mean())
    a, g = subject_sums(data, offset)
    w = weights(*a.T, value["sigma_u0"], value["sigma_u1"], rho, value["sigma"])
    beta0, beta1 = value["beta0"] - offset, value["beta1"]
    b0 = g[:, 0] - a[:, 0] * beta0 - a[:, 1] * beta1
    b1 = g[:, 1] - a[:, 1] * beta0 - a[:, 2] * beta1
    # the Cholesky factor of W; its last pivot is 0 up to rounding where Sigma is singular
    l00 = np.sqrt(w.w00)
    l10 = w.w01 / l00
    l11 = np.sqrt(np.clip(w.w11 - l10 * l10, 0.0, None))
    z = rng.standard_normal((2, *b0.shape))
    u0 = w.w00 * b0 + w.w01 * b1 + value["sigma"] * l00 * z[0]
    u1 = w.w01 * b0 + w.w11 * b1 + value["sigma"] * (l10 * z[0] + l11 * z[1])
    dims = ("chain", "draw", "subject")
    effects = {"u0": (dims, u0), "u1": (dims, u1)}
    return draws.assign(effects).assign_coords(subject=list(data.labels))
