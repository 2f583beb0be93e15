"""The real data and tables of planned visits as the study uses them: coded, with all columns."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from recovery.data.coding import Coding
from recovery.data.longdata import LongData
from recovery.data.read import Measurements, read_measurements


class CodedData(NamedTuple):
    """Data as the study uses them.

    Attributes
    ----------
    data : LongData
        Coded, with the further columns of the fixed effects.
    table : DataFrame
        The coded time and the covariates, row by row.
    part : FixedPart or None
        The fixed effects of the formula, if there is one.
    """

    data: LongData
    table: pd.DataFrame
    part: Any = None


def with_fixed_effects(
    found: Measurements,
    coding: Coding,
    formula: str,
    response: str,
    time: str,
    random: str = "",
    part: Any = None,
) -> CodedData:
    """Code the times of measurements and add the further columns of a formula.

    Parameters
    ----------
    found : Measurements
        With the covariates of the formula.
    coding : Coding
        The study's.
    formula, response, time : str
        The formula, if any, and the columns of the response and time.
    random : str
        The terms that vary between subjects, if they are more than time.
    part : FixedPart, optional
        That of the real data, for a table of planned visits; made from the data if left out.
    """
    data = coding.code_data(found.data)
    table = found.covariates.assign(**{time: data.time})
    if not formula:
        return CodedData(data, table)
    from recovery.data.formula import FixedPart  # half a second that others need not pay

    part = part or FixedPart.of(formula, response, time, table, random)
    columns = {"further": part.columns(table), "effects": part.effects, "varying": part.varying}
    return CodedData(replace(data, **columns), table, part)


def read_coded_data(
    path: str | Path,
    response: str,
    time: str,
    group: str,
    origin: float,
    unit: float,
    formula: str = "",
    random: str = "",
    strata: str = "",
    design: str | Path = "",
) -> LongData:
    """Read the real data, or a table of planned visits, as the study uses them.

    Parameters
    ----------
    path : str or Path
        The real data.
    response, time, group, strata : str
        Their columns.
    origin, unit : float
        The coding of time.
    formula, random : str
        The formula of the fixed effects, and which of its terms vary between subjects, if any.
    design : str or Path
        A table of planned visits, whose further columns are made as those of the real data.

    Raises
    ------
    InputError
        See `read_measurements` and `FixedPart`.
    """
    coding = Coding(origin, unit)
    read = partial(read_measurements, time=time, group=group, formula=formula, strata=strata)
    real = read(path, response=response)
    coded = with_fixed_effects(real, coding, formula, response, time, random)
    if not design:
        return coded.data
    planned = read(design, response="")
    return with_fixed_effects(planned, coding, formula, response, time, part=coded.part).data
