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

    The lines of the subjects, by least squares, have the covariance Sigma + sigma^2 (Z'Z)^-1, so
    their spread is a high guess. None is below a tenth of the standard error of one subject's own
    line, which no data can tell from 0.
    """
    m = found.coordinates.shape[2]
    left = found.totals[1:].reshape(m, m)
    gram = left + np.einsum("jka,jkb->ab", found.coordinates, found.coordinates)
    v = np.append(-np.linalg.lstsq(gram[:-1, :-1], gram[:-1, -1], rcond=None)[0], 1.0)
    diagonal = np.einsum("jkk->jk", found.triangles)
    lines = diagonal.all(axis=1)
    if not lines.any():
        raise FitError("no subject has two different times")
    own = np.linalg.solve(found.triangles[lines], (found.coordinates[lines] @ v)[..., None])
    sds = own[..., 0].std(axis=0, ddof=min(len(own) - 1, 1))
    freedom = found.totals[0] - np.count_nonzero(diagonal)
    sd = math.sqrt(max(v @ left @ v, 0.0) / freedom) if freedom > 0 else 0.0
    sd = sd or float(sds.max()) or 1.0
    return np.maximum(sds / sd, 0.1 / diagonal.max(axis=0)), sd
