"""Gauss-Legendre quadrature of the posterior over (sigma_u0, sigma_u1, rho, sigma).

Each parameter is mapped to a coordinate in which the posterior is smooth,

    sigma_uk = c_k (exp(t) - 1),    rho = sin(t),    sigma = exp(t),

(c_k a typical size, so that an sd is linear in t near 0 and logarithmic above) and integrated
over a window outside of which the density is negligible.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from scipy import special

from .likelihood import log_likelihood_grid
from .longdata import LongData
from .marginal import Statistics
from .priors import Prior

WINDOW_NODES = 12
ROOT_NEGLIGIBLE = np.sqrt(12.0)  # a density of exp(-12) of the peak
WIDENING = 0.3
MAX_WINDOWS = 12

legendre = cache(special.roots_legendre)


@dataclass(frozen=True)
class Axis:
    """One coordinate's window [low, high] and its map to the parameter."""

    name: str
    low: float
    high: float
    scale: float = 1.0

    def value(self, t: np.ndarray) -> np.ndarray:
        """The parameter at coordinate t."""
        match self.name:
            case "rho":
                return np.sin(t)
            case "sigma":
                return np.exp(t)
            case _:
                return self.scale * np.expm1(t)

    def log_slope(self, t: np.ndarray) -> np.ndarray:
        """Log of d value / d t."""
        match self.name:
            case "rho":
                return np.log(np.cos(t))
            case "sigma":
                return t
            case _:
                return np.log(self.scale) + t

    def limits(self) -> tuple[float, float]:
        """The coordinate's natural range."""
        match self.name:
            case "rho":
                return -np.pi / 2, np.pi / 2
            case "sigma":
                return -np.inf, np.inf
            case _:
                return 0.0, np.inf


@dataclass(frozen=True)
class Grid:
    """Nodes of all axes and the posterior probability of each node.

    Attributes
    ----------
    axes : tuple of Axis
        sigma_u0, sigma_u1, rho (unless the prior has none) and sigma.
    nodes, weights : tuple of ndarray
        Coordinates of each axis's nodes, and their weights in an integral over the coordinate.
    probability : ndarray, shape (n0, n1, n2, n3)
        Posterior weights, summing to 1.
    beta_mean : ndarray, shape (2, n0, n1, n2, n3)
        Conditional means of beta0 and beta1.
    beta_variance : ndarray, shape (2, n0, n1, n2, n3)
        Their conditional variances.
    beta_correlation : ndarray, shape (n0, n1, n2, n3)
        Their conditional correlation.
    log_evidence : float
        Log marginal likelihood.
    """

    axes: tuple[Axis, ...]
    nodes: tuple[np.ndarray, ...]
    weights: tuple[np.ndarray, ...]
    probability: np.ndarray
    beta_mean: np.ndarray
    beta_variance: np.ndarray
    beta_correlation: np.ndarray
    log_evidence: float

    def free_axes(self) -> list[tuple[int, Axis]]:
        """The axes of parameters: all, or all but rho where the prior has none."""
        return [(i, axis) for i, axis in enumerate(self.axes) if len(self.nodes[i]) > 1]

    def values(self, axis: int) -> np.ndarray:
        """The parameter's values at an axis's nodes."""
        return self.axes[axis].value(self.nodes[axis])

    def marginal(self, axis: int) -> np.ndarray:
        """Posterior weights of an axis's nodes, the others summed out."""
        return self.probability.sum(axis=tuple(i for i in range(4) if i != axis))

    def density(self, axis: int) -> np.ndarray:
        """The parameter's marginal density at an axis's nodes."""
        slope = np.exp(self.axes[axis].log_slope(self.nodes[axis]))
        return self.marginal(axis) / self.weights[axis] / slope

    def moments(self) -> dict[str, tuple[float, float]]:
        """Posterior mean and sd of every parameter."""
        found = {}
        for i, axis in self.free_axes():
            weight, value = self.marginal(i), self.values(i)
            mean = weight @ value
            found[axis.name] = mean, np.sqrt(weight @ (value - mean) ** 2)
        for k, name in enumerate(("beta0", "beta1")):
            # einsum and not vdot: BLAS would wake threads that the job was not given
            mean = np.einsum("ijkl,ijkl->", self.probability, self.beta_mean[k])
            spread = self.beta_variance[k] + (self.beta_mean[k] - mean) ** 2
            found[name] = mean, np.sqrt(np.einsum("ijkl,ijkl->", self.probability, spread))
        return found


def first_windows(data: LongData, prior: Prior) -> tuple[Axis, ...]:
    """Windows that are wide on any account, scaled by the data's own spread."""
    spread = float(np.std(data.response)) or 1.0
    slope = spread / (float(np.std(data.time)) or 1.0)
    rho = (-np.pi / 2, np.pi / 2) if prior.has_rho else (0.0, 0.0)
    return (
        Axis("sigma_u0", 0.0, 5.0, spread / 4.0),
        Axis("sigma_u1", 0.0, 5.0, slope / 4.0),
        Axis("rho", *rho),
        Axis("sigma", np.log(spread) - 6.0, np.log(spread) + 3.0),
    )


