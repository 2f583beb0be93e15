"""Truths drawn from the prior itself."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from recovery.data.scenarios import Design, Truth
from recovery.model.prior import Prior


def calibration_prior(prior: Prior, center: float) -> Prior:
    """The prior with a fixed prior mean of beta0, if that mean depends on the data.

    A data-dependent centre cannot be sampled before the data exist.
    """
    return replace(prior, center=center) if prior.center == "data" else prior


def draw_designs(
    prior: Prior,
    numbers: Sequence[int],
    design: Design,
    seed_of: Callable[[int], int],
) -> dict[int, Design]:
    """One design per replicate, with a truth drawn from the prior by the replicate's seed.

    Parameters
    ----------
    prior : Prior
        A prior whose center is a number (`calibration_prior`), its coding resolved.
    numbers : sequence of int
        Numbers of the replicates.
    design : Design
        That of every data set, but for its truth.
    seed_of : callable
        Maps a replicate's number to the seed of its truth.
    """
    designs = {}
    for number in numbers:
        drawn = prior.draw_parameters(1, np.random.default_rng(seed_of(number)))
        values = {name: float(draws[0]) for name, draws in drawn.items()}
        truth = Truth.of(values, tuple(prior.effects_sd), prior.q)
        designs[number] = replace(design, truth=truth)
    return designs
