"""Simulate sleepstudy-like data sets whose truth is known."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from recovery.data.longdata import LongData
from recovery.data.scenarios import Design
from recovery.parameters import correlation
from recovery.seeds import named_seed


def simulate_replicate(design: Design, rng: np.random.Generator) -> tuple[np.ndarray, LongData]:
    """Draw one data set from ``y_ij = beta0 + u0_j + (beta1 + u1_j) t_ij + eps_ij``.

    Returns
    -------
    effects : ndarray, shape (2, subjects)
        The subjects' true deviations in intercept and slope.
    data : LongData
        The responses at the times that remain.
    """
    truth, size = design.truth, design.subjects
    subject, time = planned_rows(design, rng)
    standard = rng.standard_normal((2, size))
    noise = rng.standard_normal(len(time))
    effects = scaled_effects(design, standard, rng)
    noise *= t_factors(design.residual_df, len(time), rng)
    intercept, slope = truth.beta0 + effects[0], truth.beta1 + effects[1]
    response = intercept[subject] + slope[subject] * time + truth.sigma * noise
    labels = tuple(str(j + 1) for j in range(size))
    data = LongData(response, time, subject, labels)
    if design.patterns or design.balanced:
        return effects, data
    kept = remaining_cells(design, rng).ravel()
    return effects, LongData(response[kept], time[kept], subject[kept], labels)


def draw_effects(design: Design, size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the deviations in intercept and slope of subjects, shape (2, size)."""
    return scaled_effects(design, rng.standard_normal((2, size)), rng)


def scaled_effects(design: Design, standard: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Effects with the true covariance from standard normals, shape (2, size).

    One factor per subject is shared by intercept and slope: a bivariate t.
    """
    truth = design.truth
    z0, z1 = standard * t_factors(design.effects_df, standard.shape[1], rng)
    across = np.sqrt(1 - truth.rho**2)
    return np.stack([truth.sigma_u0 * z0, truth.sigma_u1 * (truth.rho * z0 + across * z1)])


def planned_rows(design: Design, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Subject and time of every planned row, sorted by subject."""
    if design.patterns:
        chosen = np.arange(design.subjects)
        if design.redrawn:
            chosen = rng.integers(len(design.patterns), size=design.subjects)
        rows = [np.asarray(design.patterns[k]) for k in chosen]
        return np.repeat(np.arange(design.subjects), [len(row) for row in rows]), np.concatenate(
            rows
        )
    subject = np.repeat(np.arange(design.subjects), len(design.times))
    return subject, np.tile(design.times, design.subjects)


def t_factors(df: float, shape: Any, rng: np.random.Generator) -> np.ndarray:
    """Factors that make standard normals Student t of variance 1; ones for infinite df.

    A normal times sqrt(df / chi2_df) is Student t, whose variance is df / (df - 2).
    """
    if np.isinf(df):
        return np.ones(shape)
    return np.sqrt((df - 2.0) / rng.chisquare(df, shape))


def remaining_cells(design: Design, rng: np.random.Generator) -> np.ndarray:
    """Which cells of the (subject, visit) grid remain after dropout and missing rows.

    Of every subject one remaining cell is kept, drawn at random first, so the others are missing
    completely at random.
    """
    rows, columns = design.subjects, len(design.times)
    order = rng.permuted(np.tile(np.arange(columns), (rows, 1)), axis=1)
    remains = np.ones((rows, columns), dtype=bool)
    lost = rng.choice(rows, design.dropouts, replace=False)
    first_lost = rng.integers(1, columns, size=len(lost))
    remains[lost] = np.arange(columns) < first_lost[:, None]
    in_order = np.take_along_axis(remains, order, axis=1)
    in_order[np.arange(rows), in_order.argmax(axis=1)] = False  # the cells to keep
    row, place = np.nonzero(in_order)
    count = min(round(design.missing * rows * columns), len(row))
    dropped = rng.choice(len(row), count, replace=False)
    remains[row[dropped], order[row[dropped], place[dropped]]] = False
    return remains


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
    """Simulate one data set per design from its own seed; all have the same subjects and visits.

    Parameters
    ----------
    designs : dict
        Design by replicate number.
    seed_of : callable
        Maps a replicate's number to its seed.

    Returns
    -------
    xarray.Dataset
        The data sets one after another, in long form: ``response``, ``time`` and ``subject`` (a
        number from 1) over ``row``; ``first_row`` and ``rows`` (replicate), where each begins and
        how many rows it has, so that replicates can be selected; ``effects``
        (replicate, effect, subject_number); ``new_effects`` (replicate, effect), of one more
        subject; and the truth of every parameter, the realised
        correlation ``r_u`` included, over ``replicate``. ``planned_times`` are those of the visits
        before dropout and missing rows.
    """
    effects, data = zip(
        *(
            simulate_replicate(design, np.random.default_rng(seed_of(number)))
            for number, design in designs.items()
        )
    )
    # one more subject, whom no data are of, from a stream of its own
    new = [
        draw_effects(design, 1, np.random.default_rng([seed_of(number), 1]))[:, 0]
        for number, design in designs.items()
    ]
    truth = pd.DataFrame([asdict(design.truth) for design in designs.values()])
    truth["r_u"] = correlation(*np.stack(effects, axis=1))
    size, rows = data[0].subjects, np.array([len(one.response) for one in data])
    planned = next(iter(designs.values())).planned_times
    return xr.Dataset(
        {
            "response": ("row", np.concatenate([one.response for one in data])),
            "time": ("row", np.concatenate([one.time for one in data])),
            "subject": ("row", np.concatenate([one.subject for one in data]).astype("int32") + 1),
            "first_row": ("replicate", np.cumsum(rows) - rows),
            "rows": ("replicate", rows),
            "planned_times": ("planned_row", planned),
            "effects": (("replicate", "effect", "subject_number"), np.stack(effects)),
            "new_effects": (("replicate", "effect"), np.stack(new)),
            **{name: ("replicate", values.to_numpy()) for name, values in truth.items()},
        },
        coords={
            "replicate": list(designs),
            "effect": ["intercept", "slope"],
            "subject_number": np.arange(1, size + 1),
        },
    )


def replicate_data(datasets: xr.Dataset) -> list[LongData]:
    """The data sets of a batch, in its order, as the long data that a model fits."""
    labels = tuple(map(str, datasets["subject_number"].to_numpy()))
    response, time, subject = (
        datasets[name].to_numpy() for name in ("response", "time", "subject")
    )
    subject = subject.astype(int) - 1
    starts, rows = datasets["first_row"].to_numpy(), datasets["rows"].to_numpy()
    return [
        LongData(response[own], time[own], subject[own], labels)
        for own in (slice(start, start + count) for start, count in zip(starts, rows))
    ]
