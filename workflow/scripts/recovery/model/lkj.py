"""The LKJ distribution of one correlation: as a density, as a sampler and in PyMC.

In two dimensions it is the symmetric Beta(eta, eta) on (-1, 1) (Lewandowski, Kurowicka & Joe 2009).
"""

import math
from typing import Any

import numpy as np


def lkj_log_density(rho: Any, eta: float) -> Any:
    """Log density of rho under LKJ(eta) in two dimensions.

    ``(eta - 1) log(1 - rho^2) - log(2^(2 eta - 1) B(eta, eta))``, the symmetric Beta(eta, eta)
    on (-1, 1) (Lewandowski, Kurowicka & Joe 2009).
    """
    normaliser = (2.0 * eta - 1.0) * math.log(2.0) + 2.0 * math.lgamma(eta) - math.lgamma(2.0 * eta)
    return (eta - 1.0) * np.log1p(-np.square(rho)) - normaliser


def draw_lkj(eta: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw rho from LKJ(eta) in two dimensions, Beta(eta, eta) on (-1, 1)."""
    return 2.0 * rng.beta(eta, eta, n) - 1.0


def lkj_corr_rho(eta: float) -> Any:
    """Add rho ~ LKJ(eta) to the PyMC model in context, by ``pm.LKJCorr``.

    PyMC returns the correlation matrix's Cholesky factor, whose lower corner is rho.
    """
    import pymc as pm

    return pm.Deterministic("rho", pm.LKJCorr("corr_cholesky", n=2, eta=eta)[1, 0])
