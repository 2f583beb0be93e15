"""Long data: one response a row, with its time and its subject."""

import re
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd

from .errors import InputError
from .textfiles import read_text

MIN_SUBJECTS = 3
MIN_TIMES = 3
NO_SUBJECT = ("", "NA", "NaN", "nan", "None", "NULL", "null")


@dataclass(frozen=True)
class LongData:
    """Repeated measurements of J subjects, balanced or not.

    Attributes
    ----------
    response : ndarray, shape (N,)
        The measured values (ms in sleepstudy).
    time : ndarray, shape (N,)
        Time of each measurement (days in sleepstudy).
    subject : ndarray of int, shape (N,)
        Code 0..J-1 of the subject of each measurement.
    labels : tuple of str, length J
        The subjects' names, by code.
    """

    response: np.ndarray
    time: np.ndarray
    subject: np.ndarray
    labels: tuple[str, ...]

    @property
    def subjects(self) -> int:
        """Number of subjects J."""
        return len(self.labels)

    @property
    def balanced(self) -> bool:
        """Whether every subject was measured at the same times."""
        times = [tuple(self.time[self.subject == code]) for code in range(self.subjects)]
        return len(set(times)) == 1

    @classmethod
    def from_grid(cls, response: np.ndarray, time: np.ndarray) -> "LongData":
        """Build from a (subject, time) grid of responses, NaN where nothing was measured."""
        subject, column = np.nonzero(~np.isnan(response))
        labels = tuple(str(j + 1) for j in range(response.shape[0]))
        return cls(response[subject, column], np.asarray(time, float)[column], subject, labels)


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
        If the file or a column is missing, a cell is empty or no finite number, a subject has two
        rows for one time, or there are too few subjects, rows of a subject, times or responses.
    """
    frame = _read_cells(path)
    _check_columns(frame, path, {"response": response, "time": time, "group": group})
    groups = frame[group].str.strip()
    for row in frame.index[groups.isin(NO_SUBJECT)]:
        what = f"holds '{groups[row]}'" if groups[row] else "is empty"
        raise InputError(
            f"{path}, line {row + 2}, column '{group}': the cell {what}; a subject needs a name."
        )
    codes, labels = pd.factorize(groups)
    numbers = {column: _finite_numbers(frame[column], path) for column in (response, time)}
    columns = {"subject": codes, "time": numbers[time], "response": numbers[response]}
    long = pd.DataFrame(columns, index=frame.index)
    for row in long.index[long.duplicated(["subject", "time"])]:
        raise InputError(
            f"{path}, line {row + 2}: subject {groups[row]} has a second row for "
            f"{time} = {frame[time][row]}; each subject needs one row a time."
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


def _read_cells(path: str | Path) -> pd.DataFrame:
    """Every cell as the text that stands in the file, indexed by its line less two."""
    text = read_text(path, "data file", "data.path")
    first = text.partition("\n")[0].strip()
    if "," not in first:
        raise InputError(
            f"{path}, line 1: the header is one cell, '{first[:60]}'; separate cells with commas, "
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
        raise InputError(f"{path}: this cannot be read as a CSV table ({error}).") from None
    header, frame = list(cells.loc[0]), cells.loc[1:]
    for name in header:
        if header.count(name) > 1:
            raise InputError(f"{path}, line 1: the column '{name}' stands twice in the header.")
    # a row that is too short lacks its last cells
    frame = frame.fillna("").set_axis(frame.index - 1).set_axis(header, axis=1)
    return frame[frame.apply(lambda column: column.str.strip() != "").any(axis=1)]


def _check_columns(frame: pd.DataFrame, path: str | Path, wanted: dict[str, str]) -> None:
    for key, column in wanted.items():
        if column not in frame.columns:
            raise InputError(
                f"{path}: there is no column '{column}' (data.{key} in the config); "
                f"the columns are {', '.join(f"'{name}'" for name in frame.columns)}."
            )
        if list(wanted.values()).count(column) > 1:
            raise InputError(
                f"{path}: the column '{column}' cannot be two of response, time and group "
                "(data in the config)."
            )


def _check_enough(data: LongData, path: str | Path, response: str, time: str, group: str) -> None:
    """Refuse data that the model has no answer for."""
    rows = np.bincount(data.subject, minlength=data.subjects)
    for what, count, least in (
        (f"subjects (column '{group}')", data.subjects, MIN_SUBJECTS),
        (f"different times (column '{time}')", len(np.unique(data.time)), MIN_TIMES),
        (f"subjects of more than one row (column '{group}')", (rows > 1).sum(), MIN_SUBJECTS),
        (f"different responses (column '{response}')", len(np.unique(data.response)), 2),
    ):
        if count < least:
            raise InputError(f"{path}: {count} {what} found; the model needs at least {least}.")


def _finite_numbers(cells: pd.Series, path: str | Path) -> np.ndarray:
    numbers = pd.to_numeric(cells, errors="coerce").to_numpy(float)
    for row in cells.index[~np.isfinite(numbers)]:
        what = "is empty" if cells[row].strip() == "" else f"holds '{cells[row]}'"
        raise InputError(
            f"{path}, line {row + 2}, column '{cells.name}': the cell {what}; "
            "a finite number is needed (leave the whole row out if nothing was measured)."
        )
    return numbers
