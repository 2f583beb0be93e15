"""The lowest minimum of a data set's deviance."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from recovery.exact.kernels.deviance import STEP, stencil

MOST_STEPS = 200
STARTS = [(1.0, rho, (1.0 - rho * rho) ** 0.5) for rho in (0.0, 0.9, -0.9)]


class Deviance(NamedTuple):
    """The deviance of one data set, as a function of x = (l00, l10, l11) / scales.

    Attributes
    ----------
    rows, rss, patterns
        Statistics of the data set (`BatchStatistics`).
    scales : ndarray, shape (3,)
        Guesses of (l00, l11, l11), the standard deviations in units of sigma; above 0.
    reml : bool
        Whether it is the REML criterion.
    """

    rows: float
    rss: float
    patterns: np.ndarray
    scales: np.ndarray
    reml: bool

    def derivatives(self, x: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Value, gradient and Hessian at x, by central differences."""
        values = stencil(self.rows, self.rss, self.patterns, self.scales, x, self.reml)
        here = values[0, 0, 0]
        gradient = (values[0, 1:, 0] - values[0, 1:, 1]) / (2.0 * STEP)
        bend = (values.sum(axis=2) - 2.0 * here) / STEP**2
        single = bend[0, 1:]
        across = np.triu(0.5 * (bend[1:, 1:] - single[:, None] - single), 1)
        return here, gradient, across + across.T + np.diag(single)


Objective = Callable[[np.ndarray], tuple[float, np.ndarray, np.ndarray]]


def lowest_minimum(deviance: Deviance) -> np.ndarray:
    """The x of the lowest minimum that Newton's method finds from three starts."""
    found = [newton(deviance.derivatives, np.array(start)) for start in STARTS]
    return min(found, key=lambda pair: pair[0])[1]


def newton(objective: Objective, start: np.ndarray) -> tuple[float, np.ndarray]:
    """Value and place of the nearest minimum, by Newton steps damped until the value falls."""
    here, x, trial, damping = np.inf, start, start, 1e-3
    for _ in range(MOST_STEPS):
        value, new_gradient, new_hessian = objective(trial)
        if value < here:
            settled = here - value < 1e-10 and np.abs(trial - x).max() < 1e-6
            here, x, gradient, hessian = value, trial, new_gradient, new_hessian
            if settled:
                break
            damping *= 0.1
        else:
            damping *= 10.0
            if damping > 1e8:
                break
        values, vectors = np.linalg.eigh(hessian)
        # downhill also where the deviance bends down, as at a saddle
        steepness = np.maximum(np.abs(values), 1e-6) + damping
        trial = x - vectors @ ((vectors.T @ gradient) / steepness)
    return here, x
