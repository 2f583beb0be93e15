"""Fit every replicate of a batch and keep what happened, replicate by replicate."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict

import numpy as np
import pandas as pd
import xarray as xr

from recovery.data.simulate import replicate_data, true_values
from recovery.nuts.summary import crps_of_draws
from recovery.result import Engine, FittedReplicate


def fit_each(
    datasets: xr.Dataset,
    engine: Engine,
    seed_of: Callable[[int], int],
    report: Callable[[int, int], None],
) -> Iterator[FittedReplicate]:
    """Fit the replicates of a batch one after the other.

    Parameters
    ----------
    datasets : xarray.Dataset
        A batch as `simulate_batch` or `simulate_designs` makes it.
    engine : Engine
        What fits.
    seed_of : callable
        Maps a replicate's number to its seed.
    report : callable
        Receives (replicates done, replicates in all) after each.
    """
    numbers = [int(number) for number in datasets["replicate"]]
    for i, (number, data) in enumerate(zip(numbers, replicate_data(datasets))):
        fit = engine.fit(data, seed_of(number))
        yield FittedReplicate(number, datasets.isel(replicate=i), data, fit)
        report(i + 1, len(numbers))


def replicate_tables(fitted: Iterable[FittedReplicate]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables of fitted replicates.

    Returns
    -------
    estimates : DataFrame
        A row per replicate and parameter, with the truth beside the estimate.
    fits : DataFrame
        A row per replicate, failed fits included.
    """
    numbers, estimates, fits, scores = [], [], [], []
    for number, replicate, _, fit in fitted:
        truth = np.array([value.item() for value in true_values(replicate).values()])
        numbers.append(number)
        estimates.append(fit.estimates.assign(truth=truth))
        fits.append(asdict(fit.diagnostics))
        missing = np.full(len(truth), np.nan)
        scores.append(
            missing if fit.ordered_draws is None else crps_of_draws(fit.ordered_draws, truth)
        )
    table = pd.concat(estimates, keys=numbers, names=["replicate", "parameter"]).reset_index()
    table.insert(2, "truth", table.pop("truth"))
    table["crps"] = np.concatenate(scores)
    return table, pd.DataFrame(fits, index=pd.Index(numbers, name="replicate")).reset_index()
