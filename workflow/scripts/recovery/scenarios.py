"""Scenarios: the data-generating mechanisms of the study, one row of a sheet each."""

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .errors import InputError
from .textfiles import read_text


@dataclass(frozen=True)
class Truth:
    """True values of the model's parameters (ms, ms/day; see the README for the model)."""

    beta0: float
    beta1: float
    sigma_u0: float
    sigma_u1: float
    rho: float
    sigma: float


@dataclass(frozen=True)
class Design:
    """How one simulated data set comes about.

    Attributes
    ----------
    truth : Truth
        True values.
    subjects, days : int
        Its size; days are 0, 1, ..., days - 1.
    missing : float
        Share of the rows that are missing at random, below 1; every subject keeps a row.
    effects_df, residual_df : float
        Degrees of freedom of the subjects' effects and of the residuals, above 2: Student t
        scaled to the true sds and correlation. Infinity means normal.
    """

    truth: Truth
    subjects: int
    days: int
    missing: float = 0.0
    effects_df: float = math.inf
    residual_df: float = math.inf

    @property
    def missing_rows(self) -> int:
        """Number of rows that are missing."""
        return round(self.missing * self.subjects * self.days)

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> "Design":
        """Build from a row of the sheet, complete but for columns with a default here."""
        truth = Truth(**{name: float(row[name]) for name in Truth.__dataclass_fields__})
        shape = {name: float(row[name]) for name in DEVIATIONS if name in row}
        return cls(truth, int(row["subjects"]), int(row["days"]), **shape)


DEVIATIONS = ("missing", "effects_df", "residual_df")
"""Columns of designs that are not balanced or not normal."""


@dataclass(frozen=True)
class Scenario:
    """A design with an id and the number of replicates wanted of it."""

    scenario: str
    design: Design
    replicates: int

    def columns(self) -> dict[str, Any]:
        """The scenario as one flat row, the way tables repeat it."""
        design = self.design
        return {
            "scenario": self.scenario,
            "rho": design.truth.rho,
            "subjects": design.subjects,
            "days": design.days,
            "replicates": self.replicates,
            **{name: value for name, value in asdict(design.truth).items() if name != "rho"},
            **{name: getattr(design, name) for name in DEVIATIONS},
        }

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> "Scenario":
        """Build from a complete row (the inverse of `columns`)."""
        return cls(str(row["scenario"]), Design.from_row(row), int(row["replicates"]))


def batches(replicates: int, batch_size: int) -> list[str]:
    """Split replicates 1..n into batches named by their range, e.g. ``1-20``.

    The name alone says what a batch holds: another batch size or more replicates never
    change the content of an existing file.
    """
    return [
        f"{first}-{min(first + batch_size - 1, replicates)}"
        for first in range(1, replicates + 1, batch_size)
    ]


def batch_replicates(batch: str) -> range:
    """The replicate numbers of a batch named by `batches`."""
    first, last = (int(part) for part in batch.split("-"))
    return range(first, last + 1)


def read_sheet(path: str | Path) -> list[tuple[int, dict[str, Any]]]:
    """Read a scenario sheet (tab-separated) as typed cells, each row with its line in the file.

    Blank cells are left out; blank lines and lines that start with # are passed over.

    Returns
    -------
    list of (int, dict)
        Line number, and column -> cell: numbers as such, all else as text.

    Raises
    ------
    InputError
        If the file is missing, is no table, or has no rows.
    """
    text = read_text(path, "scenario sheet", "scenarios")
    lines = [
        (number, [cell.strip() for cell in line.split("\t")])
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.startswith("#")
    ]
    if len(lines) < 2:
        raise InputError(f"{path}: the scenario sheet has no rows; give one row a scenario.")
    (_, header), *rows = lines
    if len(header) == 1 and header != ["scenario"]:
        raise InputError(f"{path}: the header is one cell; tabs must separate the columns.")
    for name in header:
        if header.count(name) > 1:
            raise InputError(f"{path}: the column '{name}' stands twice in the header.")
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
