"""A fit as a value: what was estimated, and what happened on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
import xarray as xr

from recovery.columns import estimate_columns
from recovery.data.longdata import LongData
from recovery.errors import failure_text


@dataclass(frozen=True)
class Diagnostics:
    """What happened in a fit: one row of ``tables/fits`` (columns explained in results/README).

    Attributes
    ----------
    status : {"ok", "not_converged", "failed"}
    error : str
        What is wrong, in a line.
    attempts : int
        Fits of the data set; all that follows but the last three is of the last one.
    target_accept : float
        NUTS's target acceptance.
    divergences : int
        Draws after divergent transitions.
    max_rhat, min_ess_bulk : float
        The worst R-hat and bulk effective sample size of any estimand.
    gradient_evaluations : int
        Of all attempts, warm-up included.
    sampling_seconds : float
        CPU seconds of all attempts.
    seed : int
        The first attempt's seed.
    """

    status: str = "failed"
    error: str = ""
    attempts: int = 0
    target_accept: float = np.nan
    divergences: int = 0
    max_rhat: float = np.nan
    min_ess_bulk: float = np.nan
    gradient_evaluations: int = 0
    sampling_seconds: float = 0.0
    seed: int = 0


@dataclass(frozen=True)
class Fit:
    """A fit as a value.

    Attributes
    ----------
    diagnostics : Diagnostics
        What happened.
    estimates : DataFrame
        A row an estimand, NaN if the fit failed.
    draws : Dataset or None
        Draws of the parameters and of ``u0``, ``u1``, ... over (chain, draw); None if the fit
        failed.
    ordered_draws : ndarray, shape (parameters, values), or None
        The draws of every estimand in ascending order; NaN where unavailable.
    sample_stats : Dataset or None
        Statistics of every draw, from an engine that samples.
    """

    diagnostics: Diagnostics
    estimates: pd.DataFrame
    draws: xr.Dataset | None = None
    ordered_draws: np.ndarray | None = None
    sample_stats: xr.Dataset | None = None

    @classmethod
    def failed(cls, error: Exception, levels: list[float], data: LongData, **attempt: Any) -> "Fit":
        """A fit that raised an exception; `attempt` are diagnostics that it has all the same."""
        record = Diagnostics(status="failed", error=failure_text(error), **attempt)
        return cls(record, no_estimates(levels, data.parameters))


class Engine(Protocol):
    """Anything that fits a data set."""

    def fit(self, data: LongData, seed: int) -> Fit:
        """Fit one data set from one seed."""


class FittedReplicate(NamedTuple):
    """A replicate with its fit; ``truth`` is its data set as `simulate` makes it."""

    number: int
    truth: xr.Dataset
    data: LongData
    fit: Fit


def no_estimates(levels: list[float], names: Sequence[str]) -> pd.DataFrame:
    """The rows of a fit that failed: every estimand, every value missing."""
    rows = pd.Index(names, name="parameter")
    return pd.DataFrame(np.nan, index=rows, columns=estimate_columns(levels))
