"""From data sets to numbers: exact posteriors of a batch, summarised as one array."""

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from recovery.data.longdata import LongData
from recovery.errors import FAILURES_OF_DATA, FitError, failure_text
from recovery.exact.draws import drawn_estimands, joint_draws, matched
from recovery.exact.estimands import (
    SUBJECT_COLUMNS,
    Estimands,
    draw_new_effects,
    subject_scores,
)
from recovery.exact.posterior import moments_over_nodes, parameters_at_nodes, solve
from recovery.exact.quadrature import problem_of
from recovery.kernels import marginals as marginals_kernel
from recovery.model.prior import Prior
from recovery.model.sufficient import BatchStatistics
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
        CPU time of each fit; what is done for all at once is shared out evenly.
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
    truths : ndarray, shape (fits, 7 + names)
        True values in the order of `PARAMETERS` and of the estimands' names.
    lines : ndarray, shape (fits, 2, subjects)
        The subjects' true intercepts and slopes; empty if they are not scored.
    additional : ndarray of bool, shape (fits,)
        For which data sets the additional estimands are computed.
    """

    estimands: Estimands
    truths: np.ndarray
    lines: np.ndarray
    additional: np.ndarray

    @classmethod
    def parameters(cls, truths: np.ndarray) -> "Targets":
        """The parameters only."""
        size = len(truths)
        return cls(Estimands(), truths, np.empty((size, 2, 0)), np.zeros(size, dtype=bool))

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
        columns = {name: datasets[name].to_numpy() for name in PARAMETERS}
        new = datasets["new_effects"].to_numpy().T
        truths = np.vstack([*columns.values(), estimands.values(columns, new)]).T
        population = np.stack([columns["beta0"], columns["beta1"]], axis=1)
        lines = population[:, :, None] + datasets["effects"].to_numpy()
        first = datasets["replicate"].to_numpy() <= wanted["replicates"]
        return cls(estimands, truths, lines, first & estimands.wanted)


def solve_batch(
    data: Sequence[LongData],
    prior: Prior,
    probabilities: Sequence[float],
    levels: Sequence[float],
    targets: Targets,
    seeds: Sequence[int],
) -> Summaries:
    """Compute and summarise the exact posterior of every data set of a batch.

    Parameters
    ----------
    data, prior, levels, targets, seeds
        As of `fitting.exact.exact_batch`.
    probabilities : sequence of float
        Probabilities of the quantiles wanted.
    """
    started = time.process_time()
    with np.errstate(invalid="ignore", over="ignore"):  # of data sets that are not finite
        centers = [prior.center_for(one.response) for one in data]
        stats = BatchStatistics.of([prior.coding.code_data(one) for one in data], centers)
    points = np.array([0.5, *probabilities])
    size = len(data)
    names = (*PARAMETERS, *targets.estimands.names)
    table = np.full((size, len(names), 5 + len(points) + 2 * len(levels) + 1), np.nan)
    wanted = np.asarray(levels, float)
    subjects = np.full((size, 2, len(levels), len(SUBJECT_COLUMNS)), np.nan)
    found = Summaries(table, np.full(size, np.nan), [""] * size, np.empty(size), subjects)
    shared = (time.process_time() - started) / max(size, 1)
    for d in range(size):
        started = time.process_time()
        try:
            if not np.isfinite(data[d].response).all():
                raise FitError("the responses are not all finite")
            problem = problem_of(
                stats.rows[d], stats.rss[d], stats.patterns_of(d), centers[d], prior
            )
            exact = solve(problem)
            if not np.isfinite(exact.log_marginal_likelihood):
                raise FitError("the posterior is not finite")
            drawn = drawn_estimands(exact, stats.subjects_of(d), DRAWS, int(seeds[d]))
            if targets.additional[d]:
                rng = np.random.default_rng([int(seeds[d]), 3])
                exact, more = _additional(exact, data[d], targets, d, rng, subjects[d], wanted)
                drawn |= more
            for i, name in enumerate(names):
                _summarise(table[d, i], name, exact, drawn, points, wanted, targets.truths[d, i])
            found.error[d] = exact.error
        except FAILURES_OF_DATA as error:
            found.message[d] = failure_text(error)
            table[d] = np.nan
        found.seconds[d] = time.process_time() - started + shared
    return found


def _additional(exact, data, targets, d, rng, scores, levels):
    """The additional estimands' draws, in ascending order; fills in the subjects' scores.

    Also the posterior with the means and sds of those that are functions of the grid's axes.
    """
    draws = joint_draws(exact, data, DRAWS, rng)
    draws.setdefault("rho", np.zeros(DRAWS))
    if targets.estimands.subjects:
        scores[:] = subject_scores(draws, targets.lines[d], levels)
    values = targets.estimands.values(draws, draw_new_effects(draws, rng))
    found = dict(zip(targets.estimands.names, np.sort(values, axis=1)))
    moments = dict(exact.moments)
    parameters = parameters_at_nodes(exact.grid, exact.problem.coding)
    for name, at_nodes in targets.estimands.of_lines(parameters).items():
        moments[name] = moments_over_nodes(exact.grid, at_nodes)
        found[name] = matched(name, found[name], at_nodes, exact.grid)
    return replace(exact, moments=moments), found


def _summarise(row, name, exact, drawn, points, levels, truth) -> None:
    """Fill the row of one estimand."""
    if name in drawn:
        values = drawn[name]
        mean, sd, *errors = marginals_kernel.draw_errors(values)
        row[:5] = mean, sd, sd / math.sqrt(len(values)), *errors
        if name in exact.moments:  # known by the grid
            row[:3] = *exact.moments[name], 0.0
        marginals_kernel.summarise_draws(values, points, levels, truth, row[5:])
    elif name in exact.marginals:
        row[:3] = *exact.moments[name], 0.0
        value, density, cumulative = exact.marginals[name]
        marginals_kernel.summarise(value, density, cumulative, points, levels, truth, row[5:])
