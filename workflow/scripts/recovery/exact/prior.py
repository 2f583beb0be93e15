"""A prior on the grid of the exact engine: the posterior of no data."""

import math

import numpy as np

from recovery.data.longdata import LongData
from recovery.exact.grid import Axis
from recovery.exact.posterior import ExactPosterior, solve
from recovery.exact.quadrature import Problem
from recovery.kernels.axes import EXP, POSITIVE, SINE
from recovery.model.prior import Prior


def prior_grid(data: LongData, prior: Prior) -> ExactPosterior:
    """The prior as the posterior of no data; `data` give the scale to look at first, no more.

    beta0 counts from the prior's center. The figure of implied priors draws it, and tests hold the
    families' densities against their definitions.
    """
    problem = Problem.of(data, prior, 0.0)
    problem.statistics = problem.statistics._replace(
        totals=0.0 * problem.statistics.totals, patterns=0.0 * problem.statistics.patterns[:1]
    )
    spread = float(np.std(data.response)) or 1.0
    slope = spread / (float(np.std(data.time)) or 1.0)
    reach, quarter = math.asinh(50.0), math.asinh(0.5 * math.pi)
    axes = (
        Axis(POSITIVE, 0.0, spread, 0.0, reach),
        Axis(POSITIVE, 0.0, slope, 0.0, reach),
        Axis(SINE, 0.0, 1.0, -quarter, quarter),
        Axis(EXP, math.log(spread), 1.0, -2.0, 2.0),
    )
    return solve(problem, prior, axes=axes)
