"""Sufficient statistics of long data; see `model.statistics`."""

import math

import numpy as np

from recovery.kernels.compilation import entry, helper

DEPENDENT = 1e-12
"""A column counts as given by earlier ones if less than this share of its length is left, which is
the rounding of two passes."""


@helper
def orthogonalise(random, basis, first, last, triangle):
    """Thin QR of a subject's rows by Gram and Schmidt, twice, with a diagonal of R above 0.

    Where earlier columns give a column, it is 0 in Q, and its row of R is too.
    """
    for a in range(random.shape[1]):
        length = 0.0
        for i in range(first, last):
            basis[i, a] = random[i, a]
            length += random[i, a] ** 2
        for _ in range(2):
            for b in range(a):
                along = 0.0
                for i in range(first, last):
                    along += basis[i, b] * basis[i, a]
                for i in range(first, last):
                    basis[i, a] -= along * basis[i, b]
                triangle[b, a] += along
        left = 0.0
        for i in range(first, last):
            left += basis[i, a] ** 2
        known = left > DEPENDENT**2 * length
        triangle[a, a] = math.sqrt(left) if known else 0.0
        for i in range(first, last):
            basis[i, a] = basis[i, a] / triangle[a, a] if known else 0.0


@helper
def same_visits(random, first, last, other):
    """Whether a subject's rows are those that begin at another place."""
    for i in range(last - first):
        for a in range(random.shape[1]):
            if random[first + i, a] != random[other + i, a]:
                return False
    return True


@entry
def summarise(joint, random, edges):
    """A, patterns, R and C of data sorted by subject.

    Parameters
    ----------
    joint : ndarray, shape (N, p + 1)
        Fixed effects and response.
    random : ndarray, shape (N, q)
        Random effects.
    edges : ndarray of int, shape (J + 1,)
        Subject j has the rows ``edges[j]:edges[j + 1]``.
    """
    size, q, m = len(edges) - 1, random.shape[1], joint.shape[1]
    left, basis = np.zeros((m, m)), np.empty(random.shape)
    triangles, coordinates = np.zeros((size, q, q)), np.zeros((size, q, m))
    patterns = np.zeros((size, 1 + q * q + q * q * m * m))
    leader, count = np.empty(size, np.int64), 0
    rest = np.empty(m)
    for j in range(size):
        first, last = edges[j], edges[j + 1]
        t = 0
        while t < count:
            other = edges[leader[t]]
            length = edges[leader[t] + 1] - other
            if length == last - first and same_visits(random, first, last, other):
                break
            t += 1
        if t == count:
            orthogonalise(random, basis, first, last, triangles[j])
            leader[t] = j
            count += 1
        start = edges[leader[t]]
        triangles[j] = triangles[leader[t]]
        own = coordinates[j]
        for i in range(last - first):
            for a in range(q):
                for c in range(m):
                    own[a, c] += basis[start + i, a] * joint[first + i, c]
        for i in range(last - first):
            for c in range(m):
                rest[c] = joint[first + i, c]
                for a in range(q):
                    rest[c] -= basis[start + i, a] * own[a, c]
            for c in range(m):
                for d in range(m):
                    left[c, d] += rest[c] * rest[d]
        patterns[t, 0] += 1.0
        place = 1
        for a in range(q):
            for b in range(q):
                patterns[t, place] = triangles[j, a, b]
                place += 1
        for a in range(q):
            for b in range(q):
                for c in range(m):
                    for d in range(m):
                        product = own[a, c] * own[b, d] + own[b, c] * own[a, d]
                        patterns[t, place] += 0.5 * product
                        place += 1
    return left, patterns[:count].copy(), triangles, coordinates
