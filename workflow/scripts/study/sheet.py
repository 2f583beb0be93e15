"""Read the scenario sheet, a tab-separated table."""

import math
from pathlib import Path
from typing import Any

from recovery.data.cells import text_cells
from recovery.data.text import read_text
from recovery.errors import InputError


def read_sheet(path: str | Path) -> list[tuple[str, dict[str, Any]]]:
    """Read a scenario sheet (tab-separated) as typed cells, each row with its place in the file.

    Blank cells are left out; blank lines and lines that start with # are ignored. A spreadsheet's
    quotes around a cell are dropped, and so are columns without a name that are blank.

    Returns
    -------
    list of (str, dict)
        The row's file and line, and column -> cell: numbers as numbers, everything else as text.

    Raises
    ------
    InputError
        If the file is missing, is not a table, or has no rows.
    """
    lines = read_text(path, "scenario sheet (scenarios in the config)").splitlines()
    without_comments = ["" if line.lstrip(' \t"').startswith("#") else line for line in lines]
    names, rows, places = text_cells("\n".join(without_comments), path, "\t")
    if not rows:
        raise InputError(f"{path}: the scenario sheet has no rows; write one row per scenario.")
    for name in names:
        if name and names.count(name) > 1:
            raise InputError(f"{path}: duplicate column '{name}'.")
    return [
        (place, {name: _typed(name, cell) for name, cell in zip(names, row) if cell})
        for place, row in zip(places, rows)
    ]


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
