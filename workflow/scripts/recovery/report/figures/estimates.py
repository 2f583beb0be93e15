"""Figures of individual estimates and their errors."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from scipy import stats

from recovery.parameters import PARAMETERS
from recovery.report.figures.results import StudyResults, study_figure
from recovery.report.figures.style import (
    SYMBOLS,
    dodge,
    label_below,
    line_styles,
    panel_grid,
    prior_legend,
    prior_styles,
    use_style,
)
from recovery.summaries.recovery import headline

SHOWN = 400  # replicates, of all scenarios, in a panel of every replicate


@study_figure
def estimates_rho(results: StudyResults) -> Figure:
    """Estimates of rho against the truth."""
    return _estimates_against_truth(results, "rho")


@study_figure
def estimates_r_u(results: StudyResults) -> Figure:
    """Estimates of the realised correlation against the truth."""
    return _estimates_against_truth(results, "r_u")


def _estimates_against_truth(results: StudyResults, parameter: str) -> Figure:
    """Posterior means and 95 % intervals against the truth, one panel per prior.

    In a large study only the first replicates of every scenario are shown, since some 400 marks per
    panel can be distinguished. The zip plots show all replicates.
    """
    use_style()
    estimates, labels = results.estimates, results.labels
    chosen = estimates.query("parameter == @parameter").dropna(subset="mean")
    first = max(SHOWN // max(chosen["scenario"].nunique(), 1), 5)
    chosen = chosen[chosen.groupby(["scenario", "prior"])["replicate"].rank() <= first]
    styles = prior_styles(list(labels))
    priors = [prior for prior in labels if prior in set(chosen["prior"])]
    columns = min(4, max(len(priors), 1))
    rows = max(-(-len(priors) // columns), 1)
    figure, grid = plt.subplots(
        rows, columns, figsize=(1 + 2.6 * columns, 0.6 + 2.8 * rows), sharex=True, sharey=True,
        layout="constrained", squeeze=False,
    )  # fmt: skip
    for axes in grid.ravel()[len(priors) :]:
        axes.set_visible(False)
    truths = np.sort(chosen["truth"].unique())
    # few true values: spread their replicates side by side, in the order of the estimates
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
            axes.tick_params(axis="x", rotation=90 if len(truths) > 5 else 0)
        else:
            axes.axline((0, 0), slope=1, color="0.3", lw=0.8, ls="--")
        axes.set_title(labels[prior])
    symbol = SYMBOLS[parameter]
    figure.supxlabel(f"true {symbol}", size=10)
    figure.supylabel(f"posterior mean and 95 % interval of {symbol}", size=10)
    return figure


@study_figure
def model_se_error(results: StudyResults) -> Figure:
    """Relative error of the model SE with Monte Carlo bars, one panel per parameter."""
    use_style()
    labels = results.labels
    chosen = headline(results.recovery, "model_se_error")
    scenarios = list(chosen["scenario"].unique())
    figure, grid = plt.subplots(
        1, len(PARAMETERS), figsize=(13, 1.6 + 0.13 * len(labels) * len(scenarios)), sharey=True,
        layout="constrained",
    )  # fmt: skip
    styles = prior_styles(list(labels))
    for axes, parameter in zip(grid, PARAMETERS):
        axes.axvline(0, color="0.5", lw=0.8)
        for i, prior in enumerate(labels):
            mine = chosen.query("prior == @prior and parameter == @parameter")
            mine = mine.dropna(subset="estimate")
            y = np.array([scenarios.index(name) for name in mine["scenario"]], dtype=float)
            y += dodge(i, len(labels), 0.8)
            colour = styles[prior]["color"]
            axes.hlines(y, 0, mine["estimate"], color=colour, lw=0.6)
            axes.hlines(y, mine["low"], mine["high"], color=colour, lw=2, alpha=0.35)
            axes.plot(mine["estimate"], y, ls="", ms=3.5, **styles[prior])
        axes.set_title(SYMBOLS[parameter])
    grid[0].set_yticks(range(len(scenarios)), scenarios)
    grid[0].set_ylim(len(scenarios) - 0.5, -0.5)
    middle = grid[len(grid) // 2]
    middle.set_xlabel("relative error of the model SE, % (bars: 95 % Monte Carlo intervals)")
    prior_legend(figure, labels, prior_styles(list(labels)))
    return figure


@study_figure
def accuracy(results: StudyResults) -> Figure:
    """Quantiles of the sampler's standardised errors minus the normal's, by parameter.

    The band holds each quantile of independent standard normals with probability 95 %. Their order
    statistics are the normal quantiles of beta variables.
    """
    use_style()
    labels = results.labels
    errors = results.compared.rename(columns={"z_mean": "z"}).dropna(subset="z")
    styles = line_styles(list(labels))
    parameters = PARAMETERS
    title = "(mean - exact mean) / Monte Carlo standard error: are they standard normal?"
    ylabel = "quantile minus the normal's (grey: 95 % of each)"
    figure, panels = panel_grid(parameters, title, ylabel, columns=4)
    for parameter, axes in panels.items():
        for prior in labels:
            chosen = (errors["prior"] == prior) & (errors["parameter"] == parameter)
            z = np.sort(errors.loc[chosen, "z"])
            if not len(z):
                continue
            rank = np.arange(1, len(z) + 1)
            normal = stats.norm.ppf((rank - 0.5) / len(z))
            if not axes.collections:  # priors differ in n only where fits failed
                edges = (stats.beta.ppf(p, rank, rank[::-1]) for p in (0.025, 0.975))
                low, high = (stats.norm.ppf(edge) - normal for edge in edges)
                axes.fill_between(normal, low, high, color="0.88", lw=0)
            axes.plot(normal, z - normal, lw=1.1, rasterized=True, **styles[prior])
        axes.axhline(0, color="0.5", lw=0.8, ls="--")
        axes.set_title(SYMBOLS[parameter])
    label_below(panels, "standard normal quantile")
    prior_legend(figure, labels, styles)
    return figure
