"""Simulate sleepstudy-like data sets whose truth is known."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from recovery.data.longdata import LongData
from recovery.data.scenarios import Design
from recovery.parameters import parameters, realised_correlations
from recovery.seeds import named_seed


def simulate_replicate(design: Design, rng: np.random.Generator) -> tuple[np.ndarray, LongData]:
    """Draw one data set from ``y_ij = beta0 + u0_j + (beta1 + u1_j) t_ij + x_ij b + eps_ij``.

    Of x_ij b, too, coefficients may vary between subjects.

    Returns
    -------
    effects : ndarray, shape (q, subjects)
        The subjects' true deviations in intercept, slope and the other random effects.
    data : LongData
        The responses at the times that remain.
    """
    truth, size = design.truth, design.subjects
    planned = planned_rows(design, rng)
    subject, time = planned.subject, planned.time
    standard = rng.standard_normal((planned.q, size))
    noise = rng.standard_normal(len(time))
    effects = scaled_effects(design, standard, rng)
    noise *= t_factors(design.residual_df, len(time), rng)
    if design.residual_ar:
        noise = autocorrelated(noise, planned, design.residual_ar)
    intercept, slope = truth.beta0 + effects[0], truth.beta1 + effects[1]
    response = intercept[subject] + slope[subject] * time + truth.sigma * noise
    for effect, column in zip(truth.effects, planned.further.T):
        response += effect * column
    for effect, column in zip(effects[2:], planned.random.T[2:]):
        response += effect[subject] * column
    data = replace(planned, response=response)
    if design.table or design.balanced:
        return effects, data
    return effects, data.kept(np.flatnonzero(remaining_cells(design, rng)))


def autocorrelated(noise: np.ndarray, data: LongData, correlation: float) -> np.ndarray:
    """Residuals of variance 1 of which two of a subject correlate as correlation^(their distance).

    Each is a share of the one before it and of independent noise; rows are in order of time.
    """
    found = noise.copy()
    steps = np.diff(data.time)
    for i in np.flatnonzero(np.diff(data.subject) == 0):
        share = correlation ** steps[i]
        found[i + 1] = share * found[i] + np.sqrt(1.0 - share**2) * noise[i + 1]
    return found


def draw_effects(design: Design, size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the random effects of subjects, shape (q, size)."""
    return scaled_effects(design, rng.standard_normal((len(design.truth.factor), size)), rng)


def scaled_effects(design: Design, standard: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Effects with the true covariance from standard normals, shape (q, size).

    One factor per subject is shared by its effects: a multivariate t.
    """
    truth = design.truth
    z = standard * t_factors(design.effects_df, standard.shape[1], rng)
    rows = zip((truth.sigma_u0, truth.sigma_u1, *truth.further_sds), truth.factor)
    # sums in this order, so that the last bit does not depend on BLAS
    return np.stack(
        [sd * sum(share * z[c] for c, share in enumerate(row[: k + 1])) for k, (sd, row) in
         enumerate(rows)]
    )  # fmt: skip


def planned_rows(design: Design, rng: np.random.Generator) -> LongData:
    """The planned rows, sorted by subject; their responses mean nothing yet."""
    table, size = design.table, design.subjects
    if table is None:
        time = np.tile(design.times, size)
        subject = np.repeat(np.arange(size), len(design.times))
        return LongData(time, time, subject, tuple(str(j + 1) for j in range(size)))
    if not design.redrawn:
        return table.drawn(np.arange(size))
    if not table.strata:
        return table.drawn(rng.integers(table.subjects, size=size))
    strata = np.array(table.strata)
    chosen = [
        rng.choice(np.flatnonzero(strata == level), count)
        for level, count in design.subjects_by_stratum.items()
    ]
    return table.drawn(np.concatenate(chosen))


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
        subject; and the truth of every parameter, realised
        correlations included, over ``replicate``. ``planned`` (column, planned_row) has
        times and further columns of the visits before dropout and missing rows. With further fixed
        effects there are also ``further`` (row, further_effect), their columns, and
        ``further_effects`` (replicate, further_effect), their truth.
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
    truths = [design.truth for design in designs.values()]
    truth: dict[str, Any] = {
        name: [one.values[name] for one in truths] for name in truths[0].values
    }
    truth |= realised_correlations([*np.stack(effects, axis=1)])
    size, rows = data[0].subjects, np.array([len(one.response) for one in data])
    first = next(iter(designs.values()))
    further = {}
    if first.effects:
        further = {
            "further": (("row", "further_effect"), np.concatenate([one.further for one in data])),
            "further_effects": (
                ("replicate", "further_effect"), np.array([one.effects for one in truths])
            ),
        }  # fmt: skip
    return xr.Dataset(
        {
            "response": ("row", np.concatenate([one.response for one in data])),
            "time": ("row", np.concatenate([one.time for one in data])),
            "subject": ("row", np.concatenate([one.subject for one in data]).astype("int32") + 1),
            "first_row": ("replicate", np.cumsum(rows) - rows),
            "rows": ("replicate", rows),
            "planned": (("column", "planned_row"), np.array(first.planned)),
            "effects": (("replicate", "effect", "subject_number"), np.stack(effects)),
            "new_effects": (("replicate", "effect"), np.stack(new)),
            **{name: ("replicate", np.asarray(values)) for name, values in truth.items()},
            **further,
        },
        coords={
            **({"further_effect": list(first.effects)} if first.effects else {}),
            "replicate": list(designs),
            "effect": ["intercept", "slope", *data[0].varying],
            "subject_number": np.arange(1, size + 1),
        },
    )


def effect_names(datasets: xr.Dataset) -> tuple[str, ...]:
    """Names of the further fixed effects of a batch."""
    named = "further_effect" in datasets.coords
    return tuple(map(str, datasets["further_effect"].to_numpy())) if named else ()


def true_values(datasets: xr.Dataset) -> dict[str, np.ndarray]:
    """The truths of a batch, or of one of its data sets, by parameter and further effect."""
    found = {name: datasets[name].to_numpy() for name in parameters(datasets.sizes["effect"])}
    for i, name in enumerate(effect_names(datasets)):
        found[name] = datasets["further_effects"].to_numpy()[..., i]
    return found


def replicate_data(datasets: xr.Dataset) -> list[LongData]:
    """The data sets of a batch, in its order, as the long data that a model fits."""
    labels = tuple(map(str, datasets["subject_number"].to_numpy()))
    response, time, subject = (
        datasets[name].to_numpy() for name in ("response", "time", "subject")
    )
    subject, effects = subject.astype(int) - 1, effect_names(datasets)
    varying = tuple(map(str, datasets["effect"].to_numpy()[2:]))
    columns = datasets["further"].to_numpy() if effects else None
    starts, rows = datasets["first_row"].to_numpy(), datasets["rows"].to_numpy()
    return [
        LongData(response[own], time[own], subject[own], labels)
        if columns is None
        else LongData(
            response[own], time[own], subject[own], labels, columns[own], effects, (), varying
        )
        for own in (slice(start, start + count) for start, count in zip(starts, rows))
    ]
