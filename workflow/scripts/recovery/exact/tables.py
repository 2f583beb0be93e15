"""Fit data sets without sampling: exact posteriors of a batch as tables."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from recovery.columns import DIAGNOSTICS, density_columns, quantile_columns
from recovery.data.longdata import LongData
from recovery.errors import FAILURES_OF_DATA, FitError
from recovery.exact.batch import Summaries, Targets, solve_batch
from recovery.exact.draws import joint_draws
from recovery.exact.estimands import EFFECTS, SUBJECT_COLUMNS
from recovery.exact.posterior import TOLERANCE, exact_posterior
from recovery.model.prior import Prior
from recovery.result import Diagnostics, Fit, no_estimates


class ExactBatch(NamedTuple):
    """Exact fits of a batch of data sets.

    Attributes
    ----------
    estimates : DataFrame
        One row per data set and parameter: ``replicate, parameter, truth``, the columns of
        `columns.estimate_columns` and ``crps``. NaN where a fit failed, and for rho under a prior
        without it.
    fits : DataFrame
        One row per data set: ``replicate`` and the fields of `Diagnostics`.
    subjects : DataFrame
        Scores of the subjects' own lines: ``replicate, effect, level`` and the
        `SUBJECT_COLUMNS`; no rows if they are not asked for.
    """

    estimates: pd.DataFrame
    fits: pd.DataFrame
    subjects: pd.DataFrame


def exact_batches(
    data: Sequence[LongData],
    priors: Mapping[str, Prior],
    levels: list[float],
    targets: Targets | np.ndarray,
    numbers: Sequence[int],
    seeds: Sequence[int],
) -> dict[str, ExactBatch]:
    """Fit every data set of a batch by quadrature, under each of several priors.

    Results depend on the data set, its truth and its seed, and on the prior only: not on what else
    is in the batch, or on the other priors. A data set that breaks becomes a fit with status
    ``failed``, and one whose estimated error is too large, one with status ``not_converged``.

    Parameters
    ----------
    data : sequence of LongData
        The data sets, each with any times.
    priors : mapping
        The priors to fit, by id.
    levels : list of float
        Levels of the intervals.
    targets : Targets or ndarray, shape (fits, 7 + k)
        What is estimated, with its truth; an array are the true values of the `PARAMETERS` and of
        the further effects.
    numbers : sequence of int
        The replicates' numbers.
    seeds : sequence of int
        One seed per data set, of the draws behind r_u.
    """
    if not isinstance(targets, Targets):
        targets = Targets.parameters(np.asarray(targets, float), data[0].effects)
    probabilities = list(quantile_columns(levels).values())
    solved = solve_batch(data, priors, probabilities, levels, targets, seeds)
    return {
        prior: _tables(found, levels, targets, numbers, seeds) for prior, found in solved.items()
    }


def exact_batch(
    data: Sequence[LongData],
    prior: Prior,
    levels: list[float],
    targets: Targets | np.ndarray,
    numbers: Sequence[int],
    seeds: Sequence[int],
) -> ExactBatch:
    """`exact_batches` of one prior."""
    return exact_batches(data, {"": prior}, levels, targets, numbers, seeds)[""]


def _tables(
    found: Summaries,
    levels: list[float],
    targets: Targets,
    numbers: Sequence[int],
    seeds: Sequence[int],
) -> ExactBatch:
    names = targets.names
    records = [
        asdict(_record(found.error[k], found.message[k], found.seconds[k], int(seed)))
        for k, seed in enumerate(seeds)
    ]
    estimates = pd.DataFrame(
        {
            "replicate": np.repeat(numbers, len(names)),
            "parameter": np.tile(np.array(names, dtype=object), len(numbers)),
            "truth": targets.truths.ravel(),
            **_estimate_columns(found, levels),
        }
    )
    fits = pd.DataFrame(records)
    fits.insert(0, "replicate", np.asarray(numbers))
    return ExactBatch(estimates, fits, _subject_table(found.subjects, targets, levels, numbers))


def _subject_table(
    scores: np.ndarray, targets: Targets, levels: list[float], numbers: Sequence[int]
) -> pd.DataFrame:
    """Scores of the subjects' own lines, one row per data set, effect and level."""
    chosen = np.flatnonzero(targets.additional & targets.estimands.subjects)
    keys = pd.MultiIndex.from_product(
        [np.asarray(numbers)[chosen], EFFECTS, levels], names=["replicate", "effect", "level"]
    )
    values = scores[chosen].reshape(-1, len(SUBJECT_COLUMNS))
    return pd.DataFrame(values, keys, list(SUBJECT_COLUMNS)).reset_index()


def _estimate_columns(found: Summaries, levels: list[float]) -> dict[str, np.ndarray]:
    """Columns of estimates, a value per data set and parameter; see `solve_batch`."""
    quantiles = list(quantile_columns(levels))
    table = found.table.reshape(-1, found.table.shape[-1]).T
    mean, sd, mcse, mcse_low, mcse_high, median, *rest = table
    missing = np.full(len(mean), np.nan)
    ends = [column for level in levels for column in density_columns(level)]
    return {
        "mean": mean,
        "median": median,
        "sd": sd,
        **dict(zip(quantiles, rest)),
        **dict.fromkeys(DIAGNOSTICS, missing),
        "mcse_mean": mcse,
        "mcse_q2.5": mcse_low,
        "mcse_q97.5": mcse_high,
        **dict(zip(ends, rest[len(quantiles) :])),
        "crps": rest[-1],
    }


def _record(error: float, message: str, seconds: float, seed: int) -> Diagnostics:
    """What happened in a fit."""
    status = "failed" if message else "ok"
    if not message and not error < TOLERANCE:
        status = "not_converged"
        message = f"the quadrature's error is estimated at {error:.1e} sd, over {TOLERANCE:g}"
    return Diagnostics(
        status=status, error=message, attempts=1, sampling_seconds=seconds, seed=seed
    )


class ExactEngine:
    """Draws independently from the exact posterior of one data set at a time.

    Parameters
    ----------
    prior : Prior
        The prior to fit.
    levels : list of float
        Levels of the intervals that estimates carry.
    draws : int
        Independent draws of all parameters and effects.
    """

    def __init__(self, prior: Prior, levels: list[float], draws: int) -> None:
        self.prior = prior
        self.levels = levels
        self.draws = draws

    def fit(self, data: LongData, seed: int) -> Fit:
        """Fit one data set; a failure of the data is a fit with status ``failed``."""
        started = time.process_time()
        try:
            if not np.isfinite(data.response).all():
                raise FitError("the responses are not all finite")
            exact = exact_posterior(data, self.prior)
            if not np.isfinite(exact.grid.log_evidence):
                raise FitError("the posterior is not finite")
            drawn = joint_draws(exact, data, self.draws, np.random.default_rng([seed, 1]))
        except FAILURES_OF_DATA as error:
            return Fit.failed(error, self.levels, data, attempts=1, seed=seed)
        draws = {
            name: (("chain", "draw", "subject")[: values.ndim + 1], values[None])
            for name, values in drawn.items()
        }
        seconds = time.process_time() - started
        record = _record(exact.error, "", seconds, seed)
        return Fit(record, no_estimates(self.levels, data.parameters), xr.Dataset(draws))
