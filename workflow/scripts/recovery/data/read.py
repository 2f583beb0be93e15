"""Read the real data: a long table, checked cell by cell."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from recovery.data.cells import Cells, one_line, read_data_cells
from recovery.data.longdata import LongData, time_text
from recovery.errors import InputError

MIN_SUBJECTS = 3
MIN_TIMES = 3
MISSING = ("", ".", "NA", "N/A", "NaN", "nan", "None", "NULL", "null", "#N/A")
"""Cells that hold no value."""
APART = 3.0
"""Extreme responses stand apart if their gap exceeds the largest other gap so many times."""
FEW = 5  # different responses, of which gaps say nothing
HINTS = {
    "response": "leave the cell empty if nothing was measured",
    "time": "write times as numbers, such as days since the first visit",
}


class Measurements(NamedTuple):
    """What a data file holds.

    Attributes
    ----------
    data : LongData
        Sorted by subject (in order of appearance) and time; without further columns.
    covariates : DataFrame
        The covariates wanted, in the same order: numbers where all cells are, else text.
    notes : list of str
        What a reader must know of how the file was read, one sentence each.
    warnings : list of str
        What is suspect but may be meant.
    """

    data: LongData
    covariates: pd.DataFrame
    notes: list[str]
    warnings: list[str]


class Column(NamedTuple):
    """A column of a data file: its name, its cells, and where each is."""

    name: str
    texts: np.ndarray
    places: list[str]

    def refuse(self, rows: ArrayLike, advice: str) -> None:
        """Refuse the first of these rows, for what its cell holds."""
        for row in np.flatnonzero(rows):
            what = f"holds '{self.texts[row]}'" if self.texts[row] else "is empty"
            raise InputError(
                f"{self.places[row]}, column '{self.name}': the cell {what}; {advice}."
            )

    def numbers(self, hint: str, incomplete: str) -> np.ndarray:
        """Finite numbers, NaN where there is no value and rows without one are left out."""
        numbers = pd.to_numeric(pd.Series(self.texts, dtype=object), errors="coerce")
        empty = np.isin(self.texts, MISSING) & (incomplete == "leave out")
        self.refuse(~np.isfinite(numbers) & ~empty, f"it must be a finite number ({hint})")
        return numbers.to_numpy(float)

    def missing(self, incomplete: str) -> np.ndarray:
        """The rows without a value, which are refused unless rows are left out."""
        empty = np.isin(self.texts, MISSING)
        self.refuse(empty & (incomplete != "leave out"), "a covariate needs a value in every row")
        return empty


def read_measurements(
    path: str | Path,
    response: str,
    time: str,
    group: str,
    incomplete: str = "leave out",
    formula: str = "",
    strata: str = "",
) -> Measurements:
    """Read a long table with a response, a time and a group column, and covariates.

    Parameters
    ----------
    path : str or Path
        A CSV file, plain or gzipped, or a parquet file; any further columns are ignored.
    response, time, group : str
        Names of the columns; of a table of planned visits the response is "".
    incomplete : {"leave out", "refuse"}
        What to do with rows without a response, a time or a covariate.
    formula : str
        A formula; the columns that it names are wanted, too.
    strata : str
        The column of the strata of the subjects, if any.

    Raises
    ------
    InputError
        If the file or a column is missing, a cell is not a finite number, or there are too few
        subjects, rows of a subject, times or responses.
    """
    cells = read_data_cells(path)
    wanted = {"group": group, "time": time, **({"response": response} if response else {})}
    columns = {key: _column(cells, path, key, wanted) for key in wanted}
    subjects = columns["group"].texts
    columns["group"].refuse(np.isin(subjects, MISSING), "every subject needs a name")
    hints = {key: hint for key, hint in HINTS.items() if key in wanted}
    numbers = {key: columns[key].numbers(hint, incomplete) for key, hint in hints.items()}
    covariates = [name for name in mentioned(formula, cells.names) if name not in (response, time)]
    further = {name: _column(cells, path, "formula", {"formula": name}) for name in covariates}
    if strata:
        further[strata] = _column(cells, path, "strata", {"strata": strata})
    missing = {wanted[key]: np.isnan(values) for key, values in numbers.items()}
    missing |= {name: column.missing(incomplete) for name, column in further.items()}
    kept = ~np.any([*missing.values()], axis=0)
    codes, labels = pd.factorize(subjects[kept])
    order = np.lexsort((numbers["time"][kept], codes))
    time_values = numbers["time"][kept][order]
    responses = numbers["response"][kept][order] if response else 0.0 * time_values
    data = LongData(responses, time_values, codes[order], tuple(map(str, labels)))
    notes = [_left_out(missing, kept)]
    _check_enough(data, path, wanted, notes[0])
    table = pd.DataFrame({name: _typed(further[name].texts[kept][order]) for name in further})
    if strata:
        data = replace(data, strata=_strata(data, table[strata].map(str), strata, path))
    notes += [_repeated(cells, kept, data), _unused(cells, [*wanted.values(), *further])]
    warnings = [_alike(data.labels), _stands_apart(data.response, response)]
    if response and len(np.unique(data.response)) == 2:
        warnings.append(f"'{response}' has two values only; the model is for continuous responses.")
    found = list(filter(None, notes)), list(filter(None, warnings))
    return Measurements(data, table[covariates], *found)


def mentioned(formula: str, names: Sequence[str]) -> list[str]:
    """The columns that a formula names, in backticks where they are no Python names.

    Examples
    --------
    >>> mentioned("y ~ t + scale(age) + `my x`", ["age", "my x", "scale", "ag"])
    ['age', 'my x']
    """
    plain = re.sub(r"`[^`]*`", " ", formula)
    return [
        name
        for name in dict.fromkeys(names)
        if f"`{name}`" in formula
        or (name.isidentifier() and re.search(rf"(?<![\w.]){name}(?!\w|\s*\()", plain))
    ]


def _typed(texts: np.ndarray) -> pd.Series:
    """Numbers where all cells are numbers, else text."""
    numbers = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce")
    if numbers.isna().any():
        return pd.Series(texts, dtype=object)
    return numbers.astype(int if (numbers % 1 == 0).all() else float)


def _strata(data: LongData, levels: pd.Series, name: str, path: str | Path) -> tuple[str, ...]:
    """The level of every subject, which must have one."""
    of_subject = levels.groupby(data.subject)
    for code in np.flatnonzero(of_subject.nunique() > 1):
        raise InputError(
            f"{path}, column '{name}': the subject '{data.labels[code]}' has several levels, but "
            "data.strata must not vary within a subject."
        )
    return tuple(of_subject.first())


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
        f"{len(times)} times from {time_text(times[0])} to {time_text(times[-1])}",
        f"responses from {data.response.min():.10g} to {data.response.max():.10g}",
        "balanced" if data.balanced else "not balanced",
    ]
    if single := int((rows == 1).sum()):
        parts.append(f"{single} subject{'s' * (single > 1)} with one row")
    return ", ".join(parts)


def _column(cells: Cells, path: str | Path, key: str, wanted: dict[str, str]) -> Column:
    """A column of the table; a name may be written with any white space."""
    name = wanted[key]
    found = [i for i, known in enumerate(cells.names) if known == one_line(name)]
    if not found:
        named = ", ".join(f"'{known}'" for known in cells.names if known)
        raise InputError(
            f"{path}: unknown column '{name}' (data.{key} in the config; expected {named})."
        )
    if list(map(one_line, wanted.values())).count(one_line(name)) > 1:
        raise InputError(
            f"{path}: the column '{name}' can be only one of response, time and group "
            "(data in the config)."
        )
    if len(found) > 1:
        raise InputError(f"{path}: duplicate column '{name}'; rename one.")
    column = Column(name, np.array([row[found[0]] for row in cells.rows], object), cells.places)
    broken = ["\n" in text or "\r" in text for text in column.texts]
    column.refuse(broken, "it has a line break, so look for a quote that is not closed")
    return column


def _left_out(missing: dict[str, np.ndarray], kept: np.ndarray) -> str:
    if kept.all():
        return ""
    counts = [f"{rows.sum()} without '{name}'" for name, rows in missing.items() if rows.any()]
    return f"{(~kept).sum()} of {len(kept)} rows are left out: {', '.join(counts)}."


def _repeated(cells: Cells, kept: np.ndarray, data: LongData) -> str:
    """Rows of a subject at one time, of which identical ones are usually a mistake."""
    keys = Counter(zip(data.subject.tolist(), data.time.tolist()))
    repeated = sum(count - 1 for count in keys.values())
    if not repeated:
        return ""
    rows = Counter(tuple(row) for row, kept_row in zip(cells.rows, kept) if kept_row)
    same = sum(count - 1 for count in rows.values())
    text = f"Further measurements of a subject at a time that it has already: {repeated} rows"
    if same:
        text += f", {same} of them identical in every column, which is usually a mistake"
    return f"{text}."


def _unused(cells: Cells, wanted: Sequence[str]) -> str:
    used = set(map(one_line, wanted))
    names = [f"'{name}'" for name in dict.fromkeys(cells.names) if name and name not in used]
    return f"Columns that are not used: {', '.join(names)}." if names else ""


def _alike(labels: tuple[str, ...]) -> str:
    """Names of subjects that differ only in case, in 1 and 1.0, or in their Unicode form."""
    by_form: dict[str, list[str]] = {}
    for label in labels:
        form = unicodedata.normalize("NFKC", label).casefold()
        whole = re.fullmatch(r"(\d+)\.0*", form)
        form = whole[1] if whole else one_line(form)
        by_form.setdefault(form, []).append(label)
    pairs = [names for names in by_form.values() if len(names) > 1]
    if not pairs:
        return ""
    first, second, *_ = pairs[0]
    return (
        f"Names of subjects that are nearly the same ({len(pairs)}), such as {first!a} and "
        f"{second!a}, count as different subjects; write each in one way if they are the same."
    )


def _stands_apart(values: np.ndarray, name: str) -> str:
    """One or two extremes, repeated and far from all other responses, as codes for missing are."""
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= FEW:
        return ""
    gaps = np.diff(distinct)
    place = int(gaps.argmax())
    low = place < len(gaps) / 2
    extremes = slice(None, place + 1) if low else slice(place + 1, None)
    number, cells = len(distinct[extremes]), counts[extremes].sum()
    if number > 2 or cells <= number or not gaps[place] > APART * np.delete(gaps, place).max():
        return ""
    held = " and ".join(f"{value:g}" for value in distinct[extremes])
    return (
        f"{cells} cells of '{name}' hold {held}, far from all others; if this is a code for a "
        "missing value, leave these cells empty."
    )


def _check_enough(data: LongData, path: str | Path, wanted: dict[str, str], left_out: str) -> None:
    """Refuse data that cannot identify the model; `left_out` says what was left out of them."""
    rows = np.bincount(data.subject, minlength=data.subjects)
    several = sum(len(set(times)) > 1 for times in data.patterns()) if len(rows) else 0
    for what, key, count, least in (
        ("subjects", "group", data.subjects, MIN_SUBJECTS),
        ("different times", "time", len(np.unique(data.time)), MIN_TIMES),
        ("subjects with several times", "group", several, MIN_SUBJECTS),
        ("different responses", "response", len(np.unique(data.response)), 2),
    ):
        if key in wanted and count < least:
            raise InputError(
                f"{path}: found {count} {what} (column '{wanted[key]}'); the model needs at least "
                f"{least}. {left_out}"
            )
