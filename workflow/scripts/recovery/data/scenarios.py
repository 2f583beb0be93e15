"""Scenarios: the data-generating mechanisms of the study, one per row of a sheet."""

import math
from dataclasses import asdict, dataclass
from typing import Any


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
    """How one data set is simulated.

    Attributes
    ----------
    truth : Truth
        True values.
    subjects, days : int
        Size of the data set; days are 0, 1, ..., days - 1.
    missing : float
        Share of the rows that are missing at random, below 1; every subject keeps at least one.
    effects_df, residual_df : float
        Degrees of freedom (above 2) of the subjects' effects and of the residuals, which are
        Student t scaled to the true sds and correlation. Infinity means normal.
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
        """Build from a row of the sheet; only columns with a default here may be missing."""
        truth = Truth(**{name: float(row[name]) for name in Truth.__dataclass_fields__})
        shape = {name: float(row[name]) for name in DEVIATIONS if name in row}
        return cls(truth, int(row["subjects"]), int(row["days"]), **shape)


DEVIATIONS = ("missing", "effects_df", "residual_df")
"""Columns of the sheet for designs that are not balanced or not normal."""


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
        return {
            "scenario": self.scenario,
            "rho": design.truth.rho,
            "subjects": design.subjects,
            "days": design.days,
            "replicates": self.replicates,
            "nuts": self.nuts,
            **{name: value for name, value in asdict(design.truth).items() if name != "rho"},
            **{name: getattr(design, name) for name in DEVIATIONS},
        }

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> "Scenario":
        """Build from a complete row (the inverse of `columns`)."""
        replicates = int(row["replicates"])
        nuts = min(int(row["nuts"]), replicates)
        return cls(str(row["scenario"]), Design.from_row(row), replicates, nuts)
