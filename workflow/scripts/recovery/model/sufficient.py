"""Sufficient statistics of data sets, a whole batch at once.

They are computed from long tables of any times and any number of rows, and do not depend on which
other data sets are in the batch. X and Z are (1, time); the coordinates c are those of y.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recovery.data.longdata import LongData

PATTERN_COLUMNS = ("count", "r00", "r01", "r11", "c0", "c1", "s00", "s01", "s11")
"""What is known of a pattern of measurement times, in the order of ``BatchStatistics.patterns``."""


@dataclass(frozen=True)
class BatchStatistics:
    """Sufficient statistics of D data sets.

    Attributes
    ----------
    rows, rss : ndarray, shape (D,)
        Number of rows, and sum of squares about the subjects' own least-squares lines.
    patterns : ndarray, shape (patterns of all data sets, 9)
        A row per data set and pattern of measurement times, with the `PATTERN_COLUMNS`.
    subjects : ndarray, shape (subjects of all data sets, 5)
        A row per subject: r00, r01, r11, c0 and c1.
    first_pattern, first_subject : ndarray of int, shape (D + 1,)
        Data set d has the rows ``first[d]:first[d + 1]``.
    """

    rows: np.ndarray
    rss: np.ndarray
    patterns: np.ndarray
    subjects: np.ndarray
    first_pattern: np.ndarray
    first_subject: np.ndarray

    @classmethod
    def of(cls, batch: Sequence[LongData], centers: Sequence[float]) -> "BatchStatistics":
        """Summarise data sets, the responses of each counted from its center."""
        rows = np.array([len(data.response) for data in batch])
        first_subject = np.append(0, np.cumsum([data.subjects for data in batch]))
        subject = np.concatenate([data.subject for data in batch])
        subject = subject + np.repeat(first_subject[:-1], rows)
        time = np.concatenate([data.time for data in batch]).astype(float)
        y = np.concatenate([data.response for data in batch]) - np.repeat(centers, rows)
        subjects, squares = _subject_rows(subject, time, y, first_subject[-1])
        dataset = np.repeat(np.arange(len(batch)), np.diff(first_subject))
        patterns, of_pattern = _pattern_rows(subjects, dataset)
        first_pattern = np.searchsorted(of_pattern, np.arange(len(batch) + 1))
        rss = np.bincount(dataset, weights=squares, minlength=len(batch))
        return cls(rows.astype(float), rss, patterns, subjects, first_pattern, first_subject)

    def patterns_of(self, d: int) -> np.ndarray:
        """The patterns of data set d, shape (P, 9)."""
        return self.patterns[self.first_pattern[d] : self.first_pattern[d + 1]]

    def subjects_of(self, d: int) -> np.ndarray:
        """The subjects of data set d, shape (J, 5)."""
        return self.subjects[self.first_subject[d] : self.first_subject[d + 1]]


def _subject_rows(
    subject: np.ndarray, time: np.ndarray, y: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """R and c of every subject, shape (size, 5), and its rss, from rows of long data.

    A subject whose measurements share one time has r11 = 0 and c1 = 0.
    """

    def by_subject(values: np.ndarray) -> np.ndarray:
        return np.bincount(subject, weights=values, minlength=size)

    count = np.bincount(subject, minlength=size)
    share = 1.0 / np.maximum(count, 1)
    mean_time, mean = by_subject(time) * share, by_subject(y) * share
    time = time - mean_time[subject]
    spread = by_subject(time * time)
    slope = np.divide(by_subject(time * y), spread, out=np.zeros(size), where=spread > 0)
    residual = y - mean[subject] - slope[subject] * time
    r00, r11 = np.sqrt(count), np.sqrt(spread)
    rows = np.column_stack([r00, r00 * mean_time, r11, r00 * mean, r11 * slope])
    return rows, by_subject(residual * residual)


def _pattern_rows(subjects: np.ndarray, dataset: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The patterns of all data sets, in order, and the data set of each."""
    r, c = subjects[:, :3], subjects[:, 3:]
    # times to the last bit decide on the pattern, so that the order of subjects does not
    order = np.lexsort((r[:, 2], r[:, 1], r[:, 0], dataset))
    ordered, owner = r[order], dataset[order]
    new = np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1) | (owner[1:] != owner[:-1]))
    pattern = np.empty(len(order), dtype=int)
    pattern[order] = np.cumsum(new) - 1

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(pattern, weights=values)

    count = np.bincount(pattern)
    mean = np.column_stack([total(c[:, 0]), total(c[:, 1])]) / count[:, None]
    d0, d1 = (c - mean[pattern]).T
    scatter = [total(d0 * d0), total(d0 * d1), total(d1 * d1)]
    return np.column_stack([count, ordered[new], mean, *scatter]), owner[new]
