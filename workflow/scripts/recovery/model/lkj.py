"""The LKJ distribution of a correlation matrix: as a density, as a sampler and in PyMC.

In two dimensions it is the symmetric Beta(eta, eta) on (-1, 1); in d, each correlation has the
marginal of two dimensions with eta + d / 2 - 1 (Lewandowski, Kurowicka & Joe 2009).
"""

import math
from typing import Any

import numpy as np

from recovery.model.prior import Covariance
from recovery.parameters import correlation_matrix, pairs, sds


def lkj_log_density(eta: float, *rhos: Any) -> Any:
    """Log density of the correlations of `pairs` under LKJ(eta).

    ``(eta - 1) log|R| - log c``, with c of equation 16 of Lewandowski, Kurowicka & Joe (2009); of
    one correlation, that of the symmetric Beta(eta, eta) on (-1, 1). -inf where R is not positive
    definite.
    """
    d, log_det = 2, np.log1p(-np.square(rhos[0]))
    outside: Any = 0.0
    if len(rhos) > 1:
        values = np.linalg.eigvalsh(correlation_matrix(rhos))
        d, log_det = values.shape[-1], np.log(values.clip(1e-300)).sum(axis=-1)
        outside = np.where(values[..., 0] > 0.0, 0.0, -np.inf)
    normaliser = 0.0
    for k in range(1, d):
        a = eta + 0.5 * (d - k - 1)
        log_beta = 2.0 * math.lgamma(a) - math.lgamma(2.0 * a)
        normaliser += (d - k) * ((2.0 * a - 1.0) * math.log(2.0) + log_beta)
    return (eta - 1.0) * log_det - normaliser + outside


def draw_lkj(eta: float, n: int, rng: np.random.Generator, q: int = 2) -> list[np.ndarray]:
    """Draw the correlations of `pairs` from LKJ(eta), n times each.

    The partial correlations of the C-vine are independent symmetric betas; they make the rows of
    the Cholesky factor.
    """
    factor = np.zeros((q, q, n))
    factor[0, 0] = 1.0
    for k in range(1, q):
        left = np.ones(n)  # of the row's sum of squares, which is 1
        for c in range(k):
            a = eta + 0.5 * (q - 2 - c)
            partial = 2.0 * rng.beta(a, a, n) - 1.0
            factor[k, c] = partial * np.sqrt(left)
            left = left * (1.0 - np.square(partial))
        factor[k, k] = np.sqrt(left)
    return [np.einsum("in,in->n", factor[a], factor[b]) for a, b in pairs(q)]


def lkj_corr_factor(eta: float, q: int) -> list[list[Any]]:
    """Add correlations ~ LKJ(eta) to the PyMC model in context, by ``pm.LKJCorr``.

    PyMC returns the Cholesky factor of the matrix, whose rows these are.
    """
    import pymc as pm

    factor = pm.LKJCorr("corr_cholesky", n=q, eta=eta)
    return [[factor[k, c] for c in range(k + 1)] for k in range(q)]


def unpacked_covariance(eta: float, sd_dist: Any, start: np.ndarray) -> Covariance:
    """Add a ``pm.LKJCholeskyCov`` to the PyMC model in context.

    Parameters
    ----------
    eta : float
        That of LKJ.
    sd_dist : TensorVariable
        The distribution of the standard deviations.
    start : ndarray, shape (q,)
        Their starting point; the correlations start at 0.
    """
    import pymc as pm

    q = len(start)
    packed = pm.LKJCholeskyCov(
        "cholesky_cov",
        n=q,
        eta=eta,
        sd_dist=sd_dist,
        compute_corr=False,
        initval=np.diag(start)[np.tril_indices(q)],
    )
    # the lower triangle of the covariance's factor, row by row
    rows = [[packed[k * (k + 1) // 2 + c] for c in range(k + 1)] for k in range(q)]
    own_sds = [
        pm.Deterministic(name, pm.math.sqrt(sum(x**2 for x in row)) if k else row[0])
        for k, (name, row) in enumerate(zip(sds(q), rows))
    ]
    return Covariance(own_sds, [[x / sd for x in row] for row, sd in zip(rows, own_sds)])
