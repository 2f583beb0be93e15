"""Read the real data: a long CSV file, checked cell by cell."""

import re
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd

from recovery.data.longdata import LongData
from recovery.data.text import read_text
from recovery.errors import InputError

MIN_SUBJECTS = 3
MIN_TIMES = 3
NO_SUBJECT = ("", "NA", "NaN", "nan", "None", "NULL", "null")


def read_long_csv(path: str | Path, response: str, time: str, group: str) -> LongData:
    """Read a long CSV file with a response, a time and a group column.

    Parameters
    ----------
    path : str or Path
        The file; any further columns are ignored.
    response, time, group : str
        Names of the columns.

    Returns
    -------
    LongData
        Sorted by subject (in order of appearance) and time.

    Raises
    ------
    InputError
        If the file or a column is missing, a cell is empty or not a finite number, a subject has
        two rows for one time, or there are too few subjects, rows of a subject, times or
        responses.
    """
    frame = _read_cells(path)
    _check_columns(frame, path, {"response": response, "time": time, "group": group})
    groups = frame[group].str.strip()
    for row in frame.index[groups.isin(NO_SUBJECT)]:
        what = f"holds '{groups[row]}'" if groups[row] else "is empty"
        raise InputError(
            f"{path}, line {row + 2}, column '{group}': the cell {what}; "
            "every subject needs a name."
        )
    codes, labels = pd.factorize(groups)
    hints = {
        response: "leave out the row if nothing was measured",
        time: "write times as numbers, such as days since the first visit",
    }
    numbers = {column: _finite_numbers(frame[column], path, hints[column]) for column in hints}
    columns = {"subject": codes, "time": numbers[time], "response": numbers[response]}
    long = pd.DataFrame(columns, index=frame.index)
    for row in long.index[long.duplicated(["subject", "time"])]:
        raise InputError(
            f"{path}, line {row + 2}: subject {groups[row]} has a second row for "
            f"{time} = {frame[time][row]}; a subject may have one row per time."
        )
    long = long.sort_values(["subject", "time"], kind="stable")
    data = LongData(
        long["response"].to_numpy(),
        long["time"].to_numpy(),
        long["subject"].to_numpy(),
        tuple(labels),
    )
    _check_enough(data, path, response, time, group)
    return data


def describe(data: LongData) -> str:
    """What a data file holds, in one line: subjects, rows, times, and whether it is balanced."""
    rows = np.bincount(data.subject, minlength=data.subjects)
    times = np.unique(data.time)
    per_subject = f"{rows.min()}"
    if rows.min() < rows.max():
        per_subject += f" to {rows.max()} (median {np.median(rows):g})"
    parts = [
        f"{data.subjects} subjects",
        f"{len(data.response)} rows",
        f"{per_subject} per subject",
        f"{len(times)} times from {times[0]:g} to {times[-1]:g}",
        "balanced" if data.balanced else "not balanced",
    ]
    if single := int((rows == 1).sum()):
        parts.append(f"{single} subject{'s' * (single > 1)} with one row")
    return ", ".join(parts)


def _read_cells(path: str | Path) -> pd.DataFrame:
    """Every cell as text, as in the file, indexed by its line minus two."""
    text = read_text(path, "data file", "data.path")
    first = text.partition("\n")[0].strip()
    if "," not in first:
        raise InputError(
            f"{path}, line 1: the header has one cell, '{first[:60]}'; separate cells by commas "
            "and write decimals with a point."
        )
    try:
        cells = pd.read_csv(
            StringIO(text), header=None, dtype=str, keep_default_na=False, skip_blank_lines=False
        )
    except ValueError as error:
        ragged = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
        if ragged:
            least, line, most = ragged.groups()
            raise InputError(
                f"{path}, line {line}: {most} cells, but the header has {least}."
            ) from None
        raise InputError(f"{path}: not a valid CSV table ({error}).") from None
    header, frame = list(cells.loc[0]), cells.loc[1:]
    for name in header:
        if header.count(name) > 1:
            raise InputError(f"{path}, line 1: duplicate column '{name}'.")
    # cells missing at the end of a row are empty
    frame = frame.fillna("").set_axis(frame.index - 1).set_axis(header, axis=1)
    return frame[frame.apply(lambda column: column.str.strip() != "").any(axis=1)]


def _check_columns(frame: pd.DataFrame, path: str | Path, wanted: dict[str, str]) -> None:
    for key, column in wanted.items():
        if column not in frame.columns:
            raise InputError(
                f"{path}: unknown column '{column}' (data.{key} in the config; "
                f"expected {', '.join(f"'{name}'" for name in frame.columns)})."
            )
        if list(wanted.values()).count(column) > 1:
            raise InputError(
                f"{path}: the column '{column}' can be only one of response, time and group "
                "(data in the config)."
            )


def _check_enough(data: LongData, path: str | Path, response: str, time: str, group: str) -> None:
    """Refuse data that cannot identify the model."""
    rows = np.bincount(data.subject, minlength=data.subjects)
    for what, count, least in (
        (f"subjects (column '{group}')", data.subjects, MIN_SUBJECTS),
        (f"different times (column '{time}')", len(np.unique(data.time)), MIN_TIMES),
        (f"subjects of more than one row (column '{group}')", (rows > 1).sum(), MIN_SUBJECTS),
        (f"different responses (column '{response}')", len(np.unique(data.response)), 2),
    ):
        if count < least:
            raise InputError(f"{path}: found {count} {what}; the model needs at least {least}.")


def _finite_numbers(cells: pd.Series, path: str | Path, hint: str) -> np.ndarray:
    numbers = pd.to_numeric(cells, errors="coerce").to_numpy(float)
    for row in cells.index[~np.isfinite(numbers)]:
        what = "is empty" if cells[row].strip() == "" else f"holds '{cells[row]}'"
        raise InputError(
            f"{path}, line {row + 2}, column '{cells.name}': the cell {what}; "
            f"it must be a finite number ({hint})."
        )
    return numbers
