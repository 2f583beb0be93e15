"""Fit every replicate of a batch and keep what happened, replicate by replicate."""

from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pandas as pd
import xarray as xr

from .engines import Engine
from .estimates import PARAMETERS, crps
from .simulate import replicate_data


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
    truths = np.column_stack([datasets[name].to_numpy() for name in PARAMETERS])
    estimates, fits, scores = [], [], []
    for done, (number, truth) in enumerate(zip(numbers, truths), start=1):
        fit = engine.fit(replicate_data(datasets, number), seed_of(number))
        estimates.append(fit.estimates)
        fits.append(asdict(fit.diagnostics))
        failed = fit.sample is None
        scores.append(np.full(len(truth), np.nan) if failed else crps(fit.sample, truth))
        report(done, len(numbers))
    table = pd.concat(estimates, keys=numbers, names=["replicate", "parameter"]).reset_index()
    table.insert(2, "truth", truths.ravel())
    table["crps"] = np.concatenate(scores)
    return table, pd.DataFrame(fits, index=pd.Index(numbers, name="replicate")).reset_index()
