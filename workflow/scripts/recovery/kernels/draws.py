"""Draws of nodes, of beta, of the subjects' effects and of their realised correlation."""

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from recovery.kernels.compilation import entry, helper
from recovery.kernels.likelihood import (
    BLOCK,
    MATRIX,
    MOST_NODES,
    PRECISION,
    RHO,
    S0,
    S1,
    add_data,
    add_prior,
    eliminate,
    place_of,
    set_effects,
)


@entry
def nodes_at(mass, n3, places):
    """Indices of the nodes at ascending places of the distribution function, node by node.

    `mass` is that of `grid.weigh`, of n3 nodes of sigma; the result is of shape (4, places).
    """
    n0, n1, n = mass.shape
    chosen = np.empty((4, len(places)), np.int64)
    chosen[0], chosen[1], chosen[2], chosen[3] = n0 - 1, n1 - 1, n // n3 - 1, n3 - 1
    below, done = 0.0, 0
    for i in range(n0):
        for j in range(n1):
            block = mass[i, j]
            inside = 0.0
            for r in range(n):
                inside += block[r]
            if done < len(places) and places[done] < below + inside:  # most blocks have none
                reached = below
                for r in range(n):
                    reached += block[r]
                    while done < len(places) and places[done] < reached:
                        chosen[0, done], chosen[1, done] = i, j
                        chosen[2, done], chosen[3, done] = r // n3, r % n3
                        done += 1
            below += inside
    return chosen


@helper
def effects_covariance(r00, r01, r11, s0, s1, rho, sigma):
    """W, the covariance of a subject's effects given the parameters in units of sigma^2.

    W = (sigma^2 Sigma + |Sigma| adj(R'R)) / (sigma^4 |I + R E R'|).
    """
    w = 1.0 / (sigma * sigma)
    a, b, g = r00 * s0, r01 * s1, r11 * s1
    along, across = rho * a + b, 1.0 + a * a * (1.0 - rho * rho) * w
    scale = sigma * sigma * (across + along * along * w + g * g * w * across)
    det = s0 * s0 * s1 * s1 * (1.0 - rho * rho) * w
    w00 = (s0 * s0 + det * (r01 * r01 + r11 * r11)) / scale
    w01 = (rho * s0 * s1 - det * r00 * r01) / scale
    return w00, w01, (s1 * s1 + det * r00 * r00) / scale


@entry
def correlations_by_wishart(r, scatter, sigma_u0, sigma_u1, rho, sigma, z, chi, lean):
    """r_u of n draws of the parameters where all J >= 3 subjects have the same rows of X and Z.

    Given the parameters, the scatter of the subjects' effects about their mean is a noncentral
    Wishart matrix of J - 1 degrees of freedom: with L L' their covariance and B B' the scatter of
    their means, it is (B + L Z)(B + L Z)' + L T T' L', Z of 2 x 2 standard normals and T T' a
    central Wishart of J - 3 degrees by Bartlett's factor. So 7 numbers stand for 2 J. beta moves
    all means alike, and is not needed.

    Parameters
    ----------
    r : tuple of three floats
        r00, r01 and r11 of the pattern.
    scatter : tuple of three floats
        Scatter of the subjects' coordinates about their mean.
    z : ndarray, shape (n, 5)
        Standard normals: Z by rows and T's lower corner, which is 0 with 3 subjects.
    chi : ndarray, shape (n, 2)
        T's diagonal, the roots of chi-square variates of J - 3 and J - 4 degrees of freedom (0 of
        none).
    lean : float
        Makes the intercepts u0 - lean u1, those at another origin of time.
    """
    r00, r01, r11 = r
    c00 = math.sqrt(scatter[0])
    c10 = scatter[1] / c00 if c00 > 0.0 else 0.0
    c11 = math.sqrt(max(scatter[2] - c10 * c10, 0.0))
    r_u = np.empty(len(sigma))
    for k in range(len(sigma)):
        w00, w01, w11 = effects_covariance(
            r00, r01, r11, sigma_u0[k], sigma_u1[k], rho[k], sigma[k]
        )
        # the means are A = W R' times the subjects' coordinates, whose scatter is c c'
        a00, a01 = w00 * r00 + w01 * r01, w01 * r11
        a10, a11 = w01 * r00 + w11 * r01, w11 * r11
        l00 = math.sqrt(w00)
        l10 = w01 / l00
        l11 = sigma[k] * math.sqrt(max(w11 - l10 * l10, 0.0))
        l00, l10 = sigma[k] * l00, sigma[k] * l10
        z00, z01, z10, z11, t10 = z[k, 0], z[k, 1], z[k, 2], z[k, 3], z[k, 4]
        t00, t11 = chi[k, 0], chi[k, 1]
        x0, x1 = a00 * c00 + a01 * c10 + l00 * z00, a01 * c11 + l00 * z01
        y0 = a10 * c00 + a11 * c10 + l10 * z00 + l11 * z10
        y1 = a11 * c11 + l10 * z01 + l11 * z11
        x2, y2, y3 = l00 * t00, l10 * t00 + l11 * t10, l11 * t11
        x0, x1, x2, x3 = x0 - lean * y0, x1 - lean * y1, x2 - lean * y2, -lean * y3
        square = (x0 * x0 + x1 * x1 + x2 * x2 + x3 * x3) * (y0 * y0 + y1 * y1 + y2 * y2 + y3 * y3)
        r_u[k] = (x0 * y0 + x1 * y1 + x2 * y2 + x3 * y3) / math.sqrt(square)
    return r_u


