"""rstanarm's ``decov`` prior, coded as ``pm.LKJCholeskyCov``."""

from dataclasses import dataclass
from typing import Any, override

import numpy as np

from recovery.model.lkj import unpacked_covariance
from recovery.model.prior import Covariance
from recovery.model.priors.lkj_corr_rstanarm import LKJCorrRstanarm as Decov


@dataclass(frozen=True)
class LKJCholeskyCovRstanarm(Decov):
    """The density of `lkj_corr_rstanarm`, with the standard deviations as ``sd_dist``."""

    @override
    def covariance(self, sigma: Any) -> Covariance:
        import pymc as pm

        q = self.q
        tau_rate, shares = 1.0 / self.tau_scale, np.full(q, self.concentration)

        def logp(value: Any, sigma: Any) -> Any:
            """With T the sum of squares, tau and pi follow; see `Decov.log_density`."""
            total = pm.math.sum(value**2)
            tau = pm.math.sqrt(total / q) / sigma
            jacobian = pm.math.sum(pm.math.log(2.0 * value)) - (q - 1.0) * pm.math.log(total)
            return (
                pm.logp(pm.Gamma.dist(self.tau_shape, tau_rate), tau)
                + pm.logp(pm.Dirichlet.dist(shares), value**2 / total)
                + jacobian
                - pm.math.log(2.0 * q * sigma**2 * tau)
            )

        def draw(sigma: Any, rng: np.random.Generator, size: Any = None) -> np.ndarray:
            tau = rng.gamma(self.tau_shape, self.tau_scale, size)
            share = rng.dirichlet(shares, size)
            return np.asarray(sigma * tau)[..., None] * np.sqrt(q * share)

        own_sds = pm.CustomDist.dist(sigma, logp=logp, random=draw, signature=f"()->({q})")
        start = np.full(q, self.sigma_scale * self.tau_shape * self.tau_scale)
        return unpacked_covariance(self.eta, own_sds, start)
