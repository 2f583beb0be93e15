"""rstanarm's ``decov`` prior, coded with ``pm.LKJCorr``."""

from dataclasses import dataclass
from typing import Any, override

import numpy as np

from recovery.model.lkj import draw_lkj, lkj_corr_rho, lkj_log_density
from recovery.model.prior import Covariance, Draws, Prior


@dataclass(frozen=True)
class LKJCorrRstanarm(Prior):
    """rstanarm's ``decov``: one scale tau, in units of sigma, divided by a simplex pi.

    ``sigma_uk = sigma * tau * sqrt(2 pi_k)`` with tau ~ Gamma(shape, scale) and pi ~
    Dirichlet(concentration). Source: rstanarm, ``common_functions.stan``, make_theta_L.
    """

    eta: float = 1.0
    tau_shape: float = 1.0
    tau_scale: float = 1.0
    concentration: float = 1.0

    @override
    def covariance(self, sigma: Any) -> Covariance:
        import pymc as pm

        tau = pm.Gamma("tau", alpha=self.tau_shape, beta=1.0 / self.tau_scale)
        share = pm.Dirichlet("pi", np.full(2, self.concentration))
        deviations = sigma * tau * pm.math.sqrt(2.0 * share)
        return Covariance(
            pm.Deterministic("sigma_u0", deviations[0]),
            pm.Deterministic("sigma_u1", deviations[1]),
            lkj_corr_rho(self.eta),
        )

    @override
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        tau = rng.gamma(self.tau_shape, self.tau_scale, len(sigma))
        share = rng.beta(self.concentration, self.concentration, len(sigma))
        sigma_u0, sigma_u1 = (sigma * tau * np.sqrt(2.0 * pi) for pi in (share, 1.0 - share))
        return sigma_u0, sigma_u1, draw_lkj(self.eta, len(sigma), rng)

    @override
    def log_density(self, sigma_u0: Any, sigma_u1: Any, rho: Any, sigma: Any) -> Any:
        """See `Prior.log_density`.

        With tau^2 = (s0^2 + s1^2) / (2 sigma^2) and pi = s0^2 / (s0^2 + s1^2) the Jacobian
        |d(tau, pi) / d(s0, s1)| is s0 s1 / (2 sigma^4 tau^3).
        """
        from scipy import special

        total = np.square(sigma_u0) + np.square(sigma_u1)
        tau = np.sqrt(total / 2.0) / sigma
        share = np.square(sigma_u0) / total
        jacobian = np.log(sigma_u0 * sigma_u1 / (2.0 * sigma**4 * tau**3))
        a, c = self.tau_shape, self.concentration
        gamma = special.xlogy(a - 1.0, tau) - tau / self.tau_scale
        gamma -= a * np.log(self.tau_scale) + special.gammaln(a)
        beta = special.xlogy(c - 1.0, share) + special.xlog1py(c - 1.0, -share)
        beta -= special.betaln(c, c)
        return gamma + beta + jacobian + lkj_log_density(rho, self.eta)