@cache
def effects_kernel(q: int) -> Callable[..., np.ndarray]:
    """`effects_of_draws` for q effects: with q constant, loops over it unroll."""

    @entry
    def effects_of_draws(triangles, coordinates, factor, v, sigma, noise):
        """Effects of all draws and subjects, shape (q, n, J), from standard normals (n, J, q)."""
        n, size, _ = noise.shape
        u = np.empty((q, n, size))
        design, chol, mean = np.empty((q, q)), np.empty((q, q)), np.empty(q)
        for k in range(n):
            share = 1.0 / sigma[k]
            for j in range(size):
                for a in range(q):  # R L / sigma
                    for b in range(q):
                        design[a, b] = 0.0
                        for i in range(max(a, b), q):
                            design[a, b] += triangles[j, a, i] * factor[k, i, b] * share
                mean[:] = 0.0
                for a in range(q):  # L'R'z / sigma^2
                    z = 0.0
                    for i in range(v.shape[1]):
                        z += coordinates[j, a, i] * v[k, i] * share
                    for b in range(q):
                        mean[b] += design[a, b] * z
                for a in range(q):  # Cholesky factor of the precision
                    for b in range(a + 1):
                        total = 1.0 if a == b else 0.0
                        for i in range(q):
                            total += design[i, a] * design[i, b]
                        for i in range(b):
                            total -= chol[a, i] * chol[b, i]
                        chol[a, b] = math.sqrt(total) if a == b else total / chol[b, b]
                for a in range(q):  # forwards, where the noise comes in, and backwards
                    for i in range(a):
                        mean[a] -= chol[a, i] * mean[i]
                    mean[a] /= chol[a, a]
                for a in range(q - 1, -1, -1):
                    mean[a] += noise[k, j, a]
                    for i in range(a + 1, q):
                        mean[a] -= chol[i, a] * mean[i]
                    mean[a] /= chol[a, a]
                for a in range(q):
                    u[a, k, j] = 0.0
                    for b in range(a + 1):
                        u[a, k, j] += factor[k, a, b] * mean[b]
        return u

    return effects_of_draws


@entry
def beta_of_draws(totals, patterns, prior, parameters, z):
    """Draws of beta given the other parameters, shape (p, n).

    Parameters
    ----------
    totals, patterns
        As of `Statistics`.
    prior : ndarray, shape (m (m + 1) / 2,)
        beta's prior N(b, P^-1), as the entries of [P, P b; ., b'P b] on and below the diagonal.
    parameters : ndarray, shape (4, n)
        Draws of sigma_u0, sigma_u1, rho and sigma.
    z : ndarray, shape (p, n)
        Standard normals.
    """
    p, size = z.shape
    m = p + 1
    matrix = MATRIX + m * (m + 1) // 2 * MOST_NODES
    work = np.empty(matrix + m * (m + 1) // 2 * MOST_NODES)
    beta = np.empty((p, size))
    for first in range(0, size, BLOCK):
        n = min(BLOCK, size - first)
        own = parameters[:, first : first + n]
        s0, s1, rho, sigma = own[0], own[1], own[2], own[3]
        for r in range(n):
            work[S0 + r], work[S1 + r], work[RHO + r] = s0[r], s1[r], rho[r]
            work[PRECISION + r] = 1.0 / (sigma[r] * sigma[r])
        set_effects(work, n)
        add_data(work, n, totals, patterns, m)
        add_prior(work, n, prior, matrix, m)
        eliminate(work, n, matrix, m)
        for b in range(p - 1, -1, -1):  # L'beta = the last row of L, plus noise
            pivot, last, own = place_of(matrix, b, b), place_of(matrix, p, b), beta[b, first:]
            for r in range(n):
                own[r] = work[last + r] + z[b, first + r] / math.sqrt(work[pivot + r])
            for k in range(b + 1, p):
                below, other = place_of(matrix, k, b), beta[k, first:]
                for r in range(n):
                    own[r] -= work[below + r] * other[r]
    return beta
