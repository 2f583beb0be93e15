"""Read the scenario sheet, a tab-separated table."""

import math
from pathlib import Path
from typing import Any

from recovery.data.text import read_text
from recovery.errors import InputError


def read_sheet(path: str | Path) -> list[tuple[int, dict[str, Any]]]:
    """Read a scenario sheet (tab-separated) as typed cells, each row with its line in the file.

    Blank cells are left out; blank lines and lines that start with # are ignored.

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
        (number, [cell.strip() for cell in line.split("\t")])
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.startswith("#")
    ]
    if len(lines) < 2:
        raise InputError(f"{path}: the scenario sheet has no rows; write one row per scenario.")
    (_, header), *rows = lines
    if len(header) == 1 and header != ["scenario"]:
        raise InputError(f"{path}: the header has one cell; separate the columns by tabs.")
    for name in header:
        if header.count(name) > 1:
            raise InputError(f"{path}: duplicate column '{name}'.")
    for number, cells in rows:
        if len(cells) > len(header):
            raise InputError(
                f"{path}, line {number}: {len(cells)} cells, but the header has {len(header)}."
            )
    return [
        (number, {name: _typed(name, cell) for name, cell in zip(header, cells) if cell})
        for number, cells in rows
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
