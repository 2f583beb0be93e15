"""Densities that each prior implies before it sees data."""

from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from arviz_stats.base import array_stats
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from scipy.interpolate import PchipInterpolator

from recovery.data.longdata import LongData
from recovery.exact.prior import prior_grid
from recovery.figures.style import (
    WIDTH,
    Style,
    parameter_label,
    prior_legend,
    use_style,
)
from recovery.model.coded import decode
from recovery.model.prior import Prior

NAMES = ("sigma_u0", "sigma_u1", "rho")
DRAWS = 1_000_000  # where a density is not known by quadrature
SEED = 1
POINTS = 600  # of an sd's density
NEGLIGIBLE = 0.01  # of an sd's highest density: the panel ends where all densities are below
SAME = 0.03  # of the highest density: curves nearer than that cannot be told apart
DENSITIES = (0.0, 0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)  # ticks
STRIPE = 7.0  # length of a stripe in points


class Density(NamedTuple):
    """A density; that of an sd is per unit of its natural logarithm."""

    value: np.ndarray
    density: np.ndarray


def implied_densities(data: LongData, prior: Prior) -> dict[str, Density]:
    """Densities of sigma_u0, sigma_u1 and rho, by quadrature or from draws.

    Draws are for a prior that is stated at another origin of time, whose sigma_u0 and rho in the
    study's time have no density in closed form.
    """
    marginals = prior_grid(data, prior).marginals
    found = {}
    for name in set(NAMES) & set(marginals):
        value, density, _ = marginals[name]
        if name != "rho":
            # the quadrature's points are too far apart near 0 for an axis of logarithms
            x = np.geomspace(1e-6 * value[-1], value[-1], POINTS)
            value, density = x, x * PchipInterpolator(value, density)(x)
        found[name] = Density(value, density)
    if prior.coding.origin:
        found |= _drawn_densities(prior)
    return found


def _drawn_densities(prior: Prior) -> dict[str, Density]:
    rng = np.random.default_rng(SEED)
    sigma = prior.sigma_scale * np.abs(rng.standard_t(prior.sigma_df, DRAWS))
    draws = decode(dict(zip(NAMES, prior.draw(sigma, rng))), prior.coding)
    log_sd, log_density, _ = array_stats.kde(np.log(draws["sigma_u0"]))
    rho, density, _ = array_stats.kde(draws["rho"], custom_lims=(-1.0, 1.0))
    return {"sigma_u0": Density(np.exp(log_sd), log_density), "rho": Density(rho, density)}


def implied_priors(
    densities: dict[str, dict[str, Density]],
    labels: dict[str, str],
    styles: dict[str, Style],
    units: tuple[str, str],
) -> Figure:
    """Densities of sigma_u0, sigma_u1 and rho; those of priors that agree are one striped curve."""
    use_style()
    figure, panels = plt.subplots(1, 3, figsize=(WIDTH, 3.6), layout="constrained")
    for axes, name in zip(panels, NAMES):
        own = {prior: densities[prior][name] for prior in labels if name in densities[prior]}
        for group in _same(own, logarithmic=name != "rho"):
            for i, prior in enumerate(group):
                gap = (len(group) - 1) * STRIPE
                dashes = (i * STRIPE, (STRIPE, gap)) if gap else "-"
                axes.plot(*own[prior], lw=1.6, color=styles[prior]["color"], ls=dashes)
        axes.set_xlabel(parameter_label(name, *units))
        _limits(axes, own, name)
    panels[0].set_ylabel("density of the logarithm")
    panels[2].set_ylabel("density, square-root scale")
    figure.suptitle("What each prior expects before data (striped: priors that agree)")
    solid = {prior: {"color": styles[prior]["color"], "linestyle": "-"} for prior in labels}
    prior_legend(figure, labels, solid)
    return figure


def _limits(axes: Axes, densities: dict[str, Density], name: str) -> None:
    """All of every density: rho from -1 to 1, an sd as far as any density is not negligible."""
    if name == "rho":
        # the priors of another origin of time may be far higher near -1 than others anywhere
        axes.set_yscale("function", functions=(_root, np.square))
        axes.set_xlim(-1.02, 1.02)
    elif densities:
        axes.set_xscale("log")
        seen = [x[d > NEGLIGIBLE * d.max()] for x, d in densities.values()]
        axes.set_xlim(min(x.min() for x in seen), max(x.max() for x in seen))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.set_minor_locator(NullLocator())
    highest = max((density.max() for _, density in densities.values()), default=1.0)
    axes.set_ylim(0.0, 1.05 * highest)
    if name == "rho":
        axes.set_yticks([y for y in DENSITIES if y <= highest], minor=False)


def _root(density: np.ndarray) -> np.ndarray:
    return np.sqrt(np.clip(density, 0.0, None))


def _same(densities: dict[str, Density], logarithmic: bool) -> list[list[str]]:
    """Groups of priors whose curves cannot be told apart."""
    groups: list[list[str]] = []
    for prior, (value, density) in densities.items():
        for group in groups:
            other = densities[group[0]]
            x, known = (np.log(value), np.log(other.value)) if logarithmic else (value, other.value)
            difference = np.abs(np.interp(x, known, other.density) - density)
            if np.quantile(difference, 0.98) < SAME * other.density.max():
                group.append(prior)
                break
        else:
            groups.append([prior])
    return groups
