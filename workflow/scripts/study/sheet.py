"""Read the scenario sheet, a tab-separated table."""

import math
from pathlib import Path
from typing import Any

from recovery.data.text import read_text
from recovery.errors import InputError


def read_sheet(path: str | Path) -> list[tuple[int, dict[str, Any]]]:
    """Read a scenario sheet (tab-separated) as typed cells, each row with its line in the file.

    Blank cells are left out; blank lines and lines that start with # are ignored. A spreadsheet's
    quotes around a cell are dropped, and so are columns without a name that are blank.

    Returns
    -------
    list of (int, dict)
        Line number, and column -> cell: numbers as numbers, everything else as text.

    Raises
    ------
    InputError
        If the file is missing, is not a table, or has no rows.
    """
    text = read_text(path, "scenario sheet", "scenarios")
    lines = [
        (number, [_unquoted(cell.strip()) for cell in line.split("\t")])
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip('"').startswith("#")
    ]
    if len(lines) < 2:
        raise InputError(f"{path}: the scenario sheet has no rows; write one row per scenario.")
    (_, header), *rows = [(number, _without_blanks_at_the_end(cells)) for number, cells in lines]
    if len(header) == 1 and header != ["scenario"]:
        raise InputError(f"{path}: the header has one cell; separate the columns by tabs.")
    for name in header:
        if name and header.count(name) > 1:
            raise InputError(f"{path}: duplicate column '{name}'.")
    for number, cells in rows:
        if len(cells) > len(header):
            raise InputError(
                f"{path}, line {number}: {len(cells)} cells, but the header has {len(header)}."
            )
        for column, (name, cell) in enumerate(zip(header, cells), start=1):
            if cell and not name:
                raise InputError(f"{path}, line {number}: column {column} has no name.")
    return [
        (number, {name: _typed(name, cell) for name, cell in zip(header, cells) if cell})
        for number, cells in rows
    ]


def _unquoted(cell: str) -> str:
    """A cell without the quotes that spreadsheets write around one with a comma."""
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"').strip()
    return cell


def _without_blanks_at_the_end(cells: list[str]) -> list[str]:
    """The cells up to the last that is not blank."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _typed(column: str, cell: str) -> int | float | str:
    """A finite number where the cell is one; ids and everything else stay text."""
    if column == "scenario":
        return cell
    try:
        number = float(cell)
    except ValueError:
        return cell
    if not math.isfinite(number):
        return cell
    return int(number) if number.is_integer() else number
