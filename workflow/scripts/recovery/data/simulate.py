"""Simulate sleepstudy-like data sets whose truth is known."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from recovery.data.longdata import LongData
from recovery.data.scenarios import Design
from recovery.seeds import named_seed


def simulate_replicate(design: Design, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw one data set from ``y_ij = beta0 + u0_j + (beta1 + u1_j) day_i + eps_ij``.

    Returns
    -------
    effects : ndarray, shape (2, subjects)
        The subjects' true deviations in intercept and slope.
    response : ndarray, shape (subjects, days)
        The responses on days 0, 1, ..., days - 1; NaN where missing.
    """
    truth, shape = design.truth, (design.subjects, design.days)
    standard = rng.standard_normal((2, design.subjects))
    noise = rng.standard_normal(shape)
    # one factor per subject, shared by intercept and slope: a bivariate t
    standard *= t_factors(design.effects_df, design.subjects, rng)
    noise *= t_factors(design.residual_df, shape, rng)
    effects = np.stack(
        [
            truth.sigma_u0 * standard[0],
            truth.sigma_u1 * (truth.rho * standard[0] + np.sqrt(1 - truth.rho**2) * standard[1]),
        ]
    )
    day = np.arange(design.days)
    mean = truth.beta0 + effects[0, :, None] + (truth.beta1 + effects[1, :, None]) * day
    response = mean + truth.sigma * noise
    response[missing_cells(shape, design.missing_rows, rng)] = np.nan
    return effects, response


def t_factors(df: float, shape: Any, rng: np.random.Generator) -> np.ndarray:
    """Factors that make standard normals Student t of variance 1; ones for infinite df.

    A normal times sqrt(df / chi2_df) is Student t, whose variance is df / (df - 2).
    """
    if np.isinf(df):
        return np.ones(shape)
    return np.sqrt((df - 2.0) / rng.chisquare(df, shape))


def missing_cells(
    shape: tuple[int, int], count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Indices (rows, columns) of `count` random cells; every row keeps at least one cell.

    The cell to keep is drawn first, at random, so the others are missing completely at random.
    """
    rows, columns = shape
    order = rng.permuted(np.tile(np.arange(columns), (rows, 1)), axis=1)
    droppable = order[:, 1:]
    row, place = np.divmod(rng.choice(droppable.size, count, replace=False), columns - 1)
    return row, droppable[row, place]


def simulate_batch(
    design: Design, replicates: Iterable[int], study_seed: int, scenario: str
) -> xr.Dataset:
    """Simulate replicates of one scenario, each from its own named seed.

    Parameters
    ----------
    design : Design
        The scenario's design.
    replicates : iterable of int
        Numbers of the replicates.
    study_seed : int
        The config's seed.
    scenario : str
        The scenario's id.

    Returns
    -------
    xarray.Dataset
        As `simulate_designs` returns it.
    """
    designs = dict.fromkeys(replicates, design)
    return simulate_designs(
        designs, lambda number: named_seed(study_seed, scenario, number, "simulate")
    )


def simulate_designs(designs: dict[int, Design], seed_of: Callable[[int], int]) -> xr.Dataset:
    """Simulate one data set per design from its own seed; all designs have the same size.

    Parameters
    ----------
    designs : dict
        Design by replicate number.
    seed_of : callable
        Maps a replicate's number to its seed.

    Returns
    -------
    xarray.Dataset
        ``response`` (replicate, subject, day), NaN where missing, and ``effects`` (replicate,
        effect, subject), with the truth of every parameter, the realised correlation ``r_u``
        included, as variables over ``replicate``.
    """
    effects, response = zip(
        *(
            simulate_replicate(design, np.random.default_rng(seed_of(number)))
            for number, design in designs.items()
        )
    )
    truth = pd.DataFrame([asdict(design.truth) for design in designs.values()])
    truth["r_u"] = [np.corrcoef(u)[0, 1] for u in effects]
    subjects, days = response[0].shape
    return xr.Dataset(
        {
            "response": (("replicate", "subject", "day"), np.stack(response)),
            "effects": (("replicate", "effect", "subject"), np.stack(effects)),
            **{name: ("replicate", values.to_numpy()) for name, values in truth.items()},
        },
        coords={
            "replicate": list(designs),
            "effect": ["intercept", "slope"],
            "subject": np.arange(1, subjects + 1),
            "day": np.arange(days),
        },
    )


def replicate_data(datasets: xr.Dataset) -> list[LongData]:
    """The data sets of a batch, in its order, as the long data that a model fits."""
    days = datasets["day"].to_numpy()
    return [LongData.from_grid(grid, days) for grid in datasets["response"].to_numpy()]
