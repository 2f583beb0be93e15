"""The inverse Wishart prior of the covariance matrix."""

from dataclasses import dataclass
from typing import Any, override

import numpy as np

from recovery.model.covariances import check_df, covariance_by_bartlett, draw_inverse_wishart
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
        check_df(self.df)

    @override
    def covariance(self, sigma: Any) -> Covariance:
        return covariance_by_bartlett(self.df, *self.sd_scales)

    @override
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        return draw_inverse_wishart(self.df, self.sd_scales, len(sigma), rng)

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
