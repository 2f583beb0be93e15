"""The two ways to write the model for the sampler: the data it takes, the effects it returns.

Nothing here needs PyMC, so a process that samples a compiled model need not import it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from recovery.data.longdata import LongData
from recovery.model.effects import with_effects
from recovery.model.prior import Prior
from recovery.model.sufficient import PATTERN_COLUMNS, Statistics


def latent_data(data: LongData, prior: Prior) -> dict:
    """The ``pm.Data`` values of the latent model for a data set."""
    return {
        "center": prior.center_for(data.response),
        "beta_time": prior.beta_time,
        "time": data.time,
        "subject_of_row": data.subject,
        "measured": data.response,
    }


def marginal_data(data: LongData, prior: Prior) -> dict:
    """The ``pm.Data`` values of the marginal model for a data set.

    ``totals`` are the center, `Prior.beta_time`, the number of rows and the rss; ``patterns`` has
    the `PATTERN_COLUMNS`, shape (9,) of a balanced data set and (P, 9) of others.
    """
    center = prior.center_for(data.response)
    stats = Statistics.of(data, center)
    patterns = np.stack([getattr(stats, name) for name in PATTERN_COLUMNS], axis=-1)
    totals = np.array([center, prior.beta_time, stats.rows, stats.rss])
    return {"totals": totals, "patterns": patterns}


def label_subjects(draws: xr.Dataset, data: LongData, rng: np.random.Generator) -> xr.Dataset:
    """Name the subjects as in the data; a compiled model has only the names of its template."""
    return draws.assign_coords(subject=list(data.labels))


@dataclass(frozen=True)
class Formulation:
    """How the model is written for the sampler.

    Attributes
    ----------
    data : callable
        Returns the values of the model's ``pm.Data`` for a data set.
    complete : callable
        Completes the sampler's draws with u0 and u1 of the data's subjects.
    """

    data: Callable[[LongData, Prior], dict]
    complete: Callable[[xr.Dataset, LongData, np.random.Generator], xr.Dataset]


FORMULATIONS = {
    "latent": Formulation(latent_data, label_subjects),
    "marginal": Formulation(marginal_data, with_effects),
}


def model_variant(formulation: str, subjects: int, balanced: bool) -> str:
    """Name of the compiled model that serves a design, e.g. ``latent-18``.

    A latent model serves one number of subjects. A marginal model serves all balanced designs or,
    with vectors instead of numbers, all designs.
    """
    if formulation == "latent":
        return f"latent-{subjects}"
    return "marginal-balanced" if balanced else "marginal-unbalanced"


def variant_template(variant: str) -> LongData:
    """A data set to compile a variant with: its shapes matter, its values do not."""
    kind = variant.split("-")[1]
    response = np.zeros((int(kind) if kind.isdigit() else 3, 3))
    if kind == "unbalanced":
        response[0, 0] = np.nan
    return LongData.from_grid(response, np.arange(3))
