"""Huang and Wand's prior of the covariance matrix: half Student t sds and a uniform rho."""

import math
from dataclasses import dataclass
from typing import Any, override

import numpy as np

from recovery.model.covariances import covariance_by_bartlett, draw_inverse_wishart
from recovery.model.prior import Covariance, Draws, Prior, response_scale, slope_scale


@dataclass(frozen=True)
class HuangWand(Prior):
    """An inverse Wishart matrix with random scales (Huang & Wand 2013, Bayesian Anal 8:439).

    Sigma ~ inverse Wishart(df + 1, diag(h_0^2, h_1^2)) with h_k ~ HalfNormal(sqrt(df) scale_k), so
    that sigma_uk ~ HalfStudentT(df, scale_k); with df = 2 rho is uniform. Their a_k are
    2 df / h_k^2. Unlike under LKJ, the standard deviations depend on rho.
    """

    sigma_u0_scale: float = response_scale(50.0)
    sigma_u1_scale: float = slope_scale(10.0)
    df: float = 2.0

    @override
    def covariance(self, sigma: Any) -> Covariance:
        import pymc as pm

        root = math.sqrt(self.df)
        scales = [pm.HalfNormal(f"h_{k}", root * scale) for k, scale in enumerate(self.sd_scales)]
        return covariance_by_bartlett(self.df + 1.0, *scales)

    @override
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        scales = np.array(self.sd_scales)[:, None]
        h = math.sqrt(self.df) * scales * np.abs(rng.standard_normal((2, len(sigma))))
        sigma_u0, sigma_u1, rho = draw_inverse_wishart(self.df + 1.0, [1.0, 1.0], len(sigma), rng)
        return h[0] * sigma_u0, h[1] * sigma_u1, rho

    @override
    def log_density(self, *values: Any) -> Any:
        """See `Prior.log_density`; both h_k are integrated out, and the Jacobian is 4 (s0 s1)^2."""
        from scipy import special

        sigma_u0, sigma_u1, rho, _ = values
        df, across = self.df + 1.0, 1.0 - np.square(rho)
        log_product = np.log(sigma_u0 * sigma_u1)
        found = -df * math.log(2.0) - special.multigammaln(df / 2.0, 2) + math.log(4.0)
        found = found - 0.5 * (df + 3.0) * (2.0 * log_product + np.log(across)) + 2.0 * log_product
        for value, scale in zip((sigma_u0, sigma_u1), self.sd_scales):
            precision = 1.0 / (np.square(value) * across) + 1.0 / (self.df * scale**2)
            constant = 0.5 * math.log(2.0 / math.pi / self.df) - math.log(2.0 * scale)
            constant += special.gammaln(0.5 * (df + 1.0)) + 0.5 * (df + 1.0) * math.log(2.0)
            found = found + constant - 0.5 * (df + 1.0) * np.log(precision)
        return found
