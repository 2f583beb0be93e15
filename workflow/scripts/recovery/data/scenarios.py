"""Scenarios: the data-generating mechanisms of the study, one per row of a sheet."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from recovery.data.longdata import time_text


@dataclass(frozen=True)
class Truth:
    """True values of the model's parameters (in sleepstudy ms and ms/day)."""

    beta0: float
    beta1: float
    sigma_u0: float
    sigma_u1: float
    rho: float
    sigma: float


@dataclass(frozen=True)
class Design:
    """How one data set is simulated: visits, who misses them, and the truth.

    Attributes
    ----------
    truth : Truth
        True values, for times in the study's coding.
    subjects : int
        Number of subjects.
    times : tuple of float
        Planned visit times of every subject, increasing, in the study's coding; empty if
        `patterns` are given.
    missing : float
        Share of the rows that are missing at random, below 1; every subject keeps at least one.
        With dropout, it is a share of the rows before dropout.
    dropout : float
        Share of the subjects, drawn at random, who drop out; each is lost from a visit that is
        uniform on the second to the last.
    effects_df, residual_df : float
        Degrees of freedom (above 2) of the subjects' effects and of the residuals, which are
        Student t scaled to the true sds and correlation. Infinity means normal.
    patterns : tuple of tuple of float
        Visit times of the subjects of the real data, in place of `times`.
    redrawn : bool
        Whether each data set draws its subjects' patterns from `patterns` with replacement;
        otherwise each subject has its own.
    """

    truth: Truth
    subjects: int
    times: tuple[float, ...]
    missing: float = 0.0
    dropout: float = 0.0
    effects_df: float = math.inf
    residual_df: float = math.inf
    patterns: tuple[tuple[float, ...], ...] = ()
    redrawn: bool = False

    @property
    def dropouts(self) -> int:
        """Number of subjects who drop out."""
        return round(self.dropout * self.subjects)

    @property
    def balanced(self) -> bool:
        """Whether every subject of every data set has the same times."""
        if self.patterns:
            return len(set(self.patterns)) == 1
        return self.dropouts == 0 and round(self.missing * self.subjects * len(self.times)) == 0

    @property
    def planned_times(self) -> np.ndarray:
        """All planned times of a data set, before dropout and missing rows."""
        if self.patterns:
            return np.concatenate([np.asarray(times) for times in self.patterns])
        return np.asarray(self.times)

    @classmethod
    def from_row(
        cls, row: dict[str, Any], patterns: tuple[tuple[float, ...], ...] = ()
    ) -> "Design":
        """Build from a row of ``designs.csv``; only columns with a default here may be missing.

        Parameters
        ----------
        row : dict
            The row; its ``visits`` are times or say that they are those of the real data.
        patterns : tuple of tuple of float
            The real data's visit times, which such a row needs.
        """
        truth = Truth(**{name: float(row[name]) for name in Truth.__dataclass_fields__})
        shape: dict[str, Any] = {name: float(row[name]) for name in DEVIATIONS if name in row}
        subjects, visits = int(row["subjects"]), str(row["visits"])
        times: tuple[float, ...] = ()
        if visits not in (OF_DATA, DRAWN_FROM_DATA):
            times, patterns = tuple(map(float, visits.split())), ()
        redrawn = visits == DRAWN_FROM_DATA
        return cls(truth, subjects, times, **shape, patterns=patterns, redrawn=redrawn)


DEVIATIONS = ("missing", "dropout", "effects_df", "residual_df")
"""Columns of the sheet for designs that are not balanced or not normal."""

OF_DATA, DRAWN_FROM_DATA = "as in the data", "drawn from the data"
"""Values of the column ``visits`` for a design that is the real data's."""


def days(n: int) -> tuple[float, ...]:
    """The times 0, 1, ..., n - 1."""
    return tuple(map(float, range(n)))


@dataclass(frozen=True)
class Scenario:
    """A design with an id.

    Attributes
    ----------
    scenario : str
        Its id.
    design : Design
        How its data sets come about.
    replicates : int
        How many data sets; each is fitted exactly.
    nuts : int
        How many of them, the first ones, NUTS fits too.
    """

    scenario: str
    design: Design
    replicates: int
    nuts: int

    def columns(self) -> dict[str, Any]:
        """The scenario as one flat row of ``designs.csv``."""
        design = self.design
        visits = " ".join(map(time_text, design.times))
        if design.patterns:
            visits = DRAWN_FROM_DATA if design.redrawn else OF_DATA
        return {
            "scenario": self.scenario,
            "rho": design.truth.rho,
            "subjects": design.subjects,
            "visits": visits,
            "replicates": self.replicates,
            "nuts": self.nuts,
            **{name: value for name, value in asdict(design.truth).items() if name != "rho"},
            **{name: getattr(design, name) for name in DEVIATIONS},
        }
