"""The performance measures of the study: one entry per measure.

An entry defines how a measure is estimated from the replicates of one scenario, prior and
parameter. The kind of entry determines its Monte Carlo standard error, its Monte Carlo interval,
its paired difference between two priors and whether the negative control tests it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np
from scipy import special

from recovery.summaries import formulas, scores
from recovery.summaries.monte_carlo import (
    MISSING,
    Measured,
    mean_and_mcse,
    paired_proportions,
    proportion_and_mcse,
    wilson_interval,
)
from recovery.summaries.scores import Replicates

Score = Callable[[Replicates], np.ndarray]
Interval = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Measure(ABC):
    """A performance measure.

    Attributes
    ----------
    per_level : bool
        Whether it belongs to an interval and is therefore taken at every level.
    compare : bool
        Whether ``comparison.csv`` has its paired difference between priors.
    larger_is_better : bool
        Whether a goal for it is a lower bound.
    """

    per_level: bool = False
    compare: bool = True
    larger_is_better: bool = False
    is_mean: ClassVar[bool] = True
    """Whether its difference is a mean over data sets, which the negative control's tests need."""

    @property
    def estimated(self) -> bool:
        """Whether it has a value for one prior; otherwise it exists only as a difference."""
        return True

    @property
    def compared(self) -> bool:
        """Whether its difference between two priors is tabulated."""
        return self.compare

    @abstractmethod
    def estimate(self, r: Replicates) -> Measured:
        """The measure and its Monte Carlo standard error."""

    @abstractmethod
    def difference(self, a: Replicates, b: Replicates) -> Measured:
        """The measure of a minus that of b on the same data sets, in the same order."""

    def interval(self, estimate: np.ndarray, mcse: np.ndarray, n: np.ndarray) -> Interval:
        """95 % Monte Carlo interval of estimates: estimate -+ t(n - 1) mcse."""
        half = special.stdtrit(np.maximum(n - 1.0, 1.0), 0.975) * mcse
        return estimate - half, estimate + half


@dataclass(frozen=True)
class MeanMeasure(Measure):
    """The mean of a score of each replicate."""

    score: Score

    @override
    def estimate(self, r: Replicates) -> Measured:
        return mean_and_mcse(self.score(r))

    @override
    def difference(self, a: Replicates, b: Replicates) -> Measured:
        return mean_and_mcse(self.score(a) - self.score(b))


@dataclass(frozen=True)
class Proportion(Measure):
    """The share of replicates for which a condition holds; NaN where it has none to hold for."""

    holds: Score

    @override
    def estimate(self, r: Replicates) -> Measured:
        holds = self.holds(r)
        return MISSING if np.isnan(holds).any() else proportion_and_mcse(holds == 1)

    @override
    def difference(self, a: Replicates, b: Replicates) -> Measured:
        holds = self.holds(a), self.holds(b)
        if np.isnan(holds).any():
            return MISSING
        return paired_proportions(*(own == 1 for own in holds))

    @override
    def interval(self, estimate: np.ndarray, mcse: np.ndarray, n: np.ndarray) -> Interval:
        """Wilson's interval."""
        return wilson_interval(estimate, n)


@dataclass(frozen=True)
class Formula(Measure):
    """A measure with a formula for its estimate, for its difference, or for both."""

    estimate_by: Callable[[Replicates], Measured] | None = None
    difference_by: Callable[[Replicates, Replicates], Measured] | None = None
    is_mean: ClassVar[bool] = False

    @property
    @override
    def estimated(self) -> bool:
        return self.estimate_by is not None

    @property
    @override
    def compared(self) -> bool:
        return self.difference_by is not None

    @override
    def estimate(self, r: Replicates) -> Measured:
        return self.estimate_by(r) if self.estimate_by else MISSING

    @override
    def difference(self, a: Replicates, b: Replicates) -> Measured:
        return self.difference_by(a, b) if self.difference_by else MISSING


MEASURES: dict[str, Measure] = {
    "bias": MeanMeasure(scores.error),
    "relative_bias": MeanMeasure(scores.relative_error, compare=False),
    "empirical_se": Formula(formulas.empirical_se),
    "model_se": Formula(formulas.model_se),
    "model_se_error": Formula(formulas.model_se_error),
    "rmse": Formula(formulas.rmse, formulas.rmse_difference),
    "median_bias": MeanMeasure(scores.median_error),
    "median_rmse": Formula(formulas.median_rmse, formulas.median_rmse_difference),
    "relative_precision": Formula(difference_by=formulas.relative_precision),
    "crps": MeanMeasure(scores.crps),
    "coverage": Proportion(scores.holds_truth, per_level=True, larger_is_better=True),
    "truth_below": Proportion(scores.above_truth, per_level=True, compare=False),
    "truth_above": Proportion(scores.below_truth, per_level=True, compare=False),
    "width": MeanMeasure(scores.width, per_level=True),
    "interval_score": MeanMeasure(scores.interval_score, per_level=True),
    "bias_eliminated_coverage": Proportion(
        scores.holds_mean_estimate, per_level=True, compare=False, larger_is_better=True
    ),
    "reject": Proportion(
        scores.excludes_zero, per_level=True, compare=False, larger_is_better=True
    ),
    "hdi_coverage": Proportion(
        scores.density_holds_truth, per_level=True, compare=False, larger_is_better=True
    ),
    "hdi_width": MeanMeasure(scores.density_width, per_level=True, compare=False),
}
"""All measures, in the order of the tables."""
