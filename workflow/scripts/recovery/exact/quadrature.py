"""Quadrature of the posterior over (sigma_u0, sigma_u1, rho, sigma).

A parameter is a function of a coordinate u in which its posterior is smooth and about as wide
for all data,

    sigma_uk = center + scale sinh(u),   rho = sin(center + scale sinh(u)),
    sigma = exp(center + scale sinh(u)),

with the posterior median as the center and 1.6 posterior sds (of sigma_uk, arcsin(rho) and
log(sigma)) as the scale: nodes are dense where the posterior is, and reach far where it is not. So
standard deviations begin at 0 and rho has its whole range for all data; the other ends are where
the density is exp(-14) of its peak. The rule is Gauss-Legendre; for a sigma with many residual
degrees of freedom, under a prior with a rho (BELL), it is the midpoint rule, with a scale of 4 sds.
"""

import math
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from scipy import special

from recovery.data.coding import Coding
from recovery.errors import FitError
from recovery.kernels.axes import (
    BELL,
    DENSE,
    EXP,
    POSITIVE,
    SINE,
    guesses,
    new_windows,
    place_axes,
)
from recovery.kernels.grid import integrate
from recovery.model.prior import Prior

PARAMETERS_ON_AXES = ("sigma_u0", "sigma_u1", "rho", "sigma")
PILOT = (10, 10, 10)
NODES_OF_SIGMA = {EXP: (8, 10, 12, 14, 18, 24, 28), BELL: (6, 7, 8, 10, 12, 16, 20)}
"""Nodes of sigma: of a pilot, and at the steps of `posterior.LADDER`."""
BELL_SD = 0.15  # guessed sd of log sigma, that of 22 residual degrees of freedom
MAX_PILOTS = 7
SETTLED = 0.5
NEGLIGIBLE = 14.0  # the windows end at a density of exp(-14) of the peak
ROUGH_CHANGE, ROUGH_SHARE = 0.5, 1e-5
FAR = 300.0  # a log density so far from the one expected may be out of a double's range


class Axis(NamedTuple):
    """A parameter as a function of u from low to high: link(center + scale sinh(u))."""

    link: int
    center: float
    scale: float
    low: float
    high: float


class Problem(NamedTuple):
    """A data set and a prior.

    Attributes
    ----------
    rows, rss, patterns
        As of `BatchStatistics`, the data counted from `center`.
    center : float
        Where beta0 is counted from: its prior mean.
    prior : Prior
        The prior.
    coding : Coding
        Its coding of time, which the data have and the parameters of the grid.
    beta_mean, beta_precision : tuple of float
        beta's normal prior: its mean (beta0 from the center) and precision (p00, p01, p11).
    """

    rows: float
    rss: float
    patterns: np.ndarray
    center: float
    prior: Prior
    coding: Coding
    beta_mean: tuple[float, float]
    beta_precision: tuple[float, float, float]


def problem_of(
    rows: float, rss: float, patterns: np.ndarray, center: float, prior: Prior
) -> Problem:
    """A data set, by its statistics in the coding of the prior, and the prior."""
    data = float(rows), float(rss), patterns
    return Problem(*data, center, prior, prior.coding, (0.0, 0.0), prior.beta_precision)


class Grid(NamedTuple):
    """Nodes of all axes and the posterior at them.

    Attributes
    ----------
    axes : tuple of Axis
        sigma_u0, sigma_u1, rho and sigma.
    sizes : tuple of int
        Number of nodes of each; 1 of rho if the prior has none.
    values : tuple of ndarray
        The parameter's values at an axis's nodes.
    measures : tuple of ndarray
        What a node weighs in an integral over the value.
    log_evidence, top, probability, marginals, beta0, beta1
        See `integrate`.
    rough : bool
        Whether the prior is not smooth where both standard deviations vanish, and it matters.
    """

    axes: tuple[Axis, ...]
    sizes: tuple[int, ...]
    values: tuple[np.ndarray, ...]
    measures: tuple[np.ndarray, ...]
    log_evidence: float
    top: float
    probability: np.ndarray
    marginals: tuple[np.ndarray, ...]
    beta0: np.ndarray
    beta1: np.ndarray
    rough: bool


