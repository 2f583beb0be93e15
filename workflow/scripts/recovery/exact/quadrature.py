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

The likelihood at the nodes does not depend on the prior. So the axes are those of a `Reference`
density, and all priors of a data set share their nodes, where they do for them (`posterior.solve`).
"""

import math
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from scipy import special

from recovery.data.coding import Coding
from recovery.data.longdata import LongData
from recovery.errors import FitError
from recovery.kernels.axes import (
    BELL,
    DENSE,
    EXP,
    POSITIVE,
    SCALE,
    SCALE_OF_BELL,
    SINE,
    new_windows,
    place_axes,
)
from recovery.kernels.grid import weigh
from recovery.kernels.likelihood import likelihood_kernel
from recovery.model.prior import Prior
from recovery.model.statistics import Statistics

PARAMETERS_ON_AXES = ("sigma_u0", "sigma_u1", "rho", "sigma")
PILOT = (10, 10, 10)
LADDER = ((12, 12, 12), (16, 16, 16), (20, 20, 20), (26, 26, 26), (36, 36, 32), (44, 44, 36))
"""Nodes of sigma_u0, sigma_u1 and rho; the first follow a pilot."""
BETA_STEP = 1
"""The step of `LADDER` whose nodes give beta."""
NODES_OF_SIGMA = {EXP: (8, 10, 12, 14, 18, 24, 28), BELL: (6, 7, 8, 10, 12, 16, 20)}
"""Nodes of sigma: of a pilot, and at the steps of `LADDER`."""
BELL_SD = 0.15  # guessed sd of log sigma, that of 22 residual degrees of freedom
MAX_PILOTS = 7
SETTLED = 0.5
NEGLIGIBLE = 14.0  # the windows end at a density of exp(-14) of the peak
ROUGH_CHANGE, ROUGH_SHARE = 0.5, 1e-5


class Reference(NamedTuple):
    """A density that gives the axes which all priors share: LKJ(1), half-normal, half t(4).

    Its scales are those of the data, as `auto` has them, so that it knows no units.
    """

    response: float
    slope: float
    has_rho: bool
    sigma_df: float = 4.0

    @property
    def sigma_scale(self) -> float:
        """Scale of sigma."""
        return self.response

    def log_density(self, sigma_u0, sigma_u1, rho, sigma):
        """Log density, up to a constant."""
        return -0.5 * (np.square(sigma_u0 / self.response) + np.square(sigma_u1 / self.slope))


Density = Prior | Reference


class Axis(NamedTuple):
    """A parameter as a function of u from low to high: link(center + scale sinh(u))."""

    link: int
    center: float
    scale: float
    low: float
    high: float


class Likelihood(NamedTuple):
    """The likelihood at the nodes of a grid, under each of several priors of beta.

    Attributes
    ----------
    axes : tuple of Axis
        sigma_u0, sigma_u1, rho and sigma.
    sizes : tuple of int
        Number of nodes of each; 1 of rho where it is fixed at 0.
    values : tuple of ndarray
        The parameter's values at an axis's nodes.
    measures : tuple of ndarray
        What a node weighs in an integral over the value.
    relative, top, mean, variance
        See `kernels.likelihood.likelihood`.
    """

    axes: tuple[Axis, ...]
    sizes: tuple[int, ...]
    values: tuple[np.ndarray, ...]
    measures: tuple[np.ndarray, ...]
    relative: np.ndarray
    top: np.ndarray
    mean: np.ndarray
    variance: np.ndarray


class Grid(NamedTuple):
    """The posterior at the nodes of a grid.

    Attributes
    ----------
    at : Likelihood
        The nodes and the likelihood there.
    beta : int
        Which of its priors of beta holds.
    log_evidence : float
        Log p(y).
    probability : ndarray, shape (n0, n1, n2 * n3)
        Posterior probabilities, their sum 1.
    marginals : tuple of four ndarrays
        Posterior probabilities of each axis's nodes.
    rough : bool
        Whether the prior is not smooth where both standard deviations vanish, and it matters.
    """

    at: Likelihood
    beta: int
    log_evidence: float
    probability: np.ndarray
    marginals: tuple[np.ndarray, ...]
    rough: bool


class Problem:
    """A data set in one coding of time, and priors of beta.

    Parameters
    ----------
    data : LongData
        The data set, in the study's time.
    coding : Coding
        That of the effects' covariance, which is the priors'.
    center : float
        Where responses and beta0 are counted from.
    precisions : sequence of ndarray, shape (p, p)
        Precisions of the priors of beta, whose means are 0.
    """

    def __init__(
        self, data: LongData, coding: Coding, center: float, precisions: Sequence[np.ndarray]
    ) -> None:
        self.data, self.coding, self.center = data, coding, center
        self.precisions = tuple(precisions)
        one = np.ones(len(data.time))
        fixed, random = (np.column_stack([one, t]) for t in (data.time, coding.code(data.time)))
        self.statistics = Statistics.of_columns(fixed, random, data.response - center, data.subject)
        self._guesses = self.statistics.guesses()
        self._shared: dict[bool, Ladder] = {}

    def shared(self, has_rho: bool) -> "Ladder":
        """The grids that the priors with a rho share, or those without.

        The latter have the former's axes; their grids are small, and more nodes of sigma cost
        little.
        """
        if not self._shared:
            response, slope = self.data.response.std(), self.coding.code(self.data.time).std()
            reference = Reference(response, response / (2.0 * slope or 1.0), True)
            flat = np.zeros_like(self.precisions[0])
            axes, _ = self.settled(reference, self.first_axes(True), flat)
            self._shared[True] = Ladder(self, axes, True, self.precisions)
            self._shared[False] = Ladder(self, (*axes[:3], _exp(axes[3])), False, self.precisions)
        return self._shared[has_rho]

    def own(self, prior: Density, beta: int, axes: tuple[Axis, ...] | None = None) -> "Ladder":
        """Grids for one prior alone; `axes` are a start."""
        precision = self.precisions[beta]
        start = axes or self.first_axes(prior.has_rho)
        settled, rough = self.settled(prior, start, precision)
        if rough:
            settled = *(axis._replace(link=DENSE) for axis in settled[:2]), *settled[2:]
        return Ladder(self, settled, prior.has_rho, [precision])

    def first_axes(self, has_rho: bool) -> tuple[Axis, ...]:
        """Wide windows about guesses by moments.

        Raises
        ------
        FitError
            If the responses do not vary, so that there is no scale to look at.
        """
        sds, sd, freedom = self._guesses
        largest = float(np.nanmax([*sds, sd]))
        if not 0.0 < largest < np.inf:
            raise FitError("the responses do not vary")
        # where a guess is 0, any scale will do: pilots take over
        sd0, sd1, sd = (float(guess) if guess > 0.0 else largest for guess in (*sds, sd))
        log_sd = math.sqrt(0.5 / max(freedom, 1.0))
        quarter = math.asinh(0.5 * math.pi)
        low, high = math.asinh(-0.5), math.asinh(8.0)
        # without rho the grid is small, and more nodes of sigma cost little
        bell = log_sd < BELL_SD and has_rho
        return (
            Axis(POSITIVE, 0.5 * sd0, sd0, low, high),
            Axis(POSITIVE, 0.5 * sd1, sd1, low, high),
            Axis(SINE, 0.0, 1.0, -quarter, quarter),
            Axis(BELL if bell else EXP, math.log(sd), 2.0 * log_sd, -2.0, 2.0),
        )

    def settled(
        self, prior: Density, axes: tuple[Axis, ...], precision: np.ndarray
    ) -> tuple[tuple[Axis, ...], bool]:
        """Windows moved and stretched until they suit the posterior, and whether it is rough."""
        sizes = (*PILOT, NODES_OF_SIGMA[axes[3].link][0])
        for pilot in range(MAX_PILOTS):
            grid = weighed(self.likelihood(axes, sizes, prior.has_rho, [precision]), 0, prior)
            found, moved = new_windows(
                as_tuples(axes), grid.marginals, *_rules(grid.at.sizes, axes[3].link), NEGLIGIBLE
            )
            axes = tuple(Axis(axis.link, *new) for axis, new in zip(axes, found.tolist()))
            if moved < SETTLED and pilot > 0:
                break
        return axes, grid.rough

    def likelihood(
        self,
        axes: tuple[Axis, ...],
        sizes: tuple[int, ...],
        has_rho: bool,
        precisions: Sequence[np.ndarray],
        with_beta: bool = False,
    ) -> Likelihood:
        """The likelihood on a grid of so many nodes per axis."""
        if not has_rho:
            sizes = (*sizes[:2], 1, sizes[3])
        placed = place_axes(as_tuples(axes), *_rules(sizes, axes[3].link))
        values, measures = (tuple(row[part] for part in _slices(sizes)) for row in placed)
        likelihood = likelihood_kernel(len(precisions[0]))
        priors, dets = _entries(tuple(map(tuple, np.reshape(precisions, (len(precisions), -1)))))
        found = likelihood(*self.statistics[:2], priors, dets, values, with_beta)
        return Likelihood(axes, sizes, values, measures, *found)


class Ladder:
    """Finer and finer grids on the same axes, each evaluated once."""

    def __init__(
        self,
        problem: Problem,
        axes: tuple[Axis, ...],
        has_rho: bool,
        precisions: Sequence[np.ndarray],
    ) -> None:
        self.problem, self.axes, self.has_rho, self.precisions = problem, axes, has_rho, precisions
        self._steps: dict[int, Likelihood] = {}

    def step(self, step: int) -> Likelihood:
        """The likelihood at a step of `LADDER`, -1 being a pilot's sizes."""
        if step not in self._steps:
            three = PILOT if step < 0 else LADDER[step]
            sizes = (*three, NODES_OF_SIGMA[self.axes[3].link][step + 1])
            self._steps[step] = self.problem.likelihood(
                self.axes, sizes, self.has_rho, self.precisions, with_beta=step > 0
            )
        return self._steps[step]


