"""Simulate sleepstudy-like data sets whose truth is known."""

from collections.abc import Iterable
from dataclasses import asdict

import numpy as np
import xarray as xr

from .longdata import LongData
from .scenarios import Design
from .seeds import named_seed


def simulate_replicate(design: Design, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw one data set from ``y_ij = beta0 + u0_j + (beta1 + u1_j) day_i + eps_ij``.

    Returns
    -------
    effects : ndarray, shape (2, subjects)
        The subjects' true deviations in intercept and slope.
    response : ndarray, shape (subjects, days)
        The responses on days 0, 1, ..., days - 1.
    """
    truth = design.truth
    standard = rng.standard_normal((2, design.subjects))
    effects = np.stack(
        [
            truth.sigma_u0 * standard[0],
            truth.sigma_u1 * (truth.rho * standard[0] + np.sqrt(1 - truth.rho**2) * standard[1]),
        ]
    )
    day = np.arange(design.days)
    mean = truth.beta0 + effects[0, :, None] + (truth.beta1 + effects[1, :, None]) * day
    return effects, mean + truth.sigma * rng.standard_normal(mean.shape)


def simulate_batch(
    design: Design, replicates: Iterable[int], study_seed: int, scenario: str
) -> xr.Dataset:
    """Simulate replicates of one scenario, each from its own named seed.

    Returns
    -------
    xarray.Dataset
        ``response`` (replicate, subject, day) and ``effects`` (replicate, effect, subject),
        with the truth of every parameter, the realised correlation ``r_u`` included,
        as variables over ``replicate``.
    """
    numbers = list(replicates)
    effects, response = zip(
        *(
            simulate_replicate(
                design,
                np.random.default_rng(named_seed(study_seed, scenario, number, "simulate")),
            )
            for number in numbers
        )
    )
    truth = {
        **{name: np.full(len(numbers), value) for name, value in asdict(design.truth).items()},
        "r_u": np.array([np.corrcoef(u)[0, 1] for u in effects]),
    }
    return xr.Dataset(
        {
            "response": (("replicate", "subject", "day"), np.stack(response)),
            "effects": (("replicate", "effect", "subject"), np.stack(effects)),
            **{name: ("replicate", values) for name, values in truth.items()},
        },
        coords={
            "replicate": numbers,
            "effect": ["intercept", "slope"],
            "subject": np.arange(1, design.subjects + 1),
            "day": np.arange(design.days),
        },
        attrs={"scenario": scenario, "study_seed": study_seed},
    )


def replicate_data(datasets: xr.Dataset, replicate: int) -> LongData:
    """One replicate of `simulate_batch` as the long data that a model fits."""
    one = datasets["response"].sel(replicate=replicate)
    return LongData.from_grid(one.to_numpy(), datasets["day"].to_numpy())