@cache
def legendre(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights on [-1, 1]."""
    x, w = special.roots_legendre(n)
    return x, w


@cache
def midpoint(n: int) -> tuple[np.ndarray, np.ndarray]:
    """The middles of n equal parts of [-1, 1], and weights.

    For a smooth function that vanishes at both ends it needs about two thirds of Legendre's nodes
    (Trefethen & Weideman 2014, SIAM Rev 56:385).
    """
    return (2.0 * np.arange(n) + 1.0) / n - 1.0, np.full(n, 2.0 / n)


def evaluate_grid(
    problem: Problem,
    axes: tuple[Axis, ...],
    sizes: tuple[int, ...],
    top: float,
    with_beta: bool = True,
) -> Grid:
    """Evaluate the posterior on a grid of so many nodes per axis; see `integrate`."""
    prior = problem.prior
    if not prior.has_rho:
        sizes = (*sizes[:2], 1, sizes[3])
    values, measures = _parts(place_axes(as_tuples(axes), *_rules(sizes, axes[3].link)), sizes)
    s0, s1, rho, sigma = values
    log_prior = prior.log_density(s0[:, None, None, None], s1[:, None, None], rho[:, None], sigma)
    found = integrate(
        problem.rows, problem.rss, problem.patterns, problem.beta_mean, problem.beta_precision,
        values, measures, log_prior, (prior.sigma_df, prior.sigma_scale), top,
        problem.coding.lean, with_beta,
    )  # fmt: skip
    if abs(found[1] - top) > FAR:
        return evaluate_grid(problem, axes, sizes, found[1], with_beta)
    log_evidence, found_top, probability, marginals, beta0, beta1 = found
    rough = _is_rough(log_prior, probability)
    return Grid(
        axes, sizes, values, measures, log_evidence, found_top, probability, marginals,
        beta0, beta1, rough,
    )  # fmt: skip


def as_tuples(axes: tuple[Axis, ...]) -> tuple[tuple, ...]:
    """Axes as the plain tuples that compiled functions take."""
    return tuple(tuple(axis) for axis in axes)


@cache
def _rules(
    sizes: tuple[int, ...], link: int
) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """Nodes and weights of every axis, by the link of sigma's."""
    last = midpoint if link == BELL else legendre
    nodes, weights = zip(*map(legendre, sizes[:3]), last(sizes[3]))
    return nodes, weights


def _parts(found: np.ndarray, sizes: tuple[int, ...]) -> tuple[tuple[np.ndarray, ...], ...]:
    """The values and the weights of `place_axes`, by axis."""
    return tuple(tuple(row[part] for part in _slices(sizes)) for row in found)


@cache
def _slices(sizes: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(slice(start, end) for start, end in pairwise((0, *accumulate(sizes))))


def _is_rough(log_prior: np.ndarray, probability: np.ndarray) -> bool:
    """Whether the prior is not smooth at the lowest sds, and some of the posterior lies there.

    It is not if its logarithm changes much between the two lowest nodes.
    """
    k, m = (size // 2 for size in log_prior.shape[2:])
    change = abs(log_prior[1, 1, k, m] - log_prior[0, 0, k, m])
    return bool(change > ROUGH_CHANGE and probability[:2, :2].sum() > ROUGH_SHARE)


def first_axes(problem: Problem) -> tuple[Axis, ...]:
    """Wide windows about guesses by moments.

    Raises
    ------
    FitError
        If the responses do not vary, so that there is no scale to look at.
    """
    sd0, sd1, sd, log_sd = guesses(problem.rows, problem.rss, problem.patterns)
    largest = max(sd0, sd1, sd)
    if largest == 0.0:
        raise FitError("the responses do not vary")
    # where a guess is 0, any scale will do: pilots take over
    sd0, sd1, sd = (guess or largest for guess in (sd0, sd1, sd))
    quarter = math.asinh(0.5 * math.pi)
    low, high = math.asinh(-0.5), math.asinh(8.0)
    # without rho the grid is small, and more nodes of sigma cost little
    bell = log_sd < BELL_SD and problem.prior.has_rho
    return (
        Axis(POSITIVE, 0.5 * sd0, sd0, low, high),
        Axis(POSITIVE, 0.5 * sd1, sd1, low, high),
        Axis(SINE, 0.0, 1.0, -quarter, quarter),
        Axis(BELL if bell else EXP, math.log(sd), 2.0 * log_sd, -2.0, 2.0),
    )


def settled_axes(problem: Problem, axes: tuple[Axis, ...]) -> tuple[tuple[Axis, ...], Grid]:
    """Move and stretch windows until they suit the posterior; also the last pilot grid."""
    sigma = math.exp(axes[3].center)
    # about the log likelihood's maximum, if the guess of sigma is any good; else see FAR
    top = -problem.rows * (0.5 + math.log(sigma * math.sqrt(2.0 * math.pi)))
    sizes = (*PILOT, NODES_OF_SIGMA[axes[3].link][0])
    for pilot in range(MAX_PILOTS):
        grid = evaluate_grid(problem, axes, sizes, top, with_beta=False)
        top = grid.top
        found, moved = new_windows(
            as_tuples(axes), grid.marginals, *_rules(grid.sizes, axes[3].link), NEGLIGIBLE
        )
        axes = tuple(Axis(axis.link, *new) for axis, new in zip(axes, found.tolist()))
        if moved < SETTLED and pilot > 0:
            break
    if grid.rough:
        axes = *(axis._replace(link=DENSE) for axis in axes[:2]), *axes[2:]
    return axes, grid
