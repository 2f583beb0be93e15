"""From data sets to numbers: exact posteriors of a batch, summarised as one array."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from recovery.data.coding import Coding
from recovery.data.longdata import LongData
from recovery.data.simulate import effect_names, true_values
from recovery.errors import FAILURES_OF_DATA, FitError, failure_text
from recovery.exact.draws import Randomness, drawn_estimands, joint_draws, matched
from recovery.exact.estimands import (
    SUBJECT_COLUMNS,
    Estimands,
    draw_new_effects,
    subject_scores,
)
from recovery.exact.posterior import (
    ExactPosterior,
    moments_over_nodes,
    parameters_at_nodes,
    solve,
)
from recovery.exact.quadrature import Problem
from recovery.kernels import marginals as marginals_kernel
from recovery.model.prior import Prior
from recovery.parameters import PARAMETERS

DRAWS = 1024
"""Draws of the estimands without a marginal on the grid, see `drawn_estimands`."""


class Summaries(NamedTuple):
    """Posterior summaries of the fits of a batch.

    Attributes
    ----------
    table : ndarray, shape (fits, estimands, columns)
        By estimand, in the order of `Targets.truths`: mean, sd, Monte Carlo errors of the mean and
        of the 2.5 and 97.5 % quantiles (NaN where these are exact), median, the quantiles asked
        for, lower and upper end of the highest-density interval of each level, and CRPS for the
        truth. NaN where there is nothing.
    error : ndarray, shape (fits,)
        Estimated error of each fit (`ExactPosterior.error`), NaN of those that failed.
    message : list of str
        Why each fit failed, "" of the others.
    seconds : ndarray, shape (fits,)
        CPU time of each fit: that of the data set, shared out evenly among the priors.
    subjects : ndarray, shape (fits, 2, levels, 3)
        Scores of the subjects' own lines (`subject_scores`); NaN where there are none.
    """

    table: np.ndarray
    error: np.ndarray
    message: list[str]
    seconds: np.ndarray
    subjects: np.ndarray


class Targets(NamedTuple):
    """What is estimated of the data sets of a batch, and its truth.

    Attributes
    ----------
    estimands : Estimands
        The estimands besides the parameters.
    effects : tuple of str
        Names of the further fixed effects.
    truths : ndarray, shape (fits, names)
        True values in the order of `names`.
    lines : ndarray, shape (fits, 2, subjects)
        The subjects' true intercepts and slopes; empty if they are not scored.
    additional : ndarray of bool, shape (fits,)
        For which data sets the additional estimands are computed.
    """

    estimands: Estimands
    effects: tuple[str, ...]
    truths: np.ndarray
    lines: np.ndarray
    additional: np.ndarray

    @property
    def names(self) -> tuple[str, ...]:
        """Names of everything estimated, in the order of the tables."""
        return (*PARAMETERS, *self.effects, *self.estimands.names)

    @classmethod
    def parameters(cls, truths: np.ndarray, effects: tuple[str, ...] = ()) -> "Targets":
        """The parameters only."""
        size = len(truths)
        return cls(Estimands(), effects, truths, np.empty((size, 2, 0)), np.zeros(size, dtype=bool))

    @classmethod
    def of(cls, datasets: xr.Dataset, wanted: dict[str, Any]) -> "Targets":
        """The targets of a batch of data sets as `simulate` makes them.

        Parameters
        ----------
        datasets : xarray.Dataset
            The data sets.
        wanted : dict
            The fields of `Estimands`, and ``replicates``, how many data sets, the first ones, they
            are computed for.
        """
        fields = {name: value for name, value in wanted.items() if name != "replicates"}
        estimands = Estimands(**fields)
        columns = true_values(datasets)
        new = datasets["new_effects"].to_numpy().T
        truths = np.vstack([*columns.values(), estimands.values(columns, new)]).T
        population = np.stack([columns["beta0"], columns["beta1"]], axis=1)
        lines = population[:, :, None] + datasets["effects"].to_numpy()
        first = datasets["replicate"].to_numpy() <= wanted["replicates"]
        return cls(estimands, effect_names(datasets), truths, lines, first & estimands.wanted)


def solve_batch(
    data: Sequence[LongData],
    priors: Mapping[str, Prior],
    probabilities: Sequence[float],
    levels: Sequence[float],
    targets: Targets,
    seeds: Sequence[int],
) -> dict[str, Summaries]:
    """Compute and summarise the exact posteriors of every data set of a batch, by prior.

    Parameters
    ----------
    data, priors, levels, targets, seeds
        As of `exact.tables.exact_batches`.
    probabilities : sequence of float
        Probabilities of the quantiles wanted.
    """
    points, wanted = np.array([0.5, *probabilities]), np.asarray(levels, float)
    names = targets.names
    size = len(data)
    columns = 5 + len(points) + 2 * len(levels) + 1
    found = {
        prior: Summaries(
            np.full((size, len(names), columns), np.nan),
            np.full(size, np.nan),
            [""] * size,
            np.empty(size),
            np.full((size, 2, len(levels), len(SUBJECT_COLUMNS)), np.nan),
        )
        for prior in priors
    }
    for d, (one, seed) in enumerate(zip(data, seeds)):
        started = time.process_time()
        shared = _Shared(one, priors, int(seed))
        for name, prior in priors.items():
            own = found[name]
            try:
                exact = shared.posterior(name, prior)
                drawn = {}
                if targets.estimands.realised or exact.problem.coding.origin:
                    drawn = drawn_estimands(exact, shared.random(exact.problem))
                if targets.additional[d]:
                    rng = np.random.default_rng([int(seed), 3])
                    exact, more = _additional(exact, one, targets, d, rng, own.subjects[d], wanted)
                    drawn |= more
                _summarise(own.table[d], names, exact, drawn, points, wanted, targets.truths[d])
                own.error[d] = exact.error
            except FAILURES_OF_DATA as error:
                own.message[d] = failure_text(error)
                own.table[d] = np.nan
        for name in priors:
            found[name].seconds[d] = (time.process_time() - started) / len(priors)
    return found


class _Shared:
    """What priors share of a data set: likelihoods, by coding and center, and random numbers."""

    def __init__(self, data: LongData, priors: Mapping[str, Prior], seed: int) -> None:
        self.data, self.seed = data, seed
        self.precisions: dict[tuple[Coding, float | str], dict[bytes, np.ndarray]] = {}
        self._own: dict[str, bytes] = {}
        for name, prior in priors.items():
            precision = prior.beta_precision(data.means)
            self._own[name] = precision.tobytes()
            group = self.precisions.setdefault((prior.coding, prior.center), {})
            group[self._own[name]] = precision
        self._problems: dict[tuple[Coding, float | str], Problem] = {}
        self._random: Randomness | None = None

    def posterior(self, name: str, prior: Prior) -> ExactPosterior:
        """The posterior under one of the priors."""
        if not np.isfinite(self.data.response).all():
            raise FitError("the responses are not all finite")
        key = prior.coding, prior.center
        if key not in self._problems:
            center = prior.center_for(self.data.response)
            precisions = [*self.precisions[key].values()]
            self._problems[key] = Problem(self.data, prior.coding, center, precisions)
        problem = self._problems[key]
        exact = solve(problem, prior, [*self.precisions[key]].index(self._own[name]))
        if not np.isfinite(exact.grid.log_evidence):
            raise FitError("the posterior is not finite")
        return exact

    def random(self, problem: Problem) -> Randomness:
        """The data set's random numbers."""
        if self._random is None:
            self._random = Randomness.of(problem, DRAWS, self.seed)
        return self._random


