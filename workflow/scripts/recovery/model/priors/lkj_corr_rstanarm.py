"""rstanarm's ``decov`` prior, coded with ``pm.LKJCorr``."""

from dataclasses import dataclass
from typing import Any, ClassVar, override

import numpy as np

from recovery.model.lkj import draw_lkj, lkj_corr_factor, lkj_log_density
from recovery.model.prior import Covariance, Draws, Prior
from recovery.parameters import sds


@dataclass(frozen=True)
class LKJCorrRstanarm(Prior):
    """rstanarm's ``decov``: one scale tau, in units of sigma, divided by a simplex pi.

    ``sigma_uk = sigma * tau * sqrt(q pi_k)`` with tau ~ Gamma(shape, scale) and pi ~
    Dirichlet(concentration), for q random effects. Source: rstanarm, ``common_functions.stan``,
    make_theta_L.
    """

    more_effects: ClassVar[bool] = True

    eta: float = 1.0
    tau_shape: float = 1.0
    tau_scale: float = 1.0
    concentration: float = 1.0

    @override
    def covariance(self, sigma: Any) -> Covariance:
        import pymc as pm

        tau = pm.Gamma("tau", alpha=self.tau_shape, beta=1.0 / self.tau_scale)
        share = pm.Dirichlet("pi", np.full(self.q, self.concentration))
        deviations = sigma * tau * pm.math.sqrt(float(self.q) * share)
        own_sds = [pm.Deterministic(name, deviations[k]) for k, name in enumerate(sds(self.q))]
        return Covariance(own_sds, lkj_corr_factor(self.eta, self.q))

    @override
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        n, c = len(sigma), self.concentration
        tau = rng.gamma(self.tau_shape, self.tau_scale, n)
        left, shares = np.ones(n), []
        for others in range(self.q - 1, 0, -1):  # a stick broken by betas is Dirichlet
            shares.append(left * rng.beta(c, c * others, n))
            left = left - shares[-1]
        own_sds = [sigma * tau * np.sqrt(self.q * pi) for pi in (*shares, left)]
        return *own_sds, *draw_lkj(self.eta, n, rng, self.q)

    @override
    def log_density(self, *values: Any) -> Any:
        """See `Prior.log_density`.

        With the total T = q sigma^2 tau^2 of the squares of the q standard deviations s, and
        pi = s^2 / T, the Jacobian |d(tau, pi) / ds| is the product of 2 s over
        2 q sigma^2 tau T^(q - 1).
        """
        from scipy import special

        own_sds, rhos, sigma = self.split(values)
        q, a, c = self.q, self.tau_shape, self.concentration
        log_sds = sum(map(np.log, own_sds))
        log_total = np.log(sum(map(np.square, own_sds)))
        log_tau = 0.5 * (log_total - np.log(q)) - np.log(sigma)
        gamma = (a - 1.0) * log_tau - np.exp(log_tau) / self.tau_scale
        gamma -= a * np.log(self.tau_scale) + special.gammaln(a)
        # Dirichlet and Jacobian, whose powers of s and of T are taken together
        shares = (2.0 * c - 1.0) * log_sds - (q * c - 1.0) * log_total - log_tau
        shares += special.gammaln(q * c) - q * special.gammaln(c)
        shares += (q - 1.0) * np.log(2.0) - np.log(q) - 2.0 * np.log(sigma)
        return gamma + shares + lkj_log_density(self.eta, *rhos)
