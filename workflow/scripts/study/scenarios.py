"""The scenarios of a study: from rows of the sheet, and from the numbers of subjects to plan."""

from typing import Any

import numpy as np

from recovery.data.coding import Coding, rounded
from recovery.data.longdata import LongData, time_text
from recovery.data.read import read_measurements
from recovery.data.scenarios import DEVIATIONS, Design, Scenario, Truth, days
from recovery.data.tables import with_fixed_effects
from recovery.errors import InputError
from recovery.parameters import correlations, parameters, sds
from study.real_data import RealData
from study.schema import validated
from study.sheet import read_sheet
from study.truth import check_correlations, spread_rho

SAMPLE_SIZE = "sample_size-"
"""Ids of the scenarios of the target sample_size begin so, and no others (see the schema)."""
DIGITS = 10  # of the spread of a row's times


def sheet_scenarios(config: dict[str, Any], real: RealData) -> dict[str, Scenario]:
    """The scenarios of the sheet, by id.

    Raises
    ------
    InputError
        At the first row that is not valid.
    """
    found: dict[str, Scenario] = {}
    for where, cells in read_sheet(config["scenarios"]):
        effects = _true_effects(cells, real, where)
        validated(cells, "scenario.schema.yaml", where, "column")
        name = cells["scenario"]
        # ids that differ only in case would share a folder on some file systems
        if name.lower() in (known.lower() for known in found):
            raise InputError(
                f"{where}, column scenario: duplicate id '{name}' "
                "(upper and lower case count as equal)."
            )
        spread_rho(cells, real.data.q, f"{where}, column rho")
        if real.data.q > 2 and "nuts" in cells:
            raise InputError(
                f"{where}, column nuts: leave it blank; of more than two random effects NUTS fits "
                "all replicates."
            )
        values = config["truth"] | cells | effects
        _check_parameters(cells, values, real, where)
        truth = Truth.of(values, real.data.effects, real.data.q)
        design = _design(truth, cells, real, config["data"], where)
        replicates = cells.get("replicates", config["replicates"])
        # of more than two random effects, NUTS fits all
        nuts = config["sampler"]["replicates"] if real.data.q == 2 else "all"
        nuts = cells.get("nuts", nuts) if config["sampler"]["priors"] else 0
        sampled = replicates if nuts == "all" else min(nuts, replicates)
        found[name] = Scenario(name, design, replicates, sampled)
    return found


def sample_size_scenarios(config: dict[str, Any], real: RealData) -> dict[str, Scenario]:
    """A scenario per number of subjects: their visits are drawn from the real data's."""
    block, found = config["sample_size"], {}
    if real.data.q > 2:
        return {}
    truth = Truth.of(config["truth"], real.data.effects)
    for subjects in block["subjects"]:
        design = Design(truth, subjects, (), table=real.data, redrawn=True)
        name = f"{SAMPLE_SIZE}{subjects}"
        found[name] = Scenario(name, design, block["replicates"], 0)
    return found


def shown_columns(scenario: Scenario, coding: Coding) -> dict[str, Any]:
    """A scenario's row of ``designs.csv``: its visits are in the units of the data file."""
    times = np.asarray(scenario.design.times)
    if coding.trivial or not len(times):
        return scenario.columns()
    spread = coding.unit * np.ptp(times)
    shown = [rounded(coding.origin + coding.unit * time, spread, DIGITS - 1) for time in times]
    return scenario.columns() | {"visits": " ".join(time_text(time + 0.0) for time in shown)}


def _true_effects(cells: dict[str, Any], real: RealData, where: str) -> dict[str, float]:
    """The cells of the further effects' truths, by the effects' own names, out of a row."""
    if not real.part:
        return {}
    from recovery.data.formula import same_effect

    found = {}
    for column in list(cells):
        name = same_effect(column, real.data.effects)
        if name in real.data.effects:
            found[name] = cells.pop(column)
            if not isinstance(found[name], int | float):
                raise InputError(f"{where}, column {column}: '{found[name]}' is not a number.")
    return found


def _check_parameters(
    cells: dict[str, Any], values: dict[str, Any], real: RealData, where: str
) -> None:
    """Refuse true values of other models, parameters without one, and impossible correlations."""
    q = real.data.q
    known = parameters(q)
    for name in cells:
        if name.startswith(("rho", "sigma_u")) and name not in known:
            raise InputError(
                f"{where}, column {name}: not a parameter of this study, whose random effects are "
                f"{', '.join(('the intercept', 'time', *real.data.varying))}."
            )
    for name in (*sds(q), *correlations(q)):
        if name not in values:
            raise InputError(f"{where}: {name} has no true value; add a column, or truth.{name}.")
    check_correlations(values, q, f"{where}, column")


