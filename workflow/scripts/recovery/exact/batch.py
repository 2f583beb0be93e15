"""From data sets to numbers: exact posteriors of a batch, summarised as one array."""

import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from recovery.data.longdata import LongData
from recovery.exact.draws import drawn_estimands
from recovery.exact.kernels import marginals as marginals_kernel
from recovery.exact.posterior import solve
from recovery.exact.quadrature import integration_coding, problem_of
from recovery.model.prior import Prior
from recovery.model.sufficient import BatchStatistics
from recovery.parameters import PARAMETERS

DRAWS = 1024
"""Draws of the estimands without a marginal on the grid, see `drawn_estimands`."""


class Summaries(NamedTuple):
    """Posterior summaries of the fits of a batch.

    Attributes
    ----------
    table : ndarray, shape (fits, 7, columns)
        By parameter, in the order of `PARAMETERS`: mean, sd, Monte Carlo error of the mean,
        median, the quantiles asked for, lower and upper end of the highest-density interval of
        each level, and CRPS for the truth. NaN where there is nothing.
    error : ndarray, shape (fits,)
        Estimated error of each fit (`ExactPosterior.change`), NaN of those that failed.
    message : list of str
        Why each fit failed, "" of the others.
    seconds : ndarray, shape (fits,)
        CPU time of each fit; what is done for all at once is shared out evenly.
    """

    table: np.ndarray
    error: np.ndarray
    message: list[str]
    seconds: np.ndarray


def solve_batch(
    data: Sequence[LongData],
    prior: Prior,
    probabilities: Sequence[float],
    levels: Sequence[float],
    truths: np.ndarray,
    seeds: Sequence[int],
) -> Summaries:
    """Compute and summarise the exact posterior of every data set of a batch.

    Parameters
    ----------
    data, prior, levels, truths, seeds
        As of `fitting.exact.exact_batch`.
    probabilities : sequence of float
        Probabilities of the quantiles wanted.
    """
    started = time.process_time()
    with np.errstate(invalid="ignore", over="ignore"):  # of data sets that are not finite
        centers = [prior.center_for(one.response) for one in data]
        coding = integration_coding(prior)
        stats = BatchStatistics.of([coding.code_data(one) for one in data], centers)
    points = np.array([0.5, *probabilities])
    size = len(data)
    table = np.full((size, len(PARAMETERS), 3 + len(points) + 2 * len(levels) + 1), np.nan)
    found = Summaries(table, np.full(size, np.nan), [""] * size, np.empty(size))
    shared = (time.process_time() - started) / max(size, 1)
    for d in range(size):
        started = time.process_time()
        try:
            if not np.isfinite(data[d].response).all():
                raise ValueError("the responses are not all finite")
            problem = problem_of(
                stats.rows[d], stats.rss[d], stats.patterns_of(d), centers[d], prior
            )
            exact = solve(problem)
            if not np.isfinite(exact.log_marginal_likelihood):
                raise FloatingPointError("the posterior is not finite")
            drawn = drawn_estimands(exact, stats.subjects_of(d), DRAWS, int(seeds[d]))
            _summarise(table[d], exact, drawn, points, np.asarray(levels, float), truths[d])
            found.error[d] = exact.change
        except Exception as error:  # noqa: BLE001 - a broken data set must not kill its batch
            found.message[d] = f"{type(error).__name__}: {error}".splitlines()[0]
            table[d] = np.nan
        found.seconds[d] = time.process_time() - started + shared
    return found


def _summarise(table, exact, drawn, points, levels, truth) -> None:
    """Fill the rows of a fit, shape (7, columns)."""
    for i, name in enumerate(PARAMETERS):
        row = table[i]
        if name in drawn:
            values = drawn[name]
            sd = values.std()
            row[:3] = values.mean(), sd, sd / np.sqrt(len(values))
            marginals_kernel.summarise_draws(values, points, levels, truth[i], row[3:])
        elif name in exact.marginals:
            row[:3] = *exact.moments[name], 0.0
            value, density, cumulative = exact.marginals[name]
            marginals_kernel.summarise(
                value, density, cumulative, points, levels, truth[i], row[3:]
            )
