"""The estimands: their names and order, and the correlations realised by the subjects."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import xarray as xr

MOST_RANDOM = 4
"""Most effects that may vary between subjects, q."""
ADDITIONAL = re.compile(r"(sd|rho|new)_at_")
"""How the names of additional estimands begin, which are no parameters of the model."""


@cache
def sds(q: int) -> tuple[str, ...]:
    """Names of the standard deviations of q random effects."""
    return tuple(f"sigma_u{k}" for k in range(q))


@cache
def pairs(q: int) -> list[tuple[int, int]]:
    """Pairs of random effects: those of a matrix below its diagonal, row by row."""
    return sorted(combinations(range(q), 2), key=lambda pair: pair[1])


@cache
def correlations(q: int, name: str = "rho") -> tuple[str, ...]:
    """Names of the correlations of q random effects, in the order of `pairs`.

    Examples
    --------
    >>> correlations(2), correlations(3, "r_u")
    (('rho',), ('r_u_01', 'r_u_02', 'r_u_12'))
    """
    return (name,) if q == 2 else tuple(f"{name}_{a}{b}" for a, b in pairs(q))


@cache
def parameters(q: int) -> tuple[str, ...]:
    """The estimands of a study with q random effects, in the order of every table.

    ``r_u`` is the correlation realised by the subjects. The further fixed effects of a formula
    follow, under the names that it gives them.
    """
    return ("beta0", "beta1", "sigma", *sds(q), *correlations(q), *correlations(q, "r_u"))


def correlation_matrix(below: Sequence[Any]) -> np.ndarray:
    """The matrix of correlations in the order of `pairs`, each a number or an array, over (...)."""
    q = next(q for q in range(2, MOST_RANDOM + 1) if len(pairs(q)) == len(below))
    matrix = np.zeros((*np.broadcast(*below, 0.0).shape, q, q)) + np.eye(q)
    for (a, b), rho in zip(pairs(q), below):
        matrix[..., a, b] = matrix[..., b, a] = rho
    return matrix


def cholesky(matrix: np.ndarray) -> np.ndarray:
    """Cholesky factor of positive semidefinite matrices, shape (..., q, q); a pivot may be 0."""
    factor = np.zeros_like(matrix)
    for k in range(matrix.shape[-1]):
        for c in range(k + 1):
            left = matrix[..., k, c] - (factor[..., k, :c] * factor[..., c, :c]).sum(axis=-1)
            pivot = factor[..., c, c]
            entry = left / np.where(pivot > 0.0, pivot, np.inf)
            factor[..., k, c] = np.sqrt(left.clip(0.0)) if k == c else entry
    return factor


PARAMETERS = parameters(2)
"""The estimands of two random effects, a subject's intercept and slope."""


def correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Sample correlation of two arrays of one shape over their last axis."""
    a, b = (values - values.mean(axis=-1, keepdims=True) for values in (a, b))
    square = np.einsum("...j,...j", a, a) * np.einsum("...j,...j", b, b)
    return np.einsum("...j,...j", a, b) / np.sqrt(square)


def realised_correlations(effects: list[np.ndarray]) -> dict[str, np.ndarray]:
    """``r_u`` of every pair of effects u0, u1, ... over (..., subject)."""
    q = len(effects)
    found = (correlation(effects[a], effects[b]) for a, b in pairs(q))
    return dict(zip(correlations(q, "r_u"), found))


def with_realised_correlations(posterior: xr.Dataset) -> xr.Dataset:
    """A posterior with the correlations that its u0, u1, ... realise, draw by draw."""
    names = [f"u{k}" for k in range(MOST_RANDOM) if f"u{k}" in posterior]
    effects = [posterior[name].transpose("chain", "draw", "subject") for name in names]
    draws = effects[0].isel(subject=0, drop=True)
    found = realised_correlations([u.to_numpy() for u in effects])
    return posterior.assign({name: draws.copy(data=values) for name, values in found.items()})
