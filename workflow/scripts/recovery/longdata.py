"""Long data: one response a row, with its time and its subject."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .errors import InputError

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
        If the file or a column is missing, a cell is empty or no finite number, a subject
        has two rows for one time, or there are too few subjects or times.
    """
    frame = _read_cells(path)
    wanted = {"response": response, "time": time, "group": group}
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
    numbers = {column: _finite_numbers(frame[column], path) for column in (response, time)}
    groups = frame[group].str.strip()
    for row in frame.index[groups.isin(NO_SUBJECT)]:
        what = f"holds '{groups[row]}'" if groups[row] else "is empty"
        raise InputError(
            f"{path}, line {row + 2}, column '{group}': the cell {what}; a subject needs a name."
        )
    codes, labels = pd.factorize(groups)
    columns = {"subject": codes, "time": numbers[time], "response": numbers[response]}
    long = pd.DataFrame(columns, index=frame.index)
    for row in long.index[long.duplicated(["subject", "time"])]:
        raise InputError(
            f"{path}, line {row + 2}: subject {groups[row]} has a second row for "
            f"{time} = {frame[time][row]}; each subject needs one row a time."
        )
    for what, count, least in (
        (f"subjects (column '{group}')", len(labels), MIN_SUBJECTS),
        (f"different times (column '{time}')", long["time"].nunique(), MIN_TIMES),
    ):
        if count < least:
            raise InputError(f"{path}: {count} {what} found; the model needs at least {least}.")
    long = long.sort_values(["subject", "time"], kind="stable")
    return LongData(
        long["response"].to_numpy(),
        long["time"].to_numpy(),
        long["subject"].to_numpy(),
        tuple(labels),
    )


def _read_cells(path: str | Path) -> pd.DataFrame:
    """Every cell as the text that stands in the file, indexed by its line less two."""
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, skip_blank_lines=False)
    except FileNotFoundError:
        raise InputError(
            f"{path}: the data file does not exist (data.path in the config)."
        ) from None
    except (OSError, ValueError) as error:
        ragged = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
        if ragged:
            least, line, most = ragged.groups()
            raise InputError(
                f"{path}, line {line}: {most} cells, but the header has {least}."
            ) from None
        raise InputError(f"{path}: this cannot be read as a CSV table ({error}).") from None
    if not isinstance(frame.index, pd.RangeIndex):  # pandas took the first cells for row names
        raise InputError(f"{path}: the rows have more cells than the header has columns.")
    if len(frame.columns) == 1:
        raise InputError(
            f"{path}: the header is one cell, '{frame.columns[0]}'; commas must separate the cells."
        )
    return frame[frame.apply(lambda cells: cells.str.strip() != "").any(axis=1)]


def _finite_numbers(cells: pd.Series, path: str | Path) -> np.ndarray:
    numbers = pd.to_numeric(cells, errors="coerce").to_numpy(float)
    for row in cells.index[~np.isfinite(numbers)]:
        what = "is empty" if cells[row].strip() == "" else f"holds '{cells[row]}'"
        raise InputError(
            f"{path}, line {row + 2}, column '{cells.name}': the cell {what}; "
            "a finite number is needed (leave the whole row out if nothing was measured)."
        )
    return numbers
