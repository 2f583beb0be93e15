"""Long data: one response per row, with its time and its subject."""

from dataclasses import dataclass, field, replace

import numpy as np

from recovery.parameters import parameters


def time_text(time: float) -> str:
    """A time as text, to the digits that a file can have: six would merge times of a large date.

    Examples
    --------
    >>> time_text(4.0), time_text(1600004132.25), time_text(0.1 + 0.2)
    ('4', '1600004132.25', '0.3')
    """
    return f"{time:.15g}"


@dataclass(frozen=True)
class LongData:
    """Repeated measurements of J subjects, balanced or not; rows are sorted by subject.

    Attributes
    ----------
    response : ndarray, shape (N,)
        The measured values (ms in sleepstudy).
    time : ndarray, shape (N,)
        Time of each measurement (days in sleepstudy).
    subject : ndarray of int, shape (N,)
        Code 0..J-1 of the subject of each measurement.
    labels : tuple of str, length J
        The subjects' names, by code.
    further : ndarray, shape (N, k)
        Further columns of the fixed effects; their coefficients have the names `effects`.
    effects : tuple of str, length k
        Names of these effects.
    strata : tuple of str, length J, or empty
        The level of every subject within which designs are drawn.
    varying : tuple of str
        Those of `effects` that vary between subjects, as intercept and slope do.
    """

    response: np.ndarray
    time: np.ndarray
    subject: np.ndarray
    labels: tuple[str, ...]
    further: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    effects: tuple[str, ...] = ()
    strata: tuple[str, ...] = ()
    varying: tuple[str, ...] = ()

    @property
    def fixed(self) -> np.ndarray:
        """The columns of the fixed effects: 1, time and the further ones, shape (N, 2 + k)."""
        return np.column_stack([np.ones(len(self.time)), self.time, *self.further.T])

    @property
    def centred(self) -> np.ndarray:
        """The same with all columns but the first about their means: times may be far from 0."""
        return self.fixed - [0.0, *self.means]

    @property
    def random(self) -> np.ndarray:
        """The columns of the random effects: 1, time and the varying ones, shape (N, q)."""
        own = [self.effects.index(name) for name in self.varying]
        return np.column_stack([np.ones(len(self.time)), self.time, *self.further.T[own]])

    @property
    def q(self) -> int:
        """Number of random effects."""
        return 2 + len(self.varying)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all that is estimated of the data."""
        return (*parameters(self.q), *self.effects)

    @property
    def means(self) -> np.ndarray:
        """Means of these columns but the first, shape (1 + k,)."""
        return np.array([column.mean() for column in (self.time, *self.further.T)])

    @property
    def subjects(self) -> int:
        """Number of subjects J."""
        return len(self.labels)

    @property
    def balanced(self) -> bool:
        """Whether every subject was measured at the same times."""
        return len(set(self.patterns())) == 1

    def drawn(self, chosen: np.ndarray) -> "LongData":
        """The data of chosen subjects, one after another, as new subjects 1, 2, ..."""
        edges = np.searchsorted(self.subject, np.arange(self.subjects + 1))
        rows = np.concatenate([np.arange(edges[k], edges[k + 1]) for k in chosen])
        subject = np.repeat(np.arange(len(chosen)), np.diff(edges)[chosen])
        labels = tuple(str(j + 1) for j in range(len(chosen)))
        return replace(self.kept(rows), subject=subject, labels=labels, strata=())

    def kept(self, rows: np.ndarray) -> "LongData":
        """The same subjects with some of their rows."""
        further = self.further[rows] if self.effects else self.further
        return replace(
            self,
            response=self.response[rows],
            time=self.time[rows],
            subject=self.subject[rows],
            further=further,
        )

    def at(self, time: np.ndarray) -> "LongData":
        """The same responses at other times."""
        return replace(self, time=time)

    def patterns(self) -> tuple[tuple[float, ...], ...]:
        """The measurement times of every subject, by code."""
        edges = np.searchsorted(self.subject, np.arange(1, self.subjects))
        return tuple(tuple(times.tolist()) for times in np.split(self.time, edges))

    @classmethod
    def from_grid(cls, response: np.ndarray, time: np.ndarray) -> "LongData":
        """Build from a (subject, time) grid of responses, NaN where nothing was measured."""
        subject, column = np.nonzero(~np.isnan(response))
        labels = tuple(str(j + 1) for j in range(response.shape[0]))
        return cls(response[subject, column], np.asarray(time, float)[column], subject, labels)
