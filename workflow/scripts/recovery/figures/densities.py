"""Densities that each prior implies before it sees data."""

from typing import NamedTuple

import numpy as np
from arviz_stats.base import array_stats
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.interpolate import PchipInterpolator

from recovery.data.longdata import LongData
from recovery.exact.prior import prior_grid
from recovery.figures import style
from recovery.model.coded import decode
from recovery.model.prior import Prior
from recovery.parameters import correlations, sds

RHOS = correlations(2) + correlations(3)[:1]
DRAWS = 1_000_000  # where a density is not known by quadrature
SEED = 1
POINTS = 2000  # of an sd's density
NEGLIGIBLE = 0.01  # of an sd's highest density: the panel ends where all densities are below
SAME = 0.03  # of the highest density: curves nearer than that cannot be told apart
STRIPE = 7.0  # length of a stripe in points


class Density(NamedTuple):
    """The density at some values."""

    value: np.ndarray
    density: np.ndarray


def implied_densities(data: LongData, prior: Prior) -> dict[str, Density]:
    """Densities of sigma_u0, sigma_u1 and rho, by quadrature or from draws.

    Draws are for a prior that is stated at another origin of time, whose sigma_u0 and rho in the
    study's time have no density in closed form, and for more than two random effects.
    """
    if prior.q > 2:
        return _drawn_densities(prior)
    marginals = prior_grid(data, prior).marginals
    found = {name: Density(*marginals[name][:2]) for name in shown(2) if name in marginals}
    return found | (_drawn_densities(prior, ("sigma_u0",)) if prior.coding.origin else {})


def shown(q: int) -> tuple[str, ...]:
    """Names of the densities shown: two standard deviations and the first correlation."""
    return *sds(2), correlations(q)[0]


def _drawn_densities(
    prior: Prior, of_sds: tuple[str, ...] = ("sigma_u0", "sigma_u1")
) -> dict[str, Density]:
    rng, q = np.random.default_rng(SEED), prior.q
    sigma = prior.sigma_scale * np.abs(rng.standard_t(prior.sigma_df, DRAWS))
    names = (*sds(q), *correlations(q))
    draws = decode(dict(zip(names, prior.draw(sigma, rng))), prior.coding)
    found = {}
    for name in of_sds:
        log_sd, log_density, _ = array_stats.kde(np.log(draws[name]))
        found[name] = Density(np.exp(log_sd), log_density / np.exp(log_sd))
    first = correlations(q)[0]
    if prior.has_rho or prior.coding.origin:
        rho, density, _ = array_stats.kde(draws[first], bw=0.01, custom_lims=(-1.0, 1.0))
        found[first] = Density(rho, density)
    return found


def implied_priors(densities: dict[str, dict[str, Density]], methods: style.Methods) -> Figure:
    """Densities of sigma_u0, sigma_u1 and rho; those of priors that agree are one striped curve."""
    figure = style.new_figure(3.6)
    panels = figure.subplots(1, 3)
    found = {name for own in densities.values() for name in own}
    for axes, name in zip(panels, shown(3 if shown(3)[-1] in found else 2)):
        own = {
            prior: densities[prior][name] for prior in methods.labels if name in densities[prior]
        }
        if own:
            _draw(axes, own, methods, name)
        axes.set_xlabel(methods.label(name))
    panels[0].set_ylabel("density of the logarithm")
    panels[2].set_ylabel("density, square-root scale")
    figure.suptitle("What each prior expects before data (striped: priors that agree)")
    methods.legend(figure, densities, marker="", linestyle="-")
    return figure


def _draw(axes: Axes, densities: dict[str, Density], methods: style.Methods, name: str) -> None:
    """The curves of all priors, and axes with all of every density that is not negligible."""
    smooth = {prior: PchipInterpolator(*own, extrapolate=False) for prior, own in densities.items()}
    top = max(own.value[-1] for own in densities.values())
    x = np.linspace(-top, top, POINTS) if name in RHOS else np.geomspace(1e-6 * top, top, POINTS)
    # that of an sd is per unit of its logarithm
    unit = 1.0 if name in RHOS else x
    curves = {prior: np.nan_to_num(density(x)) * unit for prior, density in smooth.items()}
    for group in _same(curves):
        for i, prior in enumerate(group):
            gap = (len(group) - 1) * STRIPE
            dashes = (i * STRIPE, (STRIPE, gap)) if gap else "-"
            axes.plot(x, curves[prior], lw=1.6, color=methods.styles[prior]["color"], ls=dashes)
    highest = max(curve.max() for curve in curves.values())
    if name in RHOS:
        # the priors of another origin of time may be far higher near -1 than others anywhere
        functions = (lambda density: np.sqrt(np.clip(density, 0.0, None)), np.square)
        axes.set_yscale("function", functions=functions)
        axes.set_xlim(-1.02, 1.02)
    else:
        seen = np.any([curve > NEGLIGIBLE * curve.max() for curve in curves.values()], axis=0)
        axes.set(xscale="log", xlim=x[seen][[0, -1]])
    axes.set_ylim(0.0, 1.05 * highest)


def _same(curves: dict[str, np.ndarray]) -> list[list[str]]:
    """Groups of priors whose curves cannot be told apart."""
    groups: dict[str, list[str]] = {}
    for prior, curve in curves.items():
        same = (
            first
            for first in groups
            if np.quantile(np.abs(curve - curves[first]), 0.98) < SAME * curves[first].max()
        )
        groups.setdefault(next(same, prior), []).append(prior)
    return list(groups.values())
