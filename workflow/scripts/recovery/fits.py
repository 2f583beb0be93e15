"""A fit as a value: what was estimated, and what happened on the way."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from .estimates import no_estimates


@dataclass(frozen=True)
class Diagnostics:
    """What happened in a fit: one row of ``fits.csv`` (columns explained in results/README)."""

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
    def failed(cls, error: Exception, levels: list[float], seed: int, seconds: float) -> "Fit":
        """A fit that raised an exception."""
        record = Diagnostics(
            status="failed",
            error=f"{type(error).__name__}: {error}".splitlines()[0],
            attempts=1,
            sampling_seconds=seconds,
            seed=seed,
        )
        estimates = no_estimates(levels).assign(exact_mean=np.nan, exact_sd=np.nan)
        return cls(record, estimates)
