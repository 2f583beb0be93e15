"""Figures of the real data and of one prior's posterior for it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import arviz as az
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn.objects as so
import xarray as xr
from matplotlib.figure import Figure

from recovery.data.longdata import LongData
from recovery.figures import style
from recovery.figures.forest import summary

SCALARS = ("beta0", "beta1", "sigma", "sigma_u0", "sigma_u1", "rho")
CHAINS = "arviz-variat"  # ArviZ's style: none of its colours is a prior's
MOST_DOTS = 100  # of a chain and subject, in the figure of effects


def data_panels(data: LongData, methods: style.Methods) -> Figure:
    """The raw data, one panel per subject with its own least-squares line."""
    red = so.Line(color="#D62728", linewidth=1.2)
    plot = so.Plot(_frame(data), x="time", y="response").add(red, so.PolyFit(order=1))
    figure = _subject_panels(plot.add(so.Dot(color="0.2", pointsize=3)), data, methods)
    figure.suptitle("Data (dots) and each subject's own least-squares line (red)")
    return figure


def fitted_lines(tree: xr.DataTree, data: LongData, methods: style.Methods, prior: str) -> Figure:
    """The data with every subject's posterior mean line and its 50 and 95 % intervals."""
    colour = methods.styles[prior]["color"]
    draws, observed = tree["posterior"].to_dataset(), _frame(data)
    lines = summary(draws["mu"]).drop(columns="observation").join(observed)
    lines["population"] = data.fixed @ _fixed_effects(draws, data)
    plot = (
        so.Plot(lines, x="time")
        .add(so.Band(color=colour, alpha=0.2, edgewidth=0), ymin="q2.5", ymax="q97.5")
        .add(so.Band(color=colour, alpha=0.35, edgewidth=0), ymin="q25", ymax="q75")
        .add(so.Line(color="0.4", linewidth=1, linestyle="--"), y="population")
        .add(so.Line(color=colour, linewidth=1.2), y="mean")
        .add(so.Dot(color="0.2", pointsize=2.5), y="response")
    )
    figure = _subject_panels(plot, data, methods)
    figure.suptitle(
        f"{methods.labels[prior]}: fitted lines with 50 % (dark) and 95 % (light) intervals\n"
        "(dots: data; dashed: the population's line)"
    )
    return figure


def traces(tree: xr.DataTree, data: LongData, methods: style.Methods, prior: str) -> Figure:
    """Density and trace of every chain, for each scalar parameter."""
    return _chains(
        az.plot_trace_dist,
        tree,
        f"{methods.labels[prior]}: density (left) and draws (right) of every chain",
        height=8.4,
        visuals={"trace": {"rasterized": True, "width": 0.3}, "dist": {"width": 1.2}},
        aes={"color": ["chain"]},
    )


def ranks(tree: xr.DataTree, data: LongData, methods: style.Methods, prior: str) -> Figure:
    """Rank ECDF differences of the chains with their simultaneous 95 % band, by parameter.

    The band assumes independent draws, so ArviZ thins them to about the effective number.
    """
    return _chains(
        az.plot_rank,
        tree,
        f"{methods.labels[prior]}: ECDF of each chain's ranks minus uniform (grey: 95 % band)",
        height=4.6,
        method="envelope",
        envelope_prob=0.95,
        visuals={"ecdf_lines": {"width": 1.0}},
        col_wrap=3,
    )


def _chains(
    plot: Callable[..., Any], tree: xr.DataTree, title: str, height: float, **settings: Any
) -> Figure:
    """ArviZ's figure of every chain's scalar parameters."""
    style.use_style()
    scalars = (name for name, draws in tree["posterior"].items() if draws.ndim == 2)
    names = [*dict.fromkeys([*(name for name in SCALARS if name in tree["posterior"]), *scalars])]
    labeller = az.labels.MapLabeller(var_name_map=style.SYMBOLS)
    size = {"figsize": (style.WIDTH, height), "layout": "constrained"}
    with plt.style.context([CHAINS, style.SIZES]):
        drawn = plot(tree, var_names=names, labeller=labeller, figure_kwargs=size, **settings)
    figure = drawn.viz["figure"].item()
    figure.suptitle(title)
    return figure


