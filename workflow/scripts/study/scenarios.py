"""The scenarios of a study: from rows of the sheet, and from the numbers of subjects to plan."""

import math
from itertools import pairwise
from typing import Any

import numpy as np

from recovery.data.coding import Coding
from recovery.data.longdata import time_text
from recovery.data.scenarios import Design, Scenario, Truth, days
from recovery.errors import InputError
from study.real_data import LEAST_SD, MOST_SD, RealData
from study.sheet import read_sheet
from study.validation import validated

SLEEPSTUDY_SUBJECTS, SLEEPSTUDY_DAYS = 18, 10
SAMPLE_SIZE = "sample_size-"
"""Ids of the scenarios of the target sample_size begin so."""
DIGITS = 10  # of the spread of a row's times
NO_VALUE = ("na", "n/a", "nan", "null", "none", "-")


def sheet_scenarios(config: dict[str, Any], real: RealData) -> dict[str, Scenario]:
    """The scenarios of the sheet, by id.

    Raises
    ------
    InputError
        At the first row that is not valid.
    """
    sheet = config["scenarios"]
    found: dict[str, Scenario] = {}
    for line, cells in read_sheet(sheet):
        where = f"{sheet}, line {line}"
        _check_words(cells, where)
        validated(cells, "scenario.schema.yaml", where, "column")
        name = str(cells["scenario"])
        # ids that differ only in case would share a folder on some file systems
        if name.lower() in (known.lower() for known in found):
            raise InputError(
                f"{where}, column scenario: duplicate id '{name}' "
                "(upper and lower case count as equal)."
            )
        if name.lower().startswith(SAMPLE_SIZE):
            raise InputError(
                f"{where}, column scenario: an id must not begin with '{SAMPLE_SIZE}', which names "
                "the scenarios of the target sample_size."
            )
        row = {**config["truth"], "replicates": config["replicates"], **cells}
        nuts = config["sampler"]["replicates"]
        replicates = int(row["replicates"])
        row.setdefault("nuts", replicates if nuts == "all" else nuts)
        design = _design(row, cells, real, where)
        sampled = min(int(row["nuts"]), replicates) if config["sampler"]["priors"] else 0
        found[name] = Scenario(name, design, replicates, sampled)
    return found


def sample_size_scenarios(config: dict[str, Any], real: RealData) -> dict[str, Scenario]:
    """A scenario per number of subjects: their visits are drawn from the real data's."""
    truth = Truth(**config["truth"])
    block = config["sample_size"]
    found = {}
    for subjects in block["subjects"]:
        design = Design(truth, subjects, (), patterns=real.data.patterns(), redrawn=True)
        name = f"{SAMPLE_SIZE}{subjects}"
        found[name] = Scenario(name, design, block["replicates"], 0)
    return found


def shown_columns(scenario: Scenario, coding: Coding) -> dict[str, Any]:
    """A scenario's row of ``designs.csv``: its visits are in the units of the data file."""
    times = np.asarray(scenario.design.times)
    if coding.trivial or not len(times):
        return scenario.columns()
    decimals = _decimals(coding.unit * np.ptp(times)) - 1
    shown = np.round(coding.origin + coding.unit * times, decimals) + 0.0  # no -0
    return scenario.columns() | {"visits": " ".join(map(time_text, shown))}


