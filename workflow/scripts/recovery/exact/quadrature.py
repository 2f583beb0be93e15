"""Quadrature of the posterior over (sigma_u0, sigma_u1, rho, sigma).

A parameter is a function of a coordinate u in which its posterior is smooth and about as wide
for all data,

    sigma_uk = center + scale sinh(u),   rho = sin(center + scale sinh(u)),
    sigma = exp(center + scale sinh(u)),

with the posterior median as the center and 1.6 posterior sds (of sigma_uk, arcsin(rho) and
log(sigma)) as the scale: nodes are dense where the posterior is, and reach far where it is not. An
axis ends where the density is exp(-14) of its peak, or where the parameter's range ends. The rule
is Gauss-Legendre; for a sigma with many residual degrees of freedom, under a prior with a rho
(BELL), it is the midpoint rule, with a scale of 4 sds.

The likelihood at the nodes does not depend on the prior. So the axes are those of a `Reference`
density, and all priors of a data set share their nodes, where they do for them (`posterior.solve`).
"""

import math
from collections.abc import Sequence
from functools import cache, cached_property, lru_cache
from itertools import accumulate, pairwise

import numpy as np

from recovery.data.coding import Coding
from recovery.data.longdata import LongData
from recovery.errors import FitError
from recovery.exact.grid import Axis, Density, Grid, Likelihood, Reference, weighed
from recovery.exact.rules import FINE, fitted_polynomial, legendre, midpoint, polynomial
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
from recovery.kernels.likelihood import MOST_NODES, likelihood_kernel
from recovery.model.prior import Prior
from recovery.model.statistics import Statistics

PARAMETERS_ON_AXES = ("sigma_u0", "sigma_u1", "rho", "sigma")
PILOT = (10, 10, 10)
LADDER = ((12, 12, 12), (16, 16, 14), (20, 20, 18), (26, 26, 22), (36, 36, 30), (44, 44, 36))
"""Nodes of sigma_u0, sigma_u1 and rho, step by step."""
NODES_OF_SIGMA = {EXP: (8, 10, 12, 15, 18, 24, 28), BELL: (6, 7, 8, 9, 11, 16, 20)}
"""Nodes of sigma: of a pilot, and at the steps of `LADDER`."""
BELL_SD = 0.15  # guessed sd of log sigma, that of 22 residual degrees of freedom
MAX_PILOTS = 7
SETTLED = 0.5  # the largest `kernels.axes.movement` of windows that are kept
NEGLIGIBLE = 14.0  # the windows end at a density of exp(-14) of the peak


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
        Precisions of the priors of beta, whose means are 0 (`Prior.beta_precision`). Beta counts
        time and the further columns from their `means` in the data, so that times may be far from
        0; `combine` takes it to the study's coding.
    """

    def __init__(
        self, data: LongData, coding: Coding, center: float, precisions: Sequence[np.ndarray]
    ) -> None:
        self.data, self.coding, self.center = data, coding, center
        self.precisions = tuple(precisions)
        self.means = data.means
        self.combine = np.eye(1 + len(self.means))
        self.combine[0, 1:] = -self.means
        random = np.column_stack([np.ones(len(data.time)), coding.code(data.time)])
        self.statistics = Statistics.of_columns(
            data.centred, random, data.response - center, data.subject
        )
        self._guesses = self.statistics.guesses()
        self._shared: dict[bool, Ladder] = {}

    @classmethod
    def of(cls, data: LongData, prior: Prior, center: float) -> "Problem":
        """The problem of one prior."""
        return cls(data, prior.coding, center, [prior.beta_precision(data.means)])

    @cached_property
    def scatter(self) -> np.ndarray:
        """Scatter of the subjects' coordinates of the response about their mean, shape (q, q)."""
        own = self.statistics.coordinates[:, :, -1]
        away = own - own.mean(axis=0)
        return away.T @ away

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
            settled = *(_dense(axis) for axis in settled[:2]), *settled[2:]
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
    ) -> Likelihood:
        """The likelihood on a grid of so many nodes per axis."""
        if not has_rho:
            sizes = (*sizes[:2], 1, sizes[3])
        placed = place_axes(as_tuples(axes), *_rules(sizes, axes[3].link))
        values, measures = (tuple(row[part] for part in _slices(sizes)) for row in placed)
        likelihood = likelihood_kernel(len(precisions[0]))
        if sizes[2] * sizes[3] > MOST_NODES:
            raise ValueError(f"{sizes[2]} x {sizes[3]} nodes do not fit into the kernel's rows")
        found = likelihood(*self.statistics[:2], *entries_of(precisions), self.combine, values)
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
        self._steps: dict[tuple[int, int], Likelihood] = {}

    @cached_property
    def fine(self) -> tuple[np.ndarray, ...]:
        """Values of the axes' parameters at `FINE`."""
        return tuple(place_axes(as_tuples(self.axes), *(4 * (FINE,),) * 2)[0].reshape(4, -1))

    def weighed(self, step: int, beta: int, prior: Density) -> Grid:
        """The posterior at a step of `LADDER`.

        The first two steps, which all priors need, are evaluated for all priors of beta at once.
        """
        together = step < 2
        key = step, -1 if together else beta
        if key not in self._steps:
            sizes = (*LADDER[step], NODES_OF_SIGMA[self.axes[3].link][step + 1])
            precisions = self.precisions if together else self.precisions[beta : beta + 1]
            self._steps[key] = self.problem.likelihood(self.axes, sizes, self.has_rho, precisions)
        return weighed(self._steps[key], beta if together else 0, prior)


def _dense(axis: Axis) -> Axis:
    """A standard deviation's axis with its nodes dense towards 0."""
    return axis._replace(link=DENSE, low=math.asinh(-axis.center / axis.scale))


def _exp(axis: Axis) -> Axis:
    """Sigma's axis for Legendre's rule, in place of the midpoint rule."""
    if axis.link == EXP:
        return axis
    scale = axis.scale * SCALE / SCALE_OF_BELL
    ends = (math.asinh(axis.scale / scale * math.sinh(end)) for end in (axis.low, axis.high))
    return Axis(EXP, axis.center, scale, *ends)


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


def entries_of(precisions: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Entries of [P, 0; 0, 0] on and below the diagonal, and log|P|, of priors of beta."""
    return _entries(tuple(map(tuple, np.reshape(precisions, (len(precisions), -1)))))


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
def polynomials(sizes: tuple[int, ...], link: int) -> tuple[np.ndarray, ...]:
    """What interpolates between the nodes of every axis, by the link of sigma's."""
    last = fitted_polynomial if link == BELL else polynomial
    return *map(polynomial, sizes[:3]), last(sizes[3])


@cache
def _slices(sizes: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(slice(start, end) for start, end in pairwise((0, *accumulate(sizes))))
