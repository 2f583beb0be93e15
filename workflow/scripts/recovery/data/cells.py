"""Cells of a data file: CSV as people have it, plain or gzipped, or parquet."""

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


class Cells(NamedTuple):
    """The cells of a table as text.

    Attributes
    ----------
    names : list of str
        Names of the columns, with single spaces; blank where a column has none.
    rows : list of list of str
        The rows that are not blank, as many cells each as there are names.
    places : list of str
        Where each row is, for messages: ``line 3``.
    """

    names: list[str]
    rows: list[list[str]]
    places: list[str]


def read_cells(path: str | Path) -> Cells:
    """Read every cell of a data file.

    Blank lines, blank columns without a name and Excel's first line ``sep=,`` are passed over.

    Raises
    ------
    InputError
        If the file is not a table, with the line where a CSV is wrong.
    """
    content = read_bytes(path, "data file", "data.path")
    if content.startswith(PARQUET):
        return _parquet(content, path)
    text = decoded(content, path, "data file")
    records = ((n, cells) for n, cells in _records(text, path) if any(map(str.strip, cells)))
    number, header = next(records, (1, [""]))
    if re.fullmatch(r"sep=.?", ",".join(header).strip(), re.I):
        number, header = next(records, (2, [""]))
    if len(header) < 2:
        raise InputError(
            f"{path}, line {number}: the header has one cell, '{header[0].strip()[:60]}'; separate "
            "cells by commas and write decimals with a point."
        )
    names = [one_line(name) for name in header]
    rows, places = [], []
    for number, cells in records:
        if any(map(str.strip, cells[len(names) :])):
            raise InputError(
                f"{path}, line {number}: {len(cells)} cells, but the header has {len(names)}."
            )
        # cells missing at the end of a row are empty
        rows.append([*cells, *[""] * len(names)][: len(names)])
        places.append(f"line {number}")
    return Cells(names, rows, places)


def one_line(name: str) -> str:
    """A name with single spaces in place of any white space."""
    return " ".join(name.split())


def _records(text: str, path: str | Path) -> Iterator[tuple[int, list[str]]]:
    """Every record with the line at which it begins."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"{path}, line {line}: not a valid CSV row ({error}); look for a quote that is not "
            "closed."
        ) from None


def _cell(value: object) -> str:
    """A value as text; an id that was stored as a float, since some are missing, is whole."""
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return str(value)


def _parquet(content: bytes, path: str | Path) -> Cells:
    try:
        table = pd.read_parquet(BytesIO(content))
        if any(name is not None for name in table.index.names):
            table = table.reset_index()
    except (ValueError, OSError) as error:
        raise InputError(f"{path}: not a valid parquet file ({error}).") from None
    texts = table.astype(object).where(table.notna(), "").map(_cell)
    places = [f"row {number}" for number in range(1, len(table) + 1)]
    return Cells([one_line(str(name)) for name in table], texts.to_numpy().tolist(), places)
