"""The real data of a study: read, coded, and the priors' scales that are taken from them."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recovery.data.coding import Coding
from recovery.data.longdata import LongData, time_text
from recovery.data.read import describe, read_measurements
from recovery.errors import InputError
from recovery.model.families import family_class

SLEEPSTUDY = "59678310ccb961afd980eeb9122a22b914243fa8d29f40945b9f93a7b5ee1f4b"
"""SHA-256 of sleepstudy.csv, for which the defaults of truth and scales are."""

LEAST_SD, MOST_SD = 1e-50, 1e50  # of responses and coded times: their products are numbers too


@dataclass(frozen=True)
class RealData:
    """The real data as the study uses them.

    Attributes
    ----------
    data : LongData
        The data, their times coded.
    coding : Coding
        How the file's times are coded.
    description : str
        What the file holds, in one line.
    far : str
        That the origin is far from the data's times, or nothing.
    notes : list of str
        How the file was read, one sentence each.
    suspect : list of str
        What is suspect in the file but may be meant.
    sleepstudy : bool
        Whether they are sleepstudy.
    """

    data: LongData
    coding: Coding
    description: str
    far: str
    notes: list[str]
    suspect: list[str]
    sleepstudy: bool

    @property
    def warnings(self) -> list[str]:
        """What is suspect about the file and the coding of its times."""
        if not self.far:
            return self.suspect
        return [
            *self.suspect,
            f"{self.far}, and rho, beta0 and sigma_u0 are those at this time; set data.origin to "
            "'mean' or to a time among the data's.",
        ]

    @property
    def foreign(self) -> bool:
        """Whether the defaults for sleepstudy from day 0 do not suit them."""
        return not (self.sleepstudy and self.coding.trivial)


def read_real_data(block: dict[str, Any]) -> RealData:
    """Read the data of the config's block `data`, whose defaults are filled in."""
    path = block["path"]
    found = read_measurements(
        path, block["response"], block["time"], block["group"], block["incomplete"]
    )
    raw = found.data
    coding = Coding.of(block["origin"], block["unit"], raw.time)
    description = f"{path}: {describe(raw)}"
    if not coding.trivial:
        description += f"; time is {coding.label(block['time'])}"
    coded = coding.code_data(raw)
    _check_spread(coded, raw, coding, block)
    low, high = raw.time.min(), raw.time.max()
    far = ""
    if max(low - coding.origin, coding.origin - high) > 3 * (high - low):
        far = (
            f"the origin {block['time']} = {time_text(coding.origin)} is far from the data's times "
            f"({time_text(low)} to {time_text(high)})"
        )
    file = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    known = file == SLEEPSTUDY
    return RealData(coded, coding, description, far, found.notes, found.warnings, known)


def _check_spread(coded: LongData, raw: LongData, coding: Coding, block: dict[str, Any]) -> None:
    """Refuse data whose sums of squares no float can hold, and times that a coding makes equal."""
    if len(np.unique(coded.time)) < len(np.unique(raw.time)):
        raise InputError(
            f"{block['path']}, column '{block['time']}': different times become equal when coded "
            f"with data.origin = {time_text(coding.origin)} and data.unit = "
            f"{time_text(coding.unit)}; choose "
            "an origin near the times and a unit close to their spread."
        )
    for column, values, keys in (
        ("response", coded.response, ""), ("time", coded.time, " or another data.unit"),
    ):  # fmt: skip
        with np.errstate(over="ignore"):
            sd = values.std()
        if not LEAST_SD < sd < MOST_SD:
            raise InputError(
                f"{block['path']}, column '{block[column]}': the standard deviation must be "
                f"between {LEAST_SD:g} and {MOST_SD:g}; use other units{keys}."
            )


def automatic_scales(data: LongData) -> dict[str, float]:
    """Scales for ``auto``, to 3 significant digits: sd(y), and sd(y) / (2 sd(t)) for slopes."""
    response, time = data.response.std(ddof=1), data.time.std(ddof=1)
    values = {"response": response, "slope": response / (2.0 * time)}
    return {kind: float(f"{value:.3g}") for kind, value in values.items()}


def fill_automatic(priors: dict[str, dict[str, Any]], data: LongData) -> list[tuple[str, str]]:
    """Replace ``auto`` in the priors' blocks by numbers; the (prior, key) that were replaced.

    A prior stated in another unit of time gets its slopes' scales in that unit.
    """
    replaced, numbers = [], automatic_scales(data)
    for name, block in priors.items():
        unit = block.get("unit", 1)
        valid = unit == "sd" or (isinstance(unit, int | float) and unit > 0)  # else refused later
        factor = Coding.of(0, unit, data.time).unit if valid else 1.0
        for key, kind in family_class(block["family"]).scales().items():
            if block.get(key) == "auto":
                number = numbers[kind] * (factor if kind == "slope" else 1.0)
                block[key] = float(f"{number:.3g}")
                replaced.append((name, key))
    return replaced
