"""The likelihood with beta and the subjects' effects integrated out, on a grid of (sds, rho)."""

import numba
import numpy as np

from .marginal import Statistics


def log_likelihood_grid(
    stats: Statistics,
    values: list[np.ndarray],
    beta_center: np.ndarray,
    beta_sd: list[float],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Evaluate log p(y | sigma_u0, sigma_u1, rho, sigma) and beta's conditional normal.

    Parameters
    ----------
    stats : Statistics
        The data.
    values : list of four ndarrays
        The values of sigma_u0, sigma_u1, rho and sigma that span the grid.
    beta_center : ndarray, shape (2,)
        Prior means of beta0 (counted from ``stats.offset``) and beta1.
    beta_sd : list of float
        Their prior standard deviations.

    Returns
    -------
    log_likelihood : ndarray, shape (n0, n1, n2, n3)
    mean, variance : ndarray, shape (2, n0, n1, n2, n3)
        Of beta0 (counted from the offset) and beta1 given the node and the data.
    correlation : ndarray, shape (n0, n1, n2, n3)
        Of beta0 and beta1, likewise.
    """
    by_pattern = np.array(
        [
            np.atleast_1d(getattr(stats, name))
            for name in ("count", "a00", "a01", "a11", "det_a", "h0", "h1", "g00", "g01", "g11")
        ]
    ).T.copy()
    return _kernel(
        stats.rows, stats.total, by_pattern, *values, beta_center, 1.0 / np.square(beta_sd)
    )


@numba.njit(cache=True, error_model="numpy")
def _kernel(rows, total, patterns, s0, s1, rho, sigma, center, precision):
    shape = (len(s0), len(s1), len(rho), len(sigma))
    log_likelihood = np.empty(shape)
    mean = np.empty((2, *shape))
    variance = np.empty((2, *shape))
    correlation = np.empty(shape)
    log_constant = -0.5 * rows * np.log(2.0 * np.pi) + 0.5 * np.log(precision[0] * precision[1])
    log_constant -= 0.5 * (center[0] ** 2 * precision[0] + center[1] ** 2 * precision[1])
    for i in range(shape[0]):
        for j in range(shape[1]):
            for k in range(shape[2]):
                s00, s11 = s0[i] * s0[i], s1[j] * s1[j]
                s01 = rho[k] * s0[i] * s1[j]
                det_s = s00 * s11 * (1.0 - rho[k] * rho[k])
                for m in range(shape[3]):
                    v = sigma[m] * sigma[m]
                    # sums over patterns of J (A - A W A), J (1 - A W) h and J tr(W G)
                    p00 = p01 = p11 = q0 = q1 = fitted = log_d = 0.0
                    for p in range(len(patterns)):
                        count, a00, a01, a11, det_a, h0, h1, g00, g01, g11 = patterns[p]
                        d = 1.0 + (a00 * s00 + 2.0 * a01 * s01 + a11 * s11) / v
                        d += det_a / v * det_s / v
                        log_d += count * np.log(d)
                        p00 += count * (a00 + det_a * s11 / v) / d
                        p01 += count * (a01 - det_a * s01 / v) / d
                        p11 += count * (a11 + det_a * s00 / v) / d
                        # c = adj(Sigma) adj(A) h / v
                        x0 = a11 * h0 - a01 * h1
                        x1 = a00 * h1 - a01 * h0
                        q0 += (h0 + (s11 * x0 - s01 * x1) / v) / d
                        q1 += (h1 + (s00 * x1 - s01 * x0) / v) / d
                        w00 = (s00 + det_s * a11 / v) / (v * d)
                        w01 = (s01 - det_s * a01 / v) / (v * d)
                        w11 = (s11 + det_s * a00 / v) / (v * d)
                        fitted += w00 * g00 + 2.0 * w01 * g01 + w11 * g11
                    l00 = p00 / v + precision[0]
                    l01 = p01 / v
                    l11 = p11 / v + precision[1]
                    r0 = q0 / v + precision[0] * center[0]
                    r1 = q1 / v + precision[1] * center[1]
                    det_l = l00 * l11 - l01 * l01
                    m0 = (l11 * r0 - l01 * r1) / det_l
                    m1 = (l00 * r1 - l01 * r0) / det_l
                    log_likelihood[i, j, k, m] = (
                        log_constant
                        - 0.5 * (rows * np.log(v) + log_d + np.log(det_l) + (total - fitted) / v)
                        + 0.5 * (m0 * r0 + m1 * r1)
                    )
                    mean[0, i, j, k, m] = m0
                    mean[1, i, j, k, m] = m1
                    variance[0, i, j, k, m] = l11 / det_l
                    variance[1, i, j, k, m] = l00 / det_l
                    correlation[i, j, k, m] = -l01 / np.sqrt(l00 * l11)
    return log_likelihood, mean, variance, correlation
