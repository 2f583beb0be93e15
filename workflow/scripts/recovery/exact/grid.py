"""The posterior on a grid: the likelihood at its nodes times a prior."""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from recovery.kernels.grid import weigh
from recovery.model.prior import Prior

ROUGH_CHANGE, ROUGH_SHARE = 0.5, 1e-5
"""A prior is rough where its log density changes by more than the former between the two lowest
nodes of both standard deviations, which hold more than the latter of the mass."""
PARAMETERS = ("sigma_u0", "sigma_u1", "sigma")


class Reference(NamedTuple):
    """A density that gives the axes which all priors share: LKJ(1), half-normal, half t(4).

    Its scales are those of the data, as `auto` has them, so that it knows no units.
    """

    response: float
    slope: float
    has_rho: bool
    sigma_df: float = 4.0

    @property
    def sigma_scale(self) -> float:
        """Scale of sigma."""
        return self.response

    def log_density(self, sigma_u0, sigma_u1, rho, sigma):
        """Log density, up to a constant."""
        return -0.5 * (np.square(sigma_u0 / self.response) + np.square(sigma_u1 / self.slope))


Density = Prior | Reference


class Axis(NamedTuple):
    """A parameter as a function of u from low to high: link(center + scale sinh(u))."""

    link: int
    center: float
    scale: float
    low: float
    high: float


class Likelihood(NamedTuple):
    """The likelihood at the nodes of a grid, under each of several priors of beta.

    Attributes
    ----------
    axes : tuple of Axis
        sigma_u0, sigma_u1, rho and sigma.
    sizes : tuple of int
        Number of nodes of each; 1 of rho where it is fixed at 0.
    values : tuple of ndarray
        The parameter's values at an axis's nodes.
    measures : tuple of ndarray
        What a node weighs in an integral over the value.
    relative, top, mean, variance
        See `kernels.likelihood.likelihood`.
    """

    axes: tuple[Axis, ...]
    sizes: tuple[int, ...]
    values: tuple[np.ndarray, ...]
    measures: tuple[np.ndarray, ...]
    relative: np.ndarray
    top: np.ndarray
    mean: np.ndarray
    variance: np.ndarray


class Grid(NamedTuple):
    """The posterior at the nodes of a grid.

    Attributes
    ----------
    at : Likelihood
        The nodes and the likelihood there.
    beta : int
        Which of its priors of beta holds.
    log_evidence : float
        Log p(y).
    total : float
        Sum of `mass`.
    mass : ndarray, shape (n0, n1, n2 * n3)
        Posterior probabilities times the total.
    marginals : tuple of four ndarrays
        Posterior probabilities of each axis's nodes.
    rough : bool
        Whether the prior is not smooth where both standard deviations vanish, and it matters.
    """

    at: Likelihood
    beta: int
    log_evidence: float
    total: float
    mass: np.ndarray
    marginals: tuple[np.ndarray, ...]
    rough: bool


def weighed(at: Likelihood, beta: int, prior: Density) -> Grid:
    """The posterior on a grid under a prior.

    Where a prior's density is a product of factors of fewer parameters, these are evaluated apart.
    """
    s0, s1, rho, sigma = at.values
    form = FLAT if isinstance(prior, Reference) else form_of(prior)
    k, m = len(rho) // 2, len(sigma) // 2
    along = rho[k : k + 1] if form.rho_apart else rho
    by_rho = np.zeros(len(rho))
    if form.rho_apart and len(rho) > 1:
        by_rho += prior.log_density(s0[len(s0) // 2], s1[len(s1) // 2], rho, sigma[m])
        by_rho -= by_rho[k]
    relative = at.relative[beta]
    inner = half_t_log_density(sigma, prior.sigma_df, prior.sigma_scale)[None, None, :]
    places = s0[:, None, None], s1[:, None]
    if form.sigma == "jointly":
        full = prior.log_density(places[0][..., None], places[1][..., None], rho[:, None], sigma)
        sds = np.ascontiguousarray(full[..., m])
        factor = np.exp(np.minimum(full - sds[..., None], 700.0))
        relative = relative * factor.reshape(relative.shape)
    else:
        sds = np.atleast_3d(prior.log_density(*places, along, sigma[m]))
        if form.sigma == "apart":
            own = prior.log_density(*places, rho[k], sigma)
            inner = inner + own - own[:, :, m : m + 1]
    total, log_factor, mass, marginals = weigh(relative, sds, by_rho, inner, at.measures)
    evidence = at.top[beta] + log_factor + (math.log(total) if total > 0.0 else -math.inf)
    middle = sds.shape[2] // 2
    rough = abs(sds[1, 1, middle] - sds[0, 0, middle]) > ROUGH_CHANGE
    rough = bool(rough and mass[:2, :2].sum() > ROUGH_SHARE * total)
    return Grid(at, beta, float(evidence), total, mass, marginals, rough)


def half_t_log_density(value: np.ndarray, df: float, scale: float) -> np.ndarray:
    """Log density of a half Student t."""
    constant = math.lgamma(0.5 * (df + 1.0)) - math.lgamma(0.5 * df)
    constant += math.log(2.0 / scale) - 0.5 * math.log(df * math.pi)
    return constant - 0.5 * (df + 1.0) * np.log1p(np.square(value / scale) / df)


class Form(NamedTuple):
    """Into which factors the density of a prior of the effects falls.

    Attributes
    ----------
    rho_apart : bool
        Whether rho is independent of the standard deviations.
    sigma : {"not", "apart", "jointly"}
        Whether sigma enters, and if so, apart from rho or not.
    """

    rho_apart: bool
    sigma: str


FLAT = Form(rho_apart=True, sigma="not")


@lru_cache(maxsize=64)
def form_of(prior: Prior) -> Form:
    """The form of a prior, found by its density at random points about its own scales."""
    rng, n = np.random.default_rng(0), 32
    scales = (getattr(prior, f"{name}_scale", prior.sigma_scale) for name in PARAMETERS)
    s0, s1, sigma = (scale * np.exp(rng.normal(0.0, 2.0, n)) for scale in scales)
    rho, other = rng.uniform(-0.9, 0.9, (2, n)) if prior.has_rho else np.zeros((2, n))

    def close(a: np.ndarray, b: np.ndarray) -> bool:
        return bool(np.allclose(a, b, rtol=1e-8, atol=1e-8))

    here, there = (prior.log_density(s0, s1, x, sigma) for x in (rho, other))
    still, away = (prior.log_density(s0, s1, x, 2.0 * sigma) for x in (rho, other))
    wide, wider = (prior.log_density(2.0 * s0, 3.0 * s1, x, sigma) for x in (rho, other))
    apart = "apart" if close(here - still, there - away) else "jointly"
    sigma_enters = "not" if close(here, still) else apart
    return Form(sigma_enters != "jointly" and close(here - there, wide - wider), sigma_enters)