def _design(row: dict[str, Any], cells: dict[str, Any], real: RealData, where: str) -> Design:
    truth = Truth(**{name: float(row[name]) for name in Truth.__dataclass_fields__})
    shape: dict[str, Any] = {
        name: float(cells.get(name, blank))
        for name, blank in (
            ("missing", 0.0), ("dropout", 0.0), ("effects_df", math.inf), ("residual_df", math.inf),
        )
    }  # fmt: skip
    if cells.get("design") == "data":
        for column in ("times", "days", "missing", "dropout"):
            if cells.get(column):
                raise InputError(
                    f"{where}, column {column}: leave it blank with design 'data', which takes the "
                    "visits of the real data as they are."
                )
        patterns = real.data.patterns()
        subjects = int(cells.get("subjects", len(patterns)))
        return Design(truth, subjects, (), **shape, patterns=patterns, redrawn="subjects" in cells)
    if real.foreign:
        for column, known in (("subjects", "subjects" in cells), ("times", _has_times(cells))):
            if not known:
                raise InputError(
                    f"{where}, column {column}: the default applies only to sleepstudy; fill in "
                    "the cell, or write 'data' in column design to use the visits of the real data."
                )
    subjects = int(cells.get("subjects", SLEEPSTUDY_SUBJECTS))
    times = _coded(_times(cells, where), real, where)
    design = Design(truth, subjects, times, **shape)
    _check_missing(design, where)
    return design


def _check_words(cells: dict[str, Any], where: str) -> None:
    """Refuse words for a missing value."""
    for column, cell in cells.items():
        if column != "scenario" and str(cell).lower() in NO_VALUE:
            raise InputError(
                f"{where}, column {column}: '{cell}' is not a value; leave the cell blank."
            )


def _coded(times: tuple[float, ...], real: RealData, where: str) -> tuple[float, ...]:
    """Times in the study's coding, rounded so that last bits do not rerun a study."""
    with np.errstate(over="ignore", invalid="ignore"):
        exact = real.coding.code(times)
        spread = exact.std()
    if not LEAST_SD < spread < MOST_SD:
        raise InputError(
            f"{where}, column times: the standard deviation of the coded times must be between "
            f"{LEAST_SD:g} and {MOST_SD:g}; use other times or another data.unit."
        )
    coded = tuple(np.round(exact, _decimals(np.ptp(exact))).tolist())
    for (earlier, later), (a, b) in zip(pairwise(times), pairwise(coded)):
        if a >= b:
            raise InputError(
                f"{where}, column times: {earlier!r} and {later!r} are equal when rounded to "
                f"{DIGITS} digits of their spread; use times further apart."
            )
    return coded


def _decimals(spread: float) -> int:
    """Decimals that keep `DIGITS` digits of a spread."""
    return DIGITS - 1 - math.floor(math.log10(spread))


def _has_times(cells: dict[str, Any]) -> bool:
    return "times" in cells or "days" in cells


def _times(cells: dict[str, Any], where: str) -> tuple[float, ...]:
    """The planned times of a row, in the file's units."""
    if "times" not in cells:
        return days(int(cells.get("days", SLEEPSTUDY_DAYS)))
    if "days" in cells:
        raise InputError(
            f"{where}, column days: leave it blank where times are given; days: n is short for the "
            "times 0 to n - 1."
        )
    text = str(cells["times"])
    try:
        times = tuple(float(part) for part in text.split(","))
    except ValueError:
        times = (math.nan,)
    if not all(map(math.isfinite, times)):
        raise InputError(
            f"{where}, column times: '{text}' is not a list of numbers separated by commas, such "
            "as 0,1,3,6."
        )
    if len(times) < 3:
        raise InputError(f"{where}, column times: needs at least 3 times, has {len(times)}.")
    for earlier, later in pairwise(times):
        if earlier >= later:
            raise InputError(
                f"{where}, column times: {time_text(later)} follows {time_text(earlier)}; times "
                "must increase."
            )
    return times


def _check_missing(design: Design, where: str) -> None:
    """Refuse more missing rows than leave every subject one, whoever drops out when."""
    size, visits = design.subjects, len(design.times)
    most = (size - design.dropouts) * (visits - 1)
    if round(design.missing * size * visits) > most:
        share = math.floor(1000 * most / (size * visits)) / 1000
        raise InputError(
            f"{where}, column missing: a share of {design.missing:g} of {size} x {visits} rows "
            f"could leave a subject without data; use at most {share:g}."
        )
