"""The real data of a study, read and coded."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recovery.data.coding import Coding
from recovery.data.longdata import LongData, time_text
from recovery.data.read import MIN_SUBJECTS, describe, read_measurements
from recovery.data.tables import with_fixed_effects
from recovery.errors import InputError

SLEEPSTUDY = "59678310ccb961afd980eeb9122a22b914243fa8d29f40945b9f93a7b5ee1f4b"
"""SHA-256 of sleepstudy.csv, for which the defaults of truth and scales are."""


@dataclass(frozen=True)
class RealData:
    """The real data as the study uses them.

    Attributes
    ----------
    data : LongData
        The data, their times coded, with the further columns of the formula.
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
    table : DataFrame
        The coded time and the covariates, row by row.
    part : FixedPart or None
        The fixed effects of the formula, if there is one.
    """

    data: LongData
    coding: Coding
    description: str
    far: str
    notes: list[str]
    suspect: list[str]
    sleepstudy: bool
    table: pd.DataFrame
    part: Any

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
    """Read the data of the config's block `data`, whose defaults are filled in.

    Raises
    ------
    InputError
        If they are not valid, or a coding makes different times equal.
    """
    path, formula = block["path"], block["formula"]
    names = block["response"], block["time"]
    keys = ("response", "time", "group", "incomplete", "formula", "strata")
    found = read_measurements(path, **{key: block[key] for key in keys})
    raw = found.data
    coding = Coding.of(block["origin"], block["unit"], raw.time)
    description = f"{path}: {describe(raw)}"
    if not coding.trivial:
        description += f"; time is {coding.label(block['time'])}"
    if block["random"] and not formula:
        raise InputError("data.random: add data.formula, whose terms may vary between subjects.")
    coded, table, part = with_fixed_effects(found, coding, formula, *names, block["random"])
    if coded.q > 2:
        check_random(coded)
    notes = [*found.notes, *([_fixed_effects_in_words(part)] if part else [])]
    if len(np.unique(coded.time)) < len(np.unique(raw.time)):
        raise InputError(
            f"{path}, column '{block['time']}': different times become equal when coded with "
            f"data.origin = {time_text(coding.origin)} and data.unit = {time_text(coding.unit)}; "
            "choose an origin near the times and a unit close to their spread."
        )
    low, high = raw.time.min(), raw.time.max()
    far = ""
    if max(low - coding.origin, coding.origin - high) > 3 * (high - low):
        far = (
            f"the origin {block['time']} = {time_text(coding.origin)} is far from the data's times "
            f"({time_text(low)} to {time_text(high)})"
        )
    sleepstudy = hashlib.sha256(Path(path).read_bytes()).hexdigest() == SLEEPSTUDY
    return RealData(coded, coding, description, far, notes, found.warnings, sleepstudy, table, part)


def check_random(data: LongData) -> None:
    """Refuse random effects that the visits of too few subjects determine."""
    scaled = data.random / np.abs(data.random).max(axis=0)
    ranks = [np.linalg.matrix_rank(scaled[data.subject == code]) for code in range(data.subjects)]
    determined = int(np.sum(np.array(ranks) == data.q))
    if determined < MIN_SUBJECTS:
        raise InputError(
            f"data.random: the visits of {determined} subjects determine {data.q} effects, and the "
            f"model needs {MIN_SUBJECTS}; leave out what does not vary within subjects."
        )


def _fixed_effects_in_words(part: Any) -> str:
    """The fixed effects of a formula, and what its factors compare with."""
    text = f"Fixed effects: intercept, {', '.join([part.time, *part.effects])}."
    if part.varying:
        text += f" Vary between subjects: intercept, {', '.join([part.time, *part.varying])}."
    levels = [f"{name} = {own[0]}" for name, own in part.levels.items()]
    return text + (f" Reference levels: {', '.join(levels)}." if levels else "")
