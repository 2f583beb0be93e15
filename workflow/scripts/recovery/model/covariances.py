"""What families of priors of a 2 x 2 covariance matrix share."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from recovery.errors import InputError
from recovery.model.prior import Covariance, Draws


def check_df(df: float) -> None:
    """Refuse degrees of freedom with which such a matrix has no density."""
    if df <= 1.0:
        raise InputError(f"df: {df:g} must be above 1.")


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

    scale = np.diag(np.square(scales))
    return sds_and_rho(stats.invwishart(df, scale).rvs(n, random_state=rng))


def sds_and_rho(matrices: np.ndarray) -> Draws:
    """sigma_u0, sigma_u1 and rho of covariance matrices."""
    matrices = np.reshape(matrices, (-1, 2, 2))
    sigma_u0, sigma_u1 = np.sqrt(matrices[:, 0, 0]), np.sqrt(matrices[:, 1, 1])
    return sigma_u0, sigma_u1, matrices[:, 0, 1] / (sigma_u0 * sigma_u1)
