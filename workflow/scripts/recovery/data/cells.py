"""Cells of a table: CSV as people have it, plain or gzipped, or parquet."""

import csv
import re
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from recovery.data.text import decoded, read_bytes
from recovery.errors import InputError

PARQUET = b"PAR1"
DATA_FILE = "data file (data.path in the config)"
ADVICE = {
    ",": "separate cells by commas and write decimals with a point",
    "\t": "separate cells by tabs",
}


class Cells(NamedTuple):
    """The cells of a table as text.

    Attributes
    ----------
    names : list of str
        Names of the columns, with single spaces; blank where a column has none.
    rows : list of list of str
        The rows that are not blank, as many stripped cells each as there are names.
    places : list of str
        Where each row is, for messages: ``my.csv, line 3``.
    """

    names: list[str]
    rows: list[list[str]]
    places: list[str]


def read_data_cells(path: str | Path) -> Cells:
    """Read every cell of a data file; Excel's first line ``sep=,`` is passed over.

    Raises
    ------
    InputError
        If the file is not a table, with the line where a CSV is wrong.
    """
    content = read_bytes(path, DATA_FILE)
    if content.startswith(PARQUET):
        return _parquet_cells(content, path)
    text = decoded(content, path, DATA_FILE)
    text = re.sub(r'(?i)\A(\s*)"?sep=.?"?(?=[\r\n])', r"\1", text)
    return text_cells(text, path, ",")


def text_cells(text: str, path: str | Path, separator: str) -> Cells:
    """The cells of a text; blank lines and blank columns without a name are passed over.

    Raises
    ------
    InputError
        At the first line that is not a row of the table.
    """
    records = _records(text, path, separator)
    names = [one_line(name) for name in next(records, (1, [""]))[1]]
    if len(names) == 1 and names != ["scenario"]:  # a sheet may have nothing but ids
        raise InputError(
            f"{path}: the header has one cell, '{names[0][:60]}'; {ADVICE[separator]}."
        )
    rows, places = [], []
    for line, cells in records:
        if any(cells[len(names) :]):
            raise InputError(
                f"{path}, line {line}: {len(cells)} cells, but the header has {len(names)}."
            )
        # cells missing at the end of a row are empty
        rows.append([*cells, *[""] * len(names)][: len(names)])
        places.append(f"{path}, line {line}")
    return Cells(names, rows, places)


def one_line(name: str) -> str:
    """A name with single spaces in place of any white space."""
    return " ".join(name.split())


def _records(text: str, path: str | Path, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Every record that is not blank, with the line at which it begins."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for record in reader:
            cells = [cell.strip() for cell in record]
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"{path}, line {line}: not a valid row ({error}); look for a quote that is not closed."
        ) from None


def _cell(value: object) -> str:
    """A value as text; an id that was stored as a float, since some are missing, is whole."""
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return str(value).strip()


def _parquet_cells(content: bytes, path: str | Path) -> Cells:
    try:
        table = pd.read_parquet(BytesIO(content))
        if any(name is not None for name in table.index.names):
            table = table.reset_index()
    except (ValueError, OSError) as error:
        raise InputError(f"{path}: not a valid parquet file ({error}).") from None
    texts = table.astype(object).where(table.notna(), "").map(_cell)
    places = [f"{path}, row {number}" for number in range(1, len(table) + 1)]
    return Cells([one_line(str(name)) for name in table], texts.to_numpy().tolist(), places)