def _design(
    truth: Truth, cells: dict[str, Any], real: RealData, block: dict[str, Any], where: str
) -> Design:
    deviations: dict[str, Any] = {name: float(cells[name]) for name in DEVIATIONS if name in cells}
    if cells.get("residual_ar") and cells.get("residual_df"):
        raise InputError(
            f"{where}, column residual_ar: leave it or residual_df blank; correlated residuals are "
            "normal."
        )
    if "design" in cells:
        for column in ("times", "days", "missing", "dropout"):
            if cells.get(column):
                raise InputError(
                    f"{where}, column {column}: leave it blank with a design, whose visits are "
                    "taken as they are."
                )
        table, source = _table(cells["design"], real, block, where)
        redrawn, subjects = "subjects" in cells, cells.get("subjects", table.subjects)
        steps = np.diff(table.time)[np.diff(table.subject) == 0]
        if deviations.get("residual_ar") and not (steps > 0).all():
            raise InputError(
                f"{where}, column residual_ar: a subject of the design has two rows at one time; "
                "leave the cell blank."
            )
        deviations |= {"table": table, "redrawn": redrawn, "source": source}
        return Design(truth, subjects, (), **deviations)
    if real.part:
        raise InputError(
            f"{where}, column design: write 'data', or the path of a table of planned visits with "
            "the columns of data.formula."
        )
    if real.foreign and not ("subjects" in cells and {"times", "days"} & cells.keys()):
        raise InputError(
            f"{where}: fill in the columns subjects and times (or days), whose defaults apply only "
            "to sleepstudy, or write 'data' in column design to use the visits of the real data."
        )
    subjects = cells.get("subjects", real.data.subjects)
    design = Design(truth, subjects, _times(cells, real, where), **deviations)
    _check_missing(design, where)
    return design


def _table(design: str, real: RealData, block: dict[str, Any], where: str) -> tuple[LongData, str]:
    """The real data, or the table of planned visits that a sheet names, and what to call it."""
    if design == "data":
        return real.data, "the data"
    names = {key: block[key] for key in ("time", "group", "formula", "strata")}
    formula = block["formula"], block["response"], block["time"]
    try:
        found = read_measurements(design, "", **names)
        data = with_fixed_effects(found, real.coding, *formula, part=real.part).data
    except InputError as error:
        raise InputError(f"{where}, column design: {error}") from None
    return data, design


def _times(cells: dict[str, Any], real: RealData, where: str) -> tuple[float, ...]:
    """The planned times of a row, coded, and rounded so that last bits do not rerun a study."""
    if "times" in cells and "days" in cells:
        raise InputError(
            f"{where}, column days: leave it blank where times are given; days: n is short for the "
            "times 0 to n - 1."
        )
    if "times" in cells:
        coded = real.coding.code(_numbers(str(cells["times"])))
    elif "days" in cells:
        coded = real.coding.code(days(cells["days"]))
    else:
        coded = np.unique(real.data.time)
    spread = np.ptp(coded) if len(coded) else np.nan
    coded = np.array([rounded(time, spread, DIGITS) for time in coded])
    if len(coded) < 3 or not np.isfinite(spread) or (np.diff(coded) <= 0).any():
        raise InputError(
            f"{where}, column times: '{cells.get('times', '')}' is not valid (expected at least 3 "
            "increasing numbers separated by commas, such as 0,1,3,6)."
        )
    return tuple(coded.tolist())


def _numbers(text: str) -> list[float]:
    """Numbers separated by commas; none if the text is anything else."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        return []


def _check_missing(design: Design, where: str) -> None:
    """Refuse more missing rows than leave every subject one, whoever drops out when."""
    size, visits = design.subjects, len(design.times)
    most = (size - design.dropouts) * (visits - 1)
    if round(design.missing * size * visits) > most:
        share = np.floor(1000 * most / (size * visits)) / 1000
        raise InputError(
            f"{where}, column missing: a share of {design.missing:g} of {size} x {visits} rows "
            f"could leave a subject without data; use at most {share:g}."
        )
