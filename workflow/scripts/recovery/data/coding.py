"""How time is coded: from which origin, in which unit."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from recovery.data.longdata import LongData, time_text

DIGITS = 6
"""Digits of what is computed from data, of their spread: last bits must not rerun a study."""


def rounded(value: float, spread: float, digits: int = DIGITS) -> float:
    """A value to some digits of the data's spread.

    Digits of the value itself would not do: those of a date in seconds end minutes away from it.

    Examples
    --------
    >>> rounded(1600004132.2468135, spread=2500.0), rounded(4.5, spread=2.9)
    (1600004132.25, 4.5)
    """
    if not 0.0 < spread < math.inf:
        return float(value)
    return round(float(value), digits - 1 - math.floor(math.log10(spread)))


@dataclass(frozen=True)
class Coding:
    """Time counted from an origin in a unit, (t - origin) / unit.

    Attributes
    ----------
    origin : float
        The time that becomes 0.
    unit : float
        The span of time that becomes 1, above 0.
    """

    origin: float = 0.0
    unit: float = 1.0

    @classmethod
    def of(cls, origin: float | str, unit: float | str, times: np.ndarray) -> "Coding":
        """Resolve ``mean`` as origin and ``sd`` as unit, which are those of `times`.

        The sd has the divisor n, so that it is the same for any number of subjects. Both are
        rounded to 6 digits of the sd.
        """
        sd = float(times.std())
        return cls(
            rounded(times.mean(), sd) if origin == "mean" else float(origin),
            rounded(sd, sd) if unit == "sd" else float(unit),
        )

    @property
    def lean(self) -> float:
        """The origin in coded units: a line's level at the study's origin is level - lean slope."""
        return self.origin / self.unit

    @property
    def trivial(self) -> bool:
        """Whether coding changes nothing."""
        return self == Coding()

    def code(self, time: ArrayLike) -> np.ndarray:
        """Times in this coding."""
        return (np.asarray(time, float) - self.origin) / self.unit

    def code_data(self, data: LongData) -> LongData:
        """A data set with its times in this coding."""
        return data if self.trivial else data.at(self.code(data.time))

    def random(self, data: LongData) -> np.ndarray:
        """The columns of the random effects, with time in this coding, shape (N, q)."""
        columns = data.random
        columns[:, 1] = self.code(data.time)
        return columns

    def label(self, name: str) -> str:
        """Name of the coded time, e.g. ``(month - 6) / 12``.

        Examples
        --------
        >>> Coding(6, 12).label("month"), Coding(4.5).label("Days"), Coding().label("Days")
        ('(month - 6) / 12', 'Days - 4.5', 'Days')
        """
        sign = "-" if self.origin > 0 else "+"
        shifted = f"{name} {sign} {time_text(abs(self.origin))}" if self.origin else name
        if self.unit == 1.0:
            return shifted
        return f"{f'({shifted})' if self.origin else name} / {time_text(self.unit)}"


UNCODED = Coding()
"""The study's own time."""
