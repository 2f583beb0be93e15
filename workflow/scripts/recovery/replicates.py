"""Fit every replicate of a batch and keep what happened, replicate by replicate."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Protocol

import numpy as np
import pandas as pd
import xarray as xr

from .estimates import PARAMETERS, crps
from .fits import Fit
from .longdata import LongData
from .simulate import replicate_data


class Engine(Protocol):
    """Anything that fits a data set."""

    def fit(self, data: LongData, seed: int) -> Fit:
        """Fit one data set from one seed."""


def fit_replicates(
    datasets: xr.Dataset,
    engine: Engine,
    seed_of: Callable[[int], int],
    report: Callable[[int, int], None],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit the replicates of a batch one after the other.

    Parameters
    ----------
    datasets : xarray.Dataset
        A batch as `simulate_batch` makes it.
    engine : Engine
        What fits.
    seed_of : callable
        Maps a replicate's number to its seed.
    report : callable
        Told (replicates done, replicates in all) after each.

    Returns
    -------
    estimates : DataFrame
        A row per replicate and parameter, with the truth beside the estimate.
    fits : DataFrame
        A row per replicate, failed fits included.
    """
    numbers = [int(number) for number in datasets["replicate"]]
    truth = datasets[list(PARAMETERS)].to_dataframe()[list(PARAMETERS)]
    estimates, fits = {}, {}
    for done, number in enumerate(numbers, start=1):
        fit = engine.fit(replicate_data(datasets, number), seed_of(number))
        fit.estimates.insert(0, "truth", truth.loc[number])
        fit.estimates["crps"] = _crps(fit, truth.loc[number])
        estimates[number] = fit.estimates
        fits[number] = asdict(fit.diagnostics)
        report(done, len(numbers))
    return (
        pd.concat(estimates, names=["replicate", "parameter"]).reset_index(),
        pd.DataFrame.from_dict(fits, orient="index").rename_axis("replicate").reset_index(),
    )


def _crps(fit: Fit, truth: pd.Series) -> pd.Series:
    if fit.sample is None:
        return pd.Series(np.nan, index=truth.index)
    return pd.Series(crps(fit.sample.to_numpy(), truth[fit.sample.index]), index=fit.sample.index)
