"""Sufficient statistics of a data set, and the likelihood that needs nothing else.

Subject j has the responses y_j = X_j beta + Z_j u_j + e_j with u_j ~ N(0, Sigma) and
e_j ~ N(0, sigma^2 I); X is N x p, Z is N x q. With the thin QR Z_j = Q_j R_j, the joint columns
D_j = [X_j, y_j], their coordinates C_j = Q_j' D_j and v = (-beta, 1)::

    -2 log p(y | beta, sigma, Sigma)
        = N log(2 pi sigma^2) + sum_j log|I + R_j E R_j'| + v' M v / sigma^2
    M = A + sum_j C_j' W_j C_j,   W_j = (I + R_j E R_j')^-1,   E = Sigma / sigma^2
    A = sum_j (D_j - Q_j C_j)' (D_j - Q_j C_j)

Subjects with the same visits, a pattern, share R and W. So of their C_j only the products of rows k
and l, summed over the subjects, are needed: G_kl, as symmetric matrices of order p + 1.
"""

from typing import NamedTuple

import numpy as np

from recovery.data.coding import UNCODED, Coding
from recovery.data.longdata import LongData
from recovery.kernels.statistics import summarise


class Statistics(NamedTuple):
    """Statistics of a data set with p fixed and q random effects.

    Attributes
    ----------
    totals : ndarray, shape (1 + (p + 1)^2,)
        N, and A row by row.
    patterns : ndarray, shape (P, 1 + q^2 + q^2 (p + 1)^2)
        Of every pattern of visits the number of subjects, R, and G_kl for k, l = 1 ... q.
    triangles : ndarray, shape (J, q, q)
        R of every subject.
    coordinates : ndarray, shape (J, q, p + 1)
        C of every subject.
    """

    totals: np.ndarray
    patterns: np.ndarray
    triangles: np.ndarray
    coordinates: np.ndarray

    @classmethod
    def of(cls, data: LongData, center: float, coding: Coding = UNCODED) -> "Statistics":
        """Summarise a data set whose responses count from a center.

        X has the data's fixed effects, and Z the random ones, with time in a coding.
        """
        random = coding.random(data)
        return cls.of_columns(data.fixed, random, data.response - center, data.subject)

    @classmethod
    def of_columns(
        cls, fixed: np.ndarray, random: np.ndarray, response: np.ndarray, subject: np.ndarray
    ) -> "Statistics":
        """Summarise columns of long data, sorted by subject.

        Where a subject has fewer visits than effects, the last rows of its R and C are 0.

        Parameters
        ----------
        fixed, random : ndarray, shapes (N, p) and (N, q)
            X and Z.
        response : ndarray, shape (N,)
            The responses.
        subject : ndarray of int, shape (N,)
            Code 0, 1, ... of the subject of each row.
        """
        joint = np.column_stack([fixed, response])
        edges = np.searchsorted(subject, np.arange(subject[-1] + 2))
        left, *rest = summarise(joint, np.ascontiguousarray(random, float), edges)
        return cls(np.append(float(len(response)), left), *rest)

    def guesses(self) -> tuple[np.ndarray, float, float]:
        """High guesses of the sds of the effects, shape (q,), one of sigma, and its freedom.

        The lines of the subjects, by least squares, have the covariance Sigma + sigma^2 (Z'Z)^-1,
        and the spread of those whose visits determine a line is the guess; it is NaN without any.
        The freedom is that of the residuals about the subjects' own lines.
        """
        m = self.coordinates.shape[2]
        left = self.totals[1:].reshape(m, m)
        rows = self.coordinates.reshape(-1, m)
        gram = left + rows.T @ rows
        v = np.append(-np.linalg.solve(gram[:-1, :-1], gram[:-1, -1]), 1.0)
        diagonal = np.diagonal(self.triangles, axis1=1, axis2=2)
        lines = diagonal.all(axis=1)
        own = np.linalg.solve(self.triangles[lines], (self.coordinates[lines] @ v)[..., None])
        sds = np.full(len(diagonal[0]), np.nan)
        if len(own):
            sds = own[..., 0].std(axis=0, ddof=min(len(own) - 1, 1))
        freedom = float(self.totals[0] - np.count_nonzero(diagonal))
        variance = max(float(v @ left @ v), 0.0) / freedom if freedom > 0 else 0.0
        return sds, variance**0.5, freedom
