"""Rules of quadrature on [-1, 1], and interpolation between their nodes."""

from functools import cache

import numpy as np
from numpy.polynomial.legendre import legvander
from scipy import special

FINE = np.linspace(-1.0, 1.0, 257)
"""Coordinates, over a window as [-1, 1], at which marginals are known."""


@cache
def legendre(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss and Legendre."""
    x, w = special.roots_legendre(n)
    return x, w


@cache
def midpoint(n: int) -> tuple[np.ndarray, np.ndarray]:
    """The middles of n equal parts, and weights.

    For a smooth function that vanishes at both ends it needs about two thirds of Legendre's nodes
    (Trefethen & Weideman 2014, SIAM Rev 56:385).
    """
    return (2.0 * np.arange(n) + 1.0) / n - 1.0, np.full(n, 2.0 / n)


@cache
def polynomial(n: int) -> np.ndarray:
    """The matrix, shape (n, 257), from values at Legendre's nodes to their polynomial at `FINE`.

    By orthogonality, the coefficient of the k-th Legendre polynomial is
    (k + 1/2) times the quadrature of its product with the values.
    """
    x, w = legendre(n)
    to_coefficients = (np.arange(n)[:, None] + 0.5) * legvander(x, n - 1).T * w
    matrix = np.einsum("fk,kn->nf", legvander(FINE, n - 1), to_coefficients)
    return np.ascontiguousarray(matrix)


@cache
def fitted_polynomial(n: int) -> np.ndarray:
    """As `polynomial`, but from the nodes of `midpoint`, which end half a step before `FINE` does.

    From 12 nodes on the degree is below n - 1 and the polynomial fitted by least squares: one
    through many equally spaced nodes would swing between them.
    """
    degree = min(n - 1, n // 2 + 4)
    to_coefficients = np.linalg.pinv(legvander(midpoint(n)[0], degree))
    return np.ascontiguousarray((legvander(FINE, degree) @ to_coefficients).T)
