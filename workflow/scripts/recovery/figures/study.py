"""Figures of the simulation study: measures against the true correlation, and the estimates."""

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import stats

from ..estimates import PARAMETERS
from ..tables import HEADLINE_LEVEL, standardised_errors
from .style import SYMBOLS, dodge, prior_legend, prior_styles, use_style

FACTORS = ("subjects", "days", "beta0", "beta1", "sigma_u0", "sigma_u1", "sigma")


def coverage(recovery: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Coverage of the 95 % intervals against the true rho; bars are 95 % Wilson intervals."""
    chosen = recovery.query("measure == 'coverage' and level == @HEADLINE_LEVEL")
    title = "Coverage of 95 % intervals (bars: 95 % Monte Carlo intervals; line: nominal)"
    return _against_rho(chosen, labels, title, "coverage", HEADLINE_LEVEL)


def bias(recovery: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Bias of the posterior mean against the true rho, with Monte Carlo bars."""
    chosen = recovery.query("measure == 'bias'")
    title = "Bias of the posterior mean (bars: 95 % Monte Carlo intervals)"
    return _against_rho(chosen, labels, title, "bias", 0.0)


def width(recovery: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Mean width of the 95 % intervals against the true rho, with Monte Carlo bars."""
    chosen = recovery.query("measure == 'width' and level == @HEADLINE_LEVEL")
    title = "Mean width of 95 % intervals (bars: 95 % Monte Carlo intervals)"
    return _against_rho(chosen, labels, title, "width", None)


def estimate_against_truth(
    estimates: pd.DataFrame, labels: dict[str, str], parameter: str
) -> Figure:
    """Posterior mean and 95 % interval of every replicate against the truth, a panel a prior."""
    use_style()
    chosen = estimates.query("parameter == @parameter").dropna(subset="mean")
    styles = prior_styles(list(labels))
    priors = [prior for prior in labels if prior in set(chosen["prior"])]
    columns = min(4, len(priors))
    rows = -(-len(priors) // columns)
    figure, grid = plt.subplots(
        rows, columns, figsize=(1 + 2.6 * columns, 0.6 + 2.8 * rows), sharex=True, sharey=True,
        layout="constrained", squeeze=False,
    )  # fmt: skip
    for axes in grid.ravel()[len(priors) :]:
        axes.set_visible(False)
    truths = np.sort(chosen["truth"].unique())
    # a few true values: spread their replicates side by side, in the order of the estimates
    gap = 0.0
    if len(truths) <= 20:
        gap = np.diff(truths).min() if len(truths) > 1 else 0.4
    for axes, prior in zip(grid.ravel(), priors):
        mine = chosen[chosen["prior"] == prior]
        place = mine.groupby("truth")["mean"].rank(pct=True) - 0.5
        x = mine["truth"] + 0.7 * gap * place
        axes.vlines(x, mine["q2.5"], mine["q97.5"], color="0.75", lw=0.5, rasterized=True)
        axes.plot(x, mine["mean"], ls="", ms=2.5, rasterized=True, **styles[prior])
        if gap:
            axes.hlines(truths, truths - 0.4 * gap, truths + 0.4 * gap, color="0.3", lw=1.2)
            axes.set_xticks(truths)
        else:
            axes.axline((0, 0), slope=1, color="0.3", lw=0.8, ls="--")
        axes.set_title(labels[prior])
    symbol = SYMBOLS[parameter]
    figure.supxlabel(f"true {symbol}", size=10)
    figure.supylabel(f"posterior mean and 95 % interval of {symbol}", size=10)
    return figure


def accuracy(estimates: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Quantiles of the sampler's standardised errors against the normal's, by parameter."""
    use_style()
    errors = standardised_errors(estimates).dropna(subset="z")
    styles = prior_styles(list(labels))
    parameters = [name for name in PARAMETERS if name != "r_u"]
    figure, grid = plt.subplots(
        2, 3, figsize=(9, 6.2), sharex=True, sharey=True, layout="constrained"
    )
    for axes, parameter in zip(grid.ravel(), parameters):
        for prior in labels:
            chosen = (errors["prior"] == prior) & (errors["parameter"] == parameter)
            z = np.sort(errors.loc[chosen, "z"])
            normal = stats.norm.ppf((np.arange(len(z)) + 0.5) / max(len(z), 1))
            axes.plot(normal, z, ls="", ms=3, rasterized=True, **styles[prior])
        axes.axline((0, 0), slope=1, color="0.5", lw=0.8, ls="--")
        axes.set_title(SYMBOLS[parameter])
    for axes in grid[-1]:
        axes.set_xlabel("standard normal quantile")
    figure.supylabel("(mean - exact mean) / Monte Carlo standard error", size=10)
    figure.suptitle("Sampled against exact posterior means")
    prior_legend(figure, labels, loc="outside lower center", ncols=min(4, len(labels)))
    return figure


STUDY_FIGURES: dict[str, Callable[[pd.DataFrame, pd.DataFrame, dict[str, str]], Figure]] = {
    "coverage": lambda recovery, estimates, labels: coverage(recovery, labels),
    "bias": lambda recovery, estimates, labels: bias(recovery, labels),
    "width": lambda recovery, estimates, labels: width(recovery, labels),
    "estimates_rho": lambda recovery, estimates, labels: estimate_against_truth(
        estimates, labels, "rho"
    ),
    "estimates_r_u": lambda recovery, estimates, labels: estimate_against_truth(
        estimates, labels, "r_u"
    ),
    "accuracy": lambda recovery, estimates, labels: accuracy(estimates, labels),
}
"""Figures of the study, by file name."""


def _against_rho(
    table: pd.DataFrame, labels: dict[str, str], title: str, ylabel: str, reference: float | None
) -> Figure:
    """Small multiples: parameters by column, designs that differ in more than rho by row."""
    use_style()
    table = table.assign(design=_design_names(table))
    designs = list(table["design"].unique())
    figure, grid = plt.subplots(
        2 * len(designs), 4, figsize=(10, 4.6 * len(designs) + 0.8), layout="constrained",
        squeeze=False, sharex=True,
    )  # fmt: skip
    for row, design in enumerate(designs):
        panels = grid[2 * row : 2 * row + 2].ravel()
        for axes, parameter in zip(panels, PARAMETERS):
            chosen = table.query("design == @design and parameter == @parameter")
            _measure_panel(axes, chosen, labels, reference)
            axes.set_title(SYMBOLS[parameter])
        panels[-1].axis("off")
        panels[-1].text(0.02, 0.9, design, va="top", transform=panels[-1].transAxes)
        for axes in panels[3:7]:
            axes.tick_params(labelbottom=True)
            axes.set_xlabel(r"true $\rho$")
        for axes in panels[::4]:
            axes.set_ylabel(ylabel)
    figure.suptitle(title)
    prior_legend(figure, labels, loc="outside lower center", ncols=min(4, len(labels)))
    return figure


def _measure_panel(axes, table: pd.DataFrame, labels, reference: float | None) -> None:
    styles = prior_styles(list(labels))
    rhos = np.sort(table["rho"].unique())
    gap = np.diff(rhos).min() if len(rhos) > 1 else 0.2
    if reference is not None:
        axes.axhline(reference, color="0.5", lw=0.8, ls="--")
    for i, prior in enumerate(labels):
        mine = table[table["prior"] == prior].dropna(subset="estimate").sort_values("rho")
        x = mine["rho"] + dodge(i, len(labels), 0.5 * gap)
        axes.vlines(x, mine["low"], mine["high"], color=styles[prior]["color"], lw=1)
        axes.plot(x, mine["estimate"], ms=4, lw=0.8, **styles[prior])
    axes.set_xticks(rhos)


def _design_names(table: pd.DataFrame) -> pd.Series:
    """What distinguishes a design besides rho, in words; its size where nothing does."""
    varying = [name for name in FACTORS if table[name].nunique() > 1] or ["subjects", "days"]
    names = table[varying].apply(
        lambda row: "\n".join(f"{value:g} {name}" if name in ("subjects", "days")
                              else f"{SYMBOLS[name]} = {value:g}" for name, value in row.items()),
        axis=1,
    )  # fmt: skip
    return names