def joint_effects(tree: xr.DataTree, data: LongData, methods: style.Methods, prior: str) -> Figure:
    """Every subject's intercept against its slope, and how far the prior shrinks them.

    The axes hold the posterior; the line to a least-squares estimate outside them leaves the frame.
    """
    colour = methods.styles[prior]["color"]
    figure = style.new_figure(5.4, width=6.2)
    axes = figure.subplots()
    draws = tree["posterior"].to_dataset()
    u0, u1 = draws["u0"].to_numpy(), draws["u1"].to_numpy()
    thin = slice(None, None, max(1, u0.shape[1] // MOST_DOTS))
    dots = {"ms": 1.5, "color": colour, "alpha": 0.3, "mew": 0, "rasterized": True}
    axes.plot(u0[:, thin].ravel(), u1[:, thin].ravel(), ".", **dots)
    means = np.stack([u0.mean((0, 1)), u1.mean((0, 1))])
    fixed = data.fixed @ _fixed_effects(draws, data)
    left = replace(data, response=data.response - fixed)  # deviations from the population
    own = np.array([_least_squares(left, code) for code in range(data.subjects)]).T
    axes.plot([own[0], means[0]], [own[1], means[1]], color="0.5", lw=0.8, zorder=2)
    axes.plot(*own, "o", ms=4, mfc="white", mec="0.3", label="own least squares")
    axes.plot(*means, "o", ms=5, color=colour, mec="white", mew=0.6, label="posterior mean")
    axes.plot([], [], ".", ms=4, color=colour, alpha=0.5, label="posterior draws")
    axes.axhline(0, color="0.8", lw=0.8, zorder=0)
    axes.axvline(0, color="0.8", lw=0.8, zorder=0)
    # the population effects may differ from the mean of the subjects, hence not symmetric
    axes.set(xlim=np.quantile(u0, [0.0005, 0.9995]), ylim=np.quantile(u1, [0.0005, 0.9995]))
    axes.set_xlabel(f"deviation in intercept, {methods.label('u0')}")
    axes.set_ylabel(f"deviation in slope, {methods.label('u1')}")
    axes.set_title(f"{methods.labels[prior]}: subjects' effects", size=11)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    return figure


PRIOR_FIGURES: dict[str, Callable[[xr.DataTree, LongData, style.Methods, str], Figure]] = {
    "trace": traces,
    "rank": ranks,
    "lines": fitted_lines,
    "effects": joint_effects,
}
"""Figures of one prior's fit of the real data, by file name."""


def _fixed_effects(draws: xr.Dataset, data: LongData) -> np.ndarray:
    """Posterior means of the fixed effects."""
    return np.array([float(draws[name].mean()) for name in ("beta0", "beta1", *data.effects)])


def _frame(data: LongData) -> pd.DataFrame:
    """The measurements, one per row."""
    subjects = np.take(data.labels, data.subject)
    return pd.DataFrame({"subject": subjects, "time": data.time, "response": data.response})


def _subject_panels(plot: so.Plot, data: LongData, methods: style.Methods) -> Figure:
    """Draw a plot of a table with a column ``subject`` in one panel per subject."""
    columns = 6 if data.subjects <= 24 else 8
    figure = style.new_figure(0.9 + 8.4 / columns * -(-data.subjects // columns))
    facets = plot.facet("subject", wrap=columns, order=list(data.labels))
    facets.label(x="", y="").on(figure).plot()
    figure.supxlabel(methods.units.time, size=9)
    figure.supylabel(methods.units.response, size=9)
    return figure


def _least_squares(data: LongData, code: int) -> tuple[float, float]:
    own = data.subject == code
    found, _, rank, _ = np.linalg.lstsq(data.random[own], data.response[own])
    return (float(found[0]), float(found[1])) if rank == data.q else (np.nan, np.nan)