def _additional(exact, data, targets, d, rng, scores, levels):
    """The additional estimands' draws, in ascending order; fills in the subjects' scores.

    Also the posterior with the means and sds of those that are functions of the grid's axes.
    """
    if targets.estimands.lines_at:  # how parameters go together is known to within a node's cell
        exact = replace(exact, grid=exact.finer)
    draws = joint_draws(exact, data, DRAWS, rng)
    draws.setdefault("rho", np.zeros(DRAWS))
    if targets.estimands.subjects:
        scores[:] = subject_scores(draws, targets.lines[d], levels)
    values = targets.estimands.values(draws, draw_new_effects(draws, rng))
    found = dict(zip(targets.estimands.names, np.sort(values, axis=1)))
    moments = dict(exact.moments)
    if targets.estimands.lines_at:
        parameters = parameters_at_nodes(exact.grid, exact.problem.coding)
        for name, at_nodes in targets.estimands.of_lines(parameters).items():
            moments[name] = moments_over_nodes(exact.grid, at_nodes)
            found[name] = matched(name, found[name], at_nodes, exact.grid)
    return replace(exact, moments=moments), found


def _summarise(table, names, exact, drawn, points, levels, truths) -> None:
    """Fill the rows of a fit."""
    known = [i for i, name in enumerate(names) if name in exact.marginals]
    marginals = np.array([exact.marginals[names[i]] for i in known])
    table[known, 5:] = marginals_kernel.summarise(marginals, points, levels, truths[known])
    for i, name in enumerate(names):
        row = table[i]
        if name in drawn:
            values = drawn[name]
            mean, sd, *errors = marginals_kernel.draw_errors(values)
            row[:5] = mean, sd, sd / math.sqrt(len(values)), *errors
            marginals_kernel.summarise_draws(values, points, levels, truths[i], row[5:])
        if name in exact.moments:  # known by the grid
            row[:3] = *exact.moments[name], 0.0
