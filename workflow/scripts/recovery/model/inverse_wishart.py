"""The inverse Wishart distribution of a 2 x 2 covariance matrix, in PyMC and as a sampler."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from recovery.model.prior import Covariance, Draws


def covariance_by_bartlett(df: float, scale0: Any, scale1: Any) -> Covariance:
    """Add Sigma ~ inverse Wishart(df, diag(scale0^2, scale1^2)) to the PyMC model in context.

    PyMC has no such distribution; this is Bartlett's decomposition of the precision. It is
    D A A' D with D = diag(1 / scale) and A lower triangular: the roots of chi-square variates of df
    and df - 1 degrees of freedom, and a standard normal below.
    """
    import pymc as pm

    first = pm.ChiSquared("first_chi_square", df)
    second = pm.ChiSquared("second_chi_square", df - 1.0)
    corner = pm.Normal("corner", 0.0, 1.0)
    length = pm.math.sqrt(corner**2 + second)
    return Covariance.of_two(
        pm.Deterministic("sigma_u0", scale0 * length / pm.math.sqrt(first * second)),
        pm.Deterministic("sigma_u1", scale1 / pm.math.sqrt(second)),
        -corner / length,
    )


def draw_inverse_wishart(
    df: float, scales: Sequence[float], n: int, rng: np.random.Generator
) -> Draws:
    """Draw sigma_u0, sigma_u1 and rho of n such matrices."""
    from scipy import stats

    drawn = stats.invwishart(df, np.diag(np.square(scales))).rvs(n, random_state=rng)
    matrices = np.reshape(drawn, (n, 2, 2))
    sigma_u0, sigma_u1 = np.sqrt(matrices[:, 0, 0]), np.sqrt(matrices[:, 1, 1])
    return sigma_u0, sigma_u1, matrices[:, 0, 1] / (sigma_u0 * sigma_u1)