def prior_grid(data: LongData, prior: Prior, sizes: tuple[int, ...]) -> Grid:
    """The prior on a grid of so many nodes an axis; `data` give the scale to look at, no more.

    beta0 counts from the prior's center. The figure of implied priors draws it, and tests hold the
    quadrature against it.
    """
    nothing = Statistics(0.0, 0.0, *np.zeros(9))
    axes = settled_windows(nothing, prior, 0.0, first_windows(data, prior))
    return evaluate_grid(nothing, prior, 0.0, axes, sizes)


def settled_windows(
    stats: Statistics, prior: Prior, center: float, axes: tuple[Axis, ...]
) -> tuple[Axis, ...]:
    """Shrink and widen the windows until they just hold all that is not negligible.

    Parameters
    ----------
    stats : Statistics
        The data, their responses counted from `center`.
    prior : Prior
        The prior.
    center : float
        Its mean of beta0.
    axes : tuple of Axis
        Windows to begin with (`first_windows`).
    """
    for _ in range(MAX_WINDOWS):
        grid = evaluate_grid(stats, prior, center, axes, (WINDOW_NODES,) * 4)
        proposed = tuple(_window(grid, i) for i in range(4))
        moved = max(
            max(abs(new.low - old.low), abs(new.high - old.high)) / max(old.high - old.low, 1e-12)
            for new, old in zip(proposed, axes)
        )
        axes = proposed
        if moved < 0.1:
            break
    return axes


def _window(grid: Grid, i: int) -> Axis:
    """The window in which the axis's marginal density is not negligible."""
    axis, nodes = grid.axes[i], grid.nodes[i]
    if len(nodes) == 1:
        return axis
    log_density = np.log(grid.marginal(i) / grid.weights[i] + np.finfo(float).tiny)
    # the root of a log density is nearly linear in the distance from the mode
    root = np.sqrt(log_density.max() - log_density)
    beyond = WIDENING * (axis.high - axis.low)
    bottom, top = axis.limits()
    low = -_edge(-nodes[::-1], root[::-1], -axis.low, beyond)
    return replace(axis, low=max(low, bottom), high=min(_edge(nodes, root, axis.high, beyond), top))


def _edge(nodes: np.ndarray, root: np.ndarray, high: float, beyond: float) -> float:
    """Where `root` rises past what is negligible, upwards; at most `beyond` outside `high`."""
    inside = np.flatnonzero(root < ROOT_NEGLIGIBLE)[-1]
    left = min(inside, len(nodes) - 2)
    rise = root[left + 1] - root[left]
    if rise <= 0:
        return high + beyond
    edge = nodes[left] + (ROOT_NEGLIGIBLE - root[left]) / rise * (nodes[left + 1] - nodes[left])
    return min(edge, high + beyond)


def evaluate_grid(
    stats: Statistics, prior: Prior, center: float, axes: tuple[Axis, ...], sizes: tuple[int, ...]
) -> Grid:
    """Evaluate the posterior on a grid.

    Parameters
    ----------
    stats, prior, center
        As for `settled_windows`.
    axes : tuple of Axis
        The windows of sigma_u0, sigma_u1, rho and sigma.
    sizes : tuple of int
        Nodes of each axis; an axis of no width (rho, where the prior has none) has one.
    """
    nodes, weights, values, log_slopes = [], [], [], []
    for axis, size in zip(axes, sizes):
        x, w = legendre(size)
        half = (axis.high - axis.low) / 2.0
        t = axis.low + half * (x + 1.0) if half > 0 else np.array([axis.low])
        nodes.append(t)
        weights.append(half * w if half > 0 else np.ones(1))
        values.append(axis.value(t))
        log_slopes.append(axis.log_slope(t) if half > 0 else np.zeros(1))
    mesh = np.ix_(*values)
    log_prior = prior.log_density(*mesh) + sum(np.ix_(*log_slopes))
    log_prior = log_prior + _log_sigma_prior(prior, mesh[3])
    log_density, mean, variance, correlation = log_likelihood_grid(
        stats, values, [prior.beta0_sd, prior.beta1_sd]
    )
    log_density += log_prior
    top = log_density.max()
    mass = np.exp(log_density - top)
    for i, weight in enumerate(weights):
        mass *= np.expand_dims(weight, tuple(k for k in range(4) if k != i))
    total = mass.sum()
    mean[0] += center
    return Grid(
        axes,
        tuple(nodes),
        tuple(weights),
        mass / total,
        mean,
        variance,
        correlation,
        top + np.log(total),
    )


def _log_sigma_prior(prior: Prior, sigma: np.ndarray) -> np.ndarray:
    """Log density of the half Student t of sigma."""
    df, scale = prior.sigma_df, prior.sigma_scale
    constant = special.gammaln((df + 1) / 2) - special.gammaln(df / 2) + np.log(2 / scale)
    constant -= 0.5 * np.log(df * np.pi)
    return constant - (df + 1) / 2 * np.log1p((sigma / scale) ** 2 / df)
