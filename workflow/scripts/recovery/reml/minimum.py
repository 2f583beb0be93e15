"""Minima of a data set's deviance."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from recovery.errors import FitError
from recovery.kernels.deviance import FREE, deviance_kernels
from recovery.model.statistics import Statistics

SETTLED = 1e-10  # a step that lowers the deviance by less is the last


class Deviance(NamedTuple):
    """The deviance of one data set as a function of a few coordinates.

    Attributes
    ----------
    statistics : Statistics
        Those of the data set.
    scales : ndarray, shape (q,)
        Scales of the coordinates, above 0.
    reml : bool
        Whether it is that of the restricted likelihood.
    kind : int
        What the coordinates are, see `kernels.deviance.located`.
    value : float
        The value of the parameter that is fixed, if any.
    """

    statistics: Statistics
    scales: np.ndarray
    reml: bool
    kind: int = FREE
    value: float = 0.0

    def minimum(self, starts: Sequence, tolerance: float = SETTLED) -> tuple[float, np.ndarray]:
        """The lowest minimum that Newton's method finds from the starts, and its place.

        Raises
        ------
        FitError
            If the deviance is not finite at any start.
        """
        totals, patterns = self.statistics[:2]
        q, m = self.statistics.coordinates.shape[1:]
        newton = deviance_kernels(m - 1, q).minimum
        found = [
            newton(
                totals, patterns, self.reml, self.kind, float(self.value), self.scales,
                np.array(start, float), tolerance,
            )
            for start in starts
        ]  # fmt: skip
        found = [pair for pair in found if math.isfinite(pair[0])]
        if not found:
            raise FitError("the deviance is not finite")
        return min(found, key=lambda pair: pair[0])


def starting_scales(found: Statistics) -> tuple[np.ndarray, float]:
    """Guesses of the standard deviations in units of sigma, and of sigma.

    None is below a tenth of the standard error of one subject's own line, which no data can tell
    from 0.
    """
    sds, sd, _ = found.guesses()
    if np.isnan(sds).any():
        raise FitError("no subject has two different times")
    sd = sd or float(sds.max()) or 1.0
    widest = np.einsum("jkk->jk", found.triangles).max(axis=0)
    return np.maximum(sds / sd, 0.1 / widest), sd
