"""A fit as a value: what was estimated, and what happened on the way."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from .estimates import no_estimates
from .longdata import LongData


@dataclass(frozen=True)
class Diagnostics:
    """What happened in a fit: one row of ``fits.csv`` (columns explained in results/README).

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
        Draws of the parameters, ``u0`` and ``u1`` over (chain, draw); None if the fit failed.
    sample : ndarray, shape (parameters, values), or None
        Equally likely values of every estimand in ascending order, draws or quantiles at even
        probabilities; NaN for those that there are not.
    sample_stats : Dataset or None
        What the sampler said of every draw, of an engine that samples.
    """

    diagnostics: Diagnostics
    estimates: pd.DataFrame
    draws: xr.Dataset | None = None
    sample: np.ndarray | None = None
    sample_stats: xr.Dataset | None = None

    @classmethod
    def failed(cls, error: Exception, levels: list[float], **attempt: float) -> "Fit":
        """A fit that raised an exception; `attempt` are diagnostics that it has all the same."""
        message = f"{type(error).__name__}: {error}".splitlines()[0]
        estimates = no_estimates(levels).assign(exact_mean=np.nan, exact_sd=np.nan)
        return cls(Diagnostics(status="failed", error=message, **attempt), estimates)


class Fitted(NamedTuple):
    """A replicate with its fit; ``truth`` is its data set as `simulate` makes it."""

    number: int
    truth: xr.Dataset
    data: LongData
    fit: Fit