def _exp(axis: Axis) -> Axis:
    """sigma's axis for Legendre's rule, in place of the midpoint rule."""
    if axis.link == EXP:
        return axis
    scale = axis.scale * SCALE / SCALE_OF_BELL
    ends = (math.asinh(axis.scale / scale * math.sinh(end)) for end in (axis.low, axis.high))
    return Axis(EXP, axis.center, scale, *ends)


def weighed(at: Likelihood, beta: int, prior: Density) -> Grid:
    """The posterior on a grid under a prior.

    Where a prior's density is a product of factors of fewer parameters, these are evaluated apart.
    """
    s0, s1, rho, sigma = at.values
    form = FLAT_FORM if isinstance(prior, Reference) else form_of(prior)
    k, middle = len(rho) // 2, float(sigma[len(sigma) // 2])
    log_density = prior.log_density
    along = rho[k : k + 1] if form.rho_apart else rho
    outer = np.atleast_3d(log_density(s0[:, None, None], s1[:, None], along, middle))
    by_rho = np.zeros(len(rho))
    if form.rho_apart and len(rho) > 1:
        a, b = s0[len(s0) // 2], s1[len(s1) // 2]
        by_rho += log_density(a, b, rho, middle) - log_density(a, b, rho[k], middle)
    inner = half_t_log_density(sigma, prior.sigma_df, prior.sigma_scale)[None, None, :]
    relative = at.relative[beta]
    if form.sigma == "apart":
        own = log_density(s0[:, None, None], s1[:, None], rho[k], sigma)
        inner = inner + own - log_density(s0[:, None, None], s1[:, None], rho[k], middle)
    elif form.sigma == "jointly":
        places = s0[:, None, None, None], s1[:, None, None], rho[:, None], sigma
        full = log_density(*places) - log_density(*places[:3], middle)
        relative = relative * np.exp(full).reshape(relative.shape)
    tops = outer.max(), by_rho.max(), inner.max()
    shares = (np.exp(part - top) for part, top in zip((outer, by_rho, inner), tops))
    total, probability, marginals = weigh(relative, *shares, at.measures)
    evidence = at.top[beta] + sum(tops) + (math.log(total) if total > 0.0 else -math.inf)
    m = outer.shape[2] // 2
    change = abs(outer[1, 1, m] - outer[0, 0, m])
    rough = bool(change > ROUGH_CHANGE and probability[:2, :2].sum() > ROUGH_SHARE)
    return Grid(at, beta, float(evidence), probability, marginals, rough)


def outwards(grid: Grid) -> float:
    """How far, in u, a posterior reaches beyond its grid's free ends; NaN if that is unknown."""
    axes = grid.at.axes
    rules = _rules(grid.at.sizes, axes[3].link)
    found, _ = new_windows(as_tuples(axes), grid.marginals, *rules, NEGLIGIBLE)
    beyond = 0.0
    for axis, size, new in zip(axes, grid.at.sizes, found.tolist()):
        if size > 1 and axis.link != SINE:
            center, scale, low, high = new
            low, high = (center + scale * math.sinh(end) for end in (low, high))
            low, high = (math.asinh((end - axis.center) / axis.scale) for end in (low, high))
            beyond = float(np.max((beyond, high - axis.high)))
            if axis.link in (EXP, BELL):
                beyond = float(np.max((beyond, axis.low - low)))
    return beyond


def half_t_log_density(value: np.ndarray, df: float, scale: float) -> np.ndarray:
    """Log density of a half Student t."""
    constant = math.lgamma(0.5 * (df + 1.0)) - math.lgamma(0.5 * df)
    constant += math.log(2.0 / scale) - 0.5 * math.log(df * math.pi)
    return constant - 0.5 * (df + 1.0) * np.log1p(np.square(value / scale) / df)


class Form(NamedTuple):
    """Into which factors the density of a prior of the effects falls.

    Attributes
    ----------
    rho_apart : bool
        Whether rho is independent of the standard deviations.
    sigma : {"not", "apart", "jointly"}
        Whether sigma enters, and if so, apart from rho or not.
    """

    rho_apart: bool
    sigma: str


FLAT_FORM = Form(rho_apart=True, sigma="not")


@lru_cache(maxsize=64)
def form_of(prior: Prior) -> Form:
    """The form of a prior, found by its density at random points."""
    rng = np.random.default_rng(0)
    s0, s1, sigma = np.exp(rng.normal(0.0, 1.0, (3, 8))) * prior.sigma_scale
    rho, other = rng.uniform(-0.9, 0.9, (2, 8)) if prior.has_rho else np.zeros((2, 8))

    def close(a: np.ndarray, b: np.ndarray) -> bool:
        return bool(np.allclose(a, b, rtol=1e-8, atol=1e-8))

    here, there = (prior.log_density(s0, s1, x, sigma) for x in (rho, other))
    still, away = (prior.log_density(s0, s1, x, 2.0 * sigma) for x in (rho, other))
    wide, wider = (prior.log_density(2.0 * s0, 3.0 * s1, x, sigma) for x in (rho, other))
    apart = "apart" if close(here - still, there - away) else "jointly"
    return Form(close(here - there, wide - wider), "not" if close(here, still) else apart)


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


@lru_cache(maxsize=64)
def _entries(precisions: tuple[tuple[float, ...], ...]) -> tuple[np.ndarray, np.ndarray]:
    """Entries of [P, 0; 0, 0] on and below the diagonal, and log|P|, of priors of beta."""
    p = math.isqrt(len(precisions[0]))
    square = np.reshape(precisions, (len(precisions), p, p))
    rows, columns = np.tril_indices(p + 1)
    entries = np.pad(square, ((0, 0), (0, 1), (0, 1)))[:, rows, columns]
    flat = ~square.any(axis=(1, 2))
    dets = np.where(flat, 0.0, np.linalg.slogdet(square + flat[:, None, None] * np.eye(p))[1])
    return np.ascontiguousarray(entries), dets


@cache
def _slices(sizes: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(slice(start, end) for start, end in pairwise((0, *accumulate(sizes))))
