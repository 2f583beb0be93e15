"""REML fits of a batch of data sets as tables."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import NamedTuple

import numpy as np
import pandas as pd

from recovery.columns import estimate_columns, interval_probabilities, quantile_name
from recovery.data.longdata import LongData
from recovery.errors import FAILURES_OF_DATA, FitError, failure_text
from recovery.model.statistics import Statistics
from recovery.reml.estimate import estimate
from recovery.reml.intervals import between_subjects, fixed_effect_interval, profile_intervals
from recovery.result import Diagnostics


class RemlBatch(NamedTuple):
    """REML fits of a batch; the tables are those of `exact.tables.ExactBatch`.

    In the estimates, ``mean`` is the estimate, ``sd`` the standard error of a fixed effect, and the
    quantiles are the ends of confidence intervals: of more than two random effects, there are none
    of the standard deviations and correlations. Everything else is NaN, as is a correlation where a
    standard deviation is estimated as 0. The status of a fit at the boundary is ``singular``.
    """

    estimates: pd.DataFrame
    fits: pd.DataFrame


def reml_batch(
    data: Sequence[LongData],
    levels: list[float],
    truths: np.ndarray,
    numbers: Sequence[int],
    interval: str = "ml",
) -> RemlBatch:
    """Fit every data set of a batch by REML.

    Parameters
    ----------
    data : sequence of LongData
        The data sets, each with any times.
    levels : list of float
        Levels of the intervals.
    truths : ndarray, shape (fits, parameters)
        True values in the order of `LongData.parameters`.
    numbers : sequence of int
        The replicates' numbers.
    interval : {"ml", "reml"}
        The likelihood whose profile gives the intervals of the standard deviations and rho.
    """
    tables, records, names = [], [], data[0].parameters
    for one, number in zip(data, numbers):
        started = time.process_time()
        rows: dict[str, dict[str, float]] = {}
        status, message = "failed", ""
        try:
            if not np.isfinite(one.response).all():
                raise FitError("the responses are not all finite")
            rows, singular = reml_rows(one, levels, interval)
            status = "singular" if singular else "ok"
            message = "rho is -1 or 1, or a standard deviation is 0" if singular else ""
        except FAILURES_OF_DATA as error:
            message = failure_text(error)
        seconds = time.process_time() - started
        record = Diagnostics(status=status, error=message, attempts=1, sampling_seconds=seconds)
        records.append({"replicate": number, **asdict(record)})
        tables.append([rows.get(name, {}) for name in names])
    columns = [*estimate_columns(levels), "crps"]
    estimates = pd.DataFrame([row for rows in tables for row in rows], columns=columns, dtype=float)
    estimates.insert(0, "replicate", np.repeat(numbers, len(names)))
    estimates.insert(1, "parameter", np.tile(np.array(names, dtype=object), len(data)))
    estimates.insert(2, "truth", np.asarray(truths, float).ravel())
    return RemlBatch(estimates, pd.DataFrame(records))


def reml_rows(
    data: LongData, levels: list[float], interval: str
) -> tuple[dict[str, dict[str, float]], bool]:
    """Columns of each parameter's row of estimates, and whether the fit is singular."""
    found, profiles = estimate(data), {}
    if data.q == 2:
        response = data.response - data.response.mean()
        statistics = Statistics.of_columns(data.centred, data.random, response, data.subject)
        profiles = profile_intervals(statistics, levels, interval == "reml")
    freedom = max(data.subjects - between_subjects(data), 1)
    known = {name: value for name, value in found.values.items() if not np.isnan(value)}
    rows: dict[str, dict[str, float]] = {name: {"mean": value} for name, value in known.items()}
    for name, row in rows.items():
        if name in found.errors:
            row["sd"] = found.errors[name]
        for level in levels:
            if name in found.errors:
                ends = fixed_effect_interval(row["mean"], row["sd"], freedom, level)
            elif name in profiles:
                ends = profiles[name][level]
            else:
                continue
            row |= dict(zip(map(quantile_name, interval_probabilities(level)), ends))
    return rows, found.singular
