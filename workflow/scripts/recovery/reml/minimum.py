"""Minima of a data set's deviance."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from recovery.errors import FitError
from recovery.kernels.axes import guesses
from recovery.kernels.deviance import STEP, stencil

MOST_STEPS = 200
STARTS = [(1.0, rho, (1.0 - rho * rho) ** 0.5) for rho in (0.0, 0.9, -0.9)]
Derivatives = tuple[float, np.ndarray, np.ndarray]
"""A value, its gradient and its Hessian."""


class Deviance(NamedTuple):
    """The deviance of one data set as a function of three coordinates.

    Attributes
    ----------
    rows, rss, patterns
        Statistics of the data set (`BatchStatistics`).
    kind : int
        What the coordinates are, see `kernels.deviance.located`.
    value : float
        The value of the parameter that is fixed, if any.
    scales : ndarray, shape (2,)
        Scales of the coordinates, above 0.
    """

    rows: float
    rss: float
    patterns: np.ndarray
    kind: int
    value: float
    scales: np.ndarray

    def derivatives(self, x: np.ndarray) -> Derivatives:
        """Value, gradient and Hessian at x, by central differences."""
        values = stencil(*self, x)
        here = values[0, 0, 0]
        with np.errstate(invalid="ignore"):  # infinite where a step goes too far: `newton` sees it
            gradient = (values[0, 1:, 0] - values[0, 1:, 1]) / (2.0 * STEP)
            bend = (values[:, :, 0] + values[:, :, 1] - 2.0 * here) / STEP**2
        single = bend[0, 1:]
        across = np.triu(0.5 * (bend[1:, 1:] - single[:, None] - single), 1)
        return here, gradient, across + across.T + np.diag(single)


def starting_scales(rows: float, rss: float, patterns: np.ndarray) -> tuple[np.ndarray, float]:
    """Guesses of the standard deviations in units of sigma, and of sigma.

    None is below a tenth of the standard error of one subject's own line, which no data can tell
    from 0.
    """
    sd0, sd1, sd, _ = guesses(float(rows), float(rss), patterns)
    sd = sd or max(sd0, sd1) or 1.0
    _, r00, _, r11 = patterns.max(axis=0)[:4]
    if not r11 > 0.0:
        raise FitError("no subject has two different times")
    return np.array([max(sd0 / sd, 0.1 / r00), max(sd1 / sd, 0.1 / r11)]), sd


def lowest_minimum(deviance: Deviance, starts: Sequence = STARTS) -> tuple[float, np.ndarray]:
    """The lowest minimum that Newton's method finds from the starts, and its place."""
    found = [newton(deviance.derivatives, np.array(start)) for start in starts]
    return min(found, key=lambda pair: pair[0])


def newton(
    objective: Callable[[np.ndarray], Derivatives], start: np.ndarray, tolerance: float = 1e-10
) -> tuple[float, np.ndarray]:
    """Value and place of the nearest minimum, by Newton steps damped until the value falls.

    It ends with a step that lowers the value by less than the tolerance.
    """
    here, x, trial, damping = np.inf, start, start, 1e-3
    for _ in range(MOST_STEPS):
        value, new_gradient, new_hessian = objective(trial)
        if trial is start and not np.isfinite(value):
            raise FitError("the deviance is not finite")
        if value < here:
            settled = here - value < tolerance and np.abs(trial - x).max() < np.sqrt(tolerance)
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
