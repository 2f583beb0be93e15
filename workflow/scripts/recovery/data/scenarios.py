"""Scenarios: the data-generating mechanisms of the study, one per row of a sheet."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from recovery.data.longdata import LongData, time_text
from recovery.parameters import cholesky, correlation_matrix, correlations, sds


@dataclass(frozen=True)
class Truth:
    """True values of the model's parameters (in sleepstudy ms and ms/day).

    Attributes
    ----------
    beta0, beta1, sigma_u0, sigma_u1, rho, sigma : float
        Those of a line per subject; rho is the correlation of the first two random effects.
    effects : tuple of float
        The further fixed effects, in the order of the design's columns.
    further_sds, further_rhos : tuple of float
        Standard deviations and correlations of the further random effects (`parameters.pairs`).
    """

    beta0: float
    beta1: float
    sigma_u0: float
    sigma_u1: float
    rho: float
    sigma: float
    effects: tuple[float, ...] = ()
    further_sds: tuple[float, ...] = ()
    further_rhos: tuple[float, ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, float], effects: Sequence[str] = (), q: int = 2) -> "Truth":
        """From values by name, of q random effects."""
        s0, s1, *own_sds = (float(values[name]) for name in sds(q))
        rho, *rhos = (float(values[name]) for name in correlations(q))
        beta0, beta1, sigma = (float(values[name]) for name in ("beta0", "beta1", "sigma"))
        further = tuple(float(values[name]) for name in effects)
        return cls(beta0, beta1, s0, s1, rho, sigma, further, tuple(own_sds), tuple(rhos))

    @property
    def values(self) -> dict[str, float]:
        """The true values by name, but for those of the further fixed effects."""
        all_sds = self.sigma_u0, self.sigma_u1, *self.further_sds
        q = len(all_sds)
        return {
            "beta0": self.beta0,
            "beta1": self.beta1,
            "sigma": self.sigma,
            **dict(zip(sds(q), all_sds)),
            **dict(zip(correlations(q), (self.rho, *self.further_rhos))),
        }

    @property
    def factor(self) -> np.ndarray:
        """Cholesky factor of the correlation matrix of the random effects, shape (q, q)."""
        return cholesky(correlation_matrix((self.rho, *self.further_rhos)))


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
        Planned visit times of every subject, increasing, in the study's coding; empty if there is
        a `table`.
    missing : float
        Share of the rows that are missing at random, below 1; every subject keeps at least one.
        With dropout, it is a share of the rows before dropout.
    dropout : float
        Share of the subjects, drawn at random, who drop out; each is lost from a visit that is
        uniform on the second to the last.
    effects_df, residual_df : float
        Degrees of freedom (above 2) of the subjects' effects and of the residuals, which are
        Student t scaled to the true sds and correlation. Infinity means normal.
    residual_ar : float
        Correlation of a subject's residuals that are one unit of time apart; those that are dt
        apart have its power dt.
    table : LongData or None
        The planned visits of the subjects of the real data or of a file, with their further
        columns, in place of `times`.
    redrawn : bool
        Whether each data set draws its subjects from `table` with replacement, within the levels of
        its strata and in their shares; otherwise each subject has its own visits.
    source : str
        What the table is of.
    """

    truth: Truth
    subjects: int
    times: tuple[float, ...]
    missing: float = 0.0
    dropout: float = 0.0
    effects_df: float = math.inf
    residual_df: float = math.inf
    residual_ar: float = 0.0
    table: LongData | None = field(default=None, compare=False)
    redrawn: bool = False
    source: str = "the data"

    @property
    def dropouts(self) -> int:
        """Number of subjects who drop out."""
        return round(self.dropout * self.subjects)

    @property
    def balanced(self) -> bool:
        """Whether every subject of every data set has the same times."""
        if self.table:
            return self.table.balanced
        return self.dropouts == 0 and round(self.missing * self.subjects * len(self.times)) == 0

    @property
    def planned(self) -> list[np.ndarray]:
        """Time, and the further columns, of all planned rows, before dropout and missing rows."""
        if self.table:
            return [self.table.time, *self.table.further.T]
        return [np.asarray(self.times)]

    @property
    def effects(self) -> tuple[str, ...]:
        """Names of the further fixed effects."""
        return self.table.effects if self.table else ()

    @property
    def subjects_by_stratum(self) -> dict[str, int]:
        """How many of the subjects are of each stratum: the table's shares, whole numbers."""
        return shared_out(self.subjects, Counter(self.table.strata)) if self.table else {}

    @classmethod
    def from_row(cls, row: dict[str, Any], table: LongData | None = None) -> "Design":
        """Build from a row of ``designs.csv``; only columns with a default here may be missing.

        Parameters
        ----------
        row : dict
            The row; its ``visits`` are times or say that they are those of a table.
        table : LongData or None
            The table, which such a row needs.
        """
        truth = Truth.of(row, table.effects, table.q) if table else Truth.of(row)
        shape: dict[str, Any] = {name: float(row[name]) for name in DEVIATIONS if name in row}
        subjects, visits = int(row["subjects"]), str(row["visits"])
        for words, redrawn in ((AS_IN, False), (DRAWN_FROM, True)):
            if table and visits.startswith(words):
                shape |= {"redrawn": redrawn, "source": visits.removeprefix(words)}
                return cls(truth, subjects, (), **shape, table=table)
        return cls(truth, subjects, tuple(map(float, visits.split())), **shape)


def shared_out(total: int, counts: Mapping[str, int]) -> dict[str, int]:
    """A total in whole numbers in the shares of counts; what is left goes to the largest rests.

    Examples
    --------
    >>> shared_out(7, {"drug": 10, "placebo": 10})
    {'drug': 4, 'placebo': 3}
    """
    shares = {name: total * count / sum(counts.values()) for name, count in counts.items()}
    whole = {name: math.floor(share) for name, share in shares.items()}
    by_rest = sorted(shares, key=lambda name: whole[name] - shares[name])
    for name in by_rest[: total - sum(whole.values())]:
        whole[name] += 1
    return whole


DEVIATIONS = ("missing", "dropout", "effects_df", "residual_df", "residual_ar")
"""Columns of the sheet for other designs: not balanced, not normal, correlated residuals."""

AS_IN, DRAWN_FROM = "as in ", "drawn from "
"""How the column ``visits`` begins for a design that is a table's."""


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
        if design.table:
            visits = (DRAWN_FROM if design.redrawn else AS_IN) + design.source
        return {
            "scenario": self.scenario,
            "rho": design.truth.rho,
            "subjects": design.subjects,
            "visits": visits,
            "replicates": self.replicates,
            "nuts": self.nuts,
            **{name: value for name, value in design.truth.values.items() if name != "rho"},
            **dict(zip(design.effects, design.truth.effects)),
            **{name: getattr(design, name) for name in DEVIATIONS},
        }
