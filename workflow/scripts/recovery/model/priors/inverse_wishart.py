"""The inverse Wishart prior of the covariance matrix."""

from dataclasses import dataclass
from typing import Any, override

import numpy as np

from recovery.errors import InputError
from recovery.model.prior import Covariance, Draws, Prior, response_scale, slope_scale


@dataclass(frozen=True)
class InverseWishart(Prior):
    """Sigma ~ inverse Wishart(df, diag(sigma_u0_scale^2, sigma_u1_scale^2)).

    With df = 3 rho is uniform, and sigma_uk^2 is inverse gamma(1, scale^2 / 2), whose root has the
    median 0.85 scale. Much of the literature compares with it (Liu, Zhang & Grimm 2016, Struct
    Equ Modeling 23:354). It keeps the standard deviations from 0 and ties rho to them.
    """

    sigma_u0_scale: float = response_scale(25.0)
    sigma_u1_scale: float = slope_scale(6.0)
    df: float = 3.0

    @override
    def __post_init__(self) -> None:
        super().__post_init__()
        if self.df <= 1.0:
            raise InputError(f"df: {self.df:g} must be above 1.")

    @override
    def covariance(self, sigma: Any) -> Covariance:
        """PyMC has no such distribution; this is Bartlett's decomposition of the precision.

        The precision is D A A' D with D = diag(1 / scale) and A lower triangular: the roots of
        chi-square variates of df and df - 1 degrees of freedom, and a standard normal below.
        """
        import pymc as pm

        first = pm.ChiSquared("first_chi_square", self.df)
        second = pm.ChiSquared("second_chi_square", self.df - 1.0)
        corner = pm.Normal("corner", 0.0, 1.0)
        length = pm.math.sqrt(corner**2 + second)
        return Covariance.of_two(
            pm.Deterministic(
                "sigma_u0", self.sigma_u0_scale * length / pm.math.sqrt(first * second)
            ),
            pm.Deterministic("sigma_u1", self.sigma_u1_scale / pm.math.sqrt(second)),
            -corner / length,
        )

    @override
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        from scipy import stats

        scale = np.diag([self.sigma_u0_scale**2, self.sigma_u1_scale**2])
        drawn = stats.invwishart(self.df, scale).rvs(len(sigma), random_state=rng)
        matrices = np.reshape(drawn, (len(sigma), 2, 2))
        sigma_u0, sigma_u1 = np.sqrt(matrices[:, 0, 0]), np.sqrt(matrices[:, 1, 1])
        return sigma_u0, sigma_u1, matrices[:, 0, 1] / (sigma_u0 * sigma_u1)

    @override
    def log_density(self, *values: Any) -> Any:
        """See `Prior.log_density`; |d Sigma / d(s0, s1, rho)| is 4 (s0 s1)^2."""
        from scipy import special

        sigma_u0, sigma_u1, rho, _ = values
        df, a, b = self.df, self.sigma_u0_scale, self.sigma_u1_scale
        constant = df * np.log(a * b) - df * np.log(2.0) - special.multigammaln(df / 2.0, 2)
        across = 1.0 - np.square(rho)
        trace = (np.square(a / sigma_u0) + np.square(b / sigma_u1)) / across
        log_det = 2.0 * np.log(sigma_u0 * sigma_u1) + np.log(across)
        jacobian = np.log(4.0) + 2.0 * np.log(sigma_u0 * sigma_u1)
        return constant - 0.5 * (df + 3.0) * log_det - 0.5 * trace + jacobian
