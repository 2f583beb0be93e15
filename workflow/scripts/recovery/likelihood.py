"""The likelihood with beta and the subjects' effects integrated out, on a grid of (sds, rho)."""

import numba
import numpy as np

from .marginal import Statistics

PATTERN_COLUMNS = ("count", "r00", "r01", "r11", "c0", "c1", "s00", "s01", "s11")


def log_likelihood_grid(
    stats: Statistics, values: list[np.ndarray], beta_sd: list[float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Evaluate log p(y | sigma_u0, sigma_u1, rho, sigma) and beta's conditional normal.

    Parameters
    ----------
    stats : Statistics
        The data.
    values : list of four ndarrays
        The values of sigma_u0, sigma_u1, rho and sigma that span the grid.
    beta_sd : list of float
        Prior standard deviations of beta0 (counted from the center) and beta1, both of mean 0.

    Returns
    -------
    log_likelihood : ndarray, shape (n0, n1, n2, n3)
    mean, variance : ndarray, shape (2, n0, n1, n2, n3)
        Of beta0 (counted from the center) and beta1 given the node and the data.
    correlation : ndarray, shape (n0, n1, n2, n3)
        Of beta0 and beta1, likewise.
    """
    by_pattern = np.array([np.atleast_1d(getattr(stats, name)) for name in PATTERN_COLUMNS])
    precision = 1.0 / np.square(beta_sd)
    return _kernel(stats.rows, stats.rss, by_pattern.T.copy(), *values, precision)


@numba.njit(cache=True, error_model="numpy")
def _kernel(rows, rss, patterns, s0, s1, rho, sigma, precision):
    shape = (len(s0), len(s1), len(rho), len(sigma))
    log_likelihood = np.empty(shape)
    mean = np.empty((2, *shape))
    variance = np.empty((2, *shape))
    correlation = np.empty(shape)
    # 1 / sigma^2, and the part of the log likelihood that sigma alone decides
    w = 1.0 / (sigma * sigma)
    part = -0.5 * (rows * np.log(2.0 * np.pi / w) + rss * w - np.log(precision[0] * precision[1]))
    for i in range(shape[0]):
        for j in range(shape[1]):
            for k in range(shape[2]):
                for m in range(shape[3]):
                    # the precision of beta, its product with beta's mean, and y'V^-1 y
                    l00, l01, l11 = precision[0], 0.0, precision[1]
                    q0 = q1 = square = log_d = 0.0
                    for p in range(len(patterns)):
                        count, r00, r01, r11, c0, c1, s00, s01, s11 = patterns[p]
                        # M in units of sigma, as in `marginal.spread`
                        a, g = r00 * s0[i], r11 * s1[j]
                        along = rho[k] * a + r01 * s1[j]
                        across = 1.0 + a * a * (1.0 - rho[k] * rho[k]) * w[m]
                        m00 = across + along * along * w[m]
                        det = m00 + g * g * w[m] * across
                        log_d += count * np.log(det)
                        scale = w[m] / det
                        p00, p11 = (1.0 + g * g * w[m]) * scale, m00 * scale
                        p01 = -g * along * w[m] * scale
                        l00 += count * r00 * r00 * p00
                        l01 += count * r00 * (r01 * p00 + r11 * p01)
                        l11 += count * (r01 * (r01 * p00 + 2.0 * r11 * p01) + r11 * r11 * p11)
                        x0, x1 = count * (p00 * c0 + p01 * c1), count * (p01 * c0 + p11 * c1)
                        q0 += r00 * x0
                        q1 += r01 * x0 + r11 * x1
                        square += c0 * x0 + c1 * x1
                        square += p00 * s00 + 2.0 * p01 * s01 + p11 * s11
                    det_l = l00 * l11 - l01 * l01
                    m0 = (l11 * q0 - l01 * q1) / det_l
                    m1 = (l00 * q1 - l01 * q0) / det_l
                    log_likelihood[i, j, k, m] = part[m] - 0.5 * (
                        log_d + np.log(det_l) + square - m0 * q0 - m1 * q1
                    )
                    mean[0, i, j, k, m] = m0
                    mean[1, i, j, k, m] = m1
                    variance[0, i, j, k, m] = l11 / det_l
                    variance[1, i, j, k, m] = l00 / det_l
                    correlation[i, j, k, m] = -l01 / np.sqrt(l00 * l11)
    return log_likelihood, mean, variance, correlation
