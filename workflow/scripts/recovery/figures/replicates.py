"""Figures of every replicate: agreement of priors, measures as replicates come in, zip plots."""

import textwrap
from collections.abc import Callable
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recovery.columns import HEADLINE_LEVEL
from recovery.figures.layout import main_design
from recovery.figures.results import StudyResults, study_figure
from recovery.figures.style import (
    SYMBOLS,
    WIDTH,
    Style,
    coverage_scale,
    line,
    number,
    prior_legend,
    use_style,
)
from recovery.files import read_table
from recovery.summaries.monte_carlo import Z95, wilson_interval
from recovery.summaries.recovery import READ

COVARIANCE = ("rho", "r_u", "sigma_u0", "sigma_u1")
COMPARED = 3  # priors: their pairs are a column of panels each
RUN_IN = 0.05  # share of the replicates, the first, whose bands would set the scale
CELLS = 4  # that settle slowest, of each measure
POINTS = 400  # of a line
LOW, HIGH = "q2.5", "q97.5"
COLUMNS = ["scenario", "prior", "engine", "truth", "mean", "sd", LOW, HIGH]
MOST_INTERVALS = 500  # replicates of a zip plot: more intervals cannot be distinguished in print


@study_figure
def agreement(results: StudyResults) -> Figure:
    """Posterior means of pairs of priors on the same data sets (Bland & Altman 1986)."""
    use_style()
    labels = {p: name for p, name in results.labels.items() if p != "reml"}
    pairs = list(combinations(list(labels)[:COMPARED], 2))
    design = main_design(results.designs)
    rho = results.designs.query("design == @design").set_index("scenario")["rho"]
    estimates = results.estimates(rho.index, COVARIANCE)
    figure, grid = plt.subplots(
        len(COVARIANCE), len(pairs), figsize=(2.6 * max(len(pairs), 1.5) + 0.5, 8.4),
        layout="constrained", squeeze=False, sharey="row", sharex="row",
    )  # fmt: skip
    colours = plt.cm.ScalarMappable(plt.Normalize(-1, 1), "managua")
    for row, parameter in zip(grid, COVARIANCE):
        means = estimates[estimates["parameter"] == parameter].pivot(
            index=["scenario", "replicate"], columns="prior", values="mean"
        )
        for axes, pair in zip(row, pairs):
            _bland_altman(axes, means, pair, rho, colours)
        row[0].set_ylabel(f"difference of\n{results.label(parameter)}")
        row[len(row) // 2].set_xlabel(f"mean of the two posterior means of {SYMBOLS[parameter]}")
    for axes, (a, b) in zip(grid[0], pairs):
        axes.set_title(f"{labels[b]}\nminus {labels[a]}", size=9)
    figure.colorbar(colours, ax=grid, label=f"true {SYMBOLS['rho']}", shrink=0.5, aspect=40)
    figure.suptitle(f"Agreement of priors, {design}\n(lines: mean difference and 1.96 sd about it)")
    return figure


def _bland_altman(
    axes: Axes,
    means: pd.DataFrame,
    pair: tuple[str, str],
    rho: pd.Series,
    colours: plt.cm.ScalarMappable,
) -> None:
    """Difference against mean of two priors' posterior means, coloured by the true rho."""
    both = means.reindex(columns=list(pair)).dropna()
    if both.empty:
        axes.text(
            0.5, 0.5, "one has no $\\rho$", ha="center", transform=axes.transAxes, color="0.4"
        )
        return
    # in the order of the replicates, so that no scenario hides the others
    both = both.sort_index(level="replicate", sort_remaining=False)
    difference, middle = both[pair[1]] - both[pair[0]], both.mean(axis=1)
    truth = both.index.get_level_values("scenario").map(rho).to_numpy(float)
    axes.scatter(middle, difference, s=2, lw=0, c=colours.to_rgba(truth), rasterized=True)
    axes.axhline(0, color="0.6", lw=0.8, ls="--")
    centre, spread = difference.mean(), difference.std()
    for offset, style in ((0.0, "-"), (-Z95 * spread, ":"), (Z95 * spread, ":")):
        axes.axhline(centre + offset, color="0.15", lw=1.1, ls=style)


@study_figure
def running(results: StudyResults) -> Figure:
    """Coverage and bias of rho as replicates come in, where they settle slowest."""
    use_style()
    figure, grid = plt.subplots(
        2, CELLS, figsize=(WIDTH, 5.0), layout="constrained", sharey="row", squeeze=False
    )
    rows = (
        ("coverage", _running_coverage, HEADLINE_LEVEL),
        ("bias", _running_bias, 0.0),
    )
    drawn: dict[str, str] = {}
    for row, (measure, running_measure, reference) in zip(grid, rows):
        cells = _slowest(results.measured(measure))
        for axes, cell in zip(row, cells.itertuples()):
            estimates = results.estimates([cell.scenario], ["rho"], first=10**9)
            own = estimates[estimates["prior"] == cell.prior].sort_values("replicate")
            _running_panel(axes, own, running_measure, results.styles[cell.prior])
            axes.set_title(f"{cell.design}\n{SYMBOLS['rho']} = {number(cell.rho)}", size=8)
            axes.axhline(reference, color="0.4", lw=0.8, ls="--")
            axes.set_xlabel("replicates")
            drawn[cell.prior] = results.labels[cell.prior]
        for axes in row[len(cells) :]:
            axes.set_visible(False)
        row[0].set_ylabel(f"{measure} of {SYMBOLS['rho']}")
    figure.suptitle(
        "Where results settle slowest: the largest Monte Carlo errors\n"
        "(bands: 95 % Monte Carlo intervals; dashed: nominal coverage, no bias)"
    )
    order = {p: name for p, name in results.labels.items() if p in drawn}
    prior_legend(figure, order, {p: line(results.styles[p]) for p in order})
    return figure


def _slowest(table: pd.DataFrame) -> pd.DataFrame:
    """Of rho, the cells with the largest Monte Carlo errors, at most one per scenario."""
    own = table[(table["parameter"] == "rho") & (table["engine"] == "exact")]
    own = own.dropna(subset="mcse").sort_values("mcse", ascending=False, kind="stable")
    return own.drop_duplicates("scenario").head(CELLS)


def _running_panel(axes: Axes, own: pd.DataFrame, measure: Callable, style: dict) -> None:
    n = np.arange(1, len(own) + 1)
    middle, low, high = (np.asarray(values) for values in measure(own))
    first = int(RUN_IN * len(n))
    chosen = np.unique(np.linspace(first, len(n) - 1, POINTS).astype(int))
    axes.fill_between(n[chosen], low[chosen], high[chosen], color=style["color"], alpha=0.15, lw=0)
    axes.plot(n[chosen], middle[chosen], lw=1.1, **line(style))


def _running_coverage(table: pd.DataFrame):
    n = np.arange(1, len(table) + 1)
    held = table["truth"].between(table[LOW], table[HIGH])
    share = np.cumsum(held.to_numpy()) / n
    return share, *wilson_interval(share, n)


def _running_bias(table: pd.DataFrame):
    error = (table["mean"] - table["truth"]).expanding(min_periods=2)
    mean, half = error.mean(), Z95 * error.sem()
    return mean, mean - half, mean + half


def read_intervals(path: str) -> pd.DataFrame:
    """The intervals of rho of a scenario's first replicates."""
    chosen = [
        ("parameter", "==", "rho"),
        ("engine", "in", READ),
        ("replicate", "<=", MOST_INTERVALS),
    ]
    return read_table(path, columns=COLUMNS, filters=chosen).dropna(subset=["mean", LOW, HIGH])


def zip_plot(estimates: pd.DataFrame, labels: dict[str, str], styles: dict[str, Style]) -> Figure:
    """Every 95 % interval of rho, stacked by how far its centre is from the truth.

    The zip plot of Morris, White & Crowther (2019): intervals are ordered by |mean - truth| / sd,
    and those that miss the truth are coloured. The height is the share of intervals that are
    nearer, on the scale of the figures of coverage. One row of panels per scenario, one column per
    method.
    """
    use_style()
    if estimates.empty:
        figure = plt.figure(figsize=(5.0, 2.0))
        figure.suptitle("Every 95 % interval: no fit gave one", size=9)
        return figure
    scenarios = list(estimates.groupby("scenario", sort=False))
    figure, grid = plt.subplots(
        len(scenarios), len(labels), layout="constrained", squeeze=False, sharey=True, sharex="row",
        figsize=(max(1.0 + 1.8 * len(labels), 5.0), 1.3 + 2.5 * len(scenarios)),
    )  # fmt: skip
    for i, (row, (_, own)) in enumerate(zip(grid, scenarios)):
        for axes, prior in zip(row, labels):
            missed = _zip_panel(axes, own[own["prior"] == prior], styles[prior]["color"])
            first = f"{textwrap.fill(labels[prior], 24)}\n" if i == 0 else ""
            axes.set_title(first + missed, size=9)
        truth = number(own["truth"].iloc[0])
        row[0].set_ylabel(f"true {SYMBOLS['rho']} = {truth}\nshare nearer to the truth")
    for axes in grid[-1]:
        axes.set_xlabel(f"interval of {SYMBOLS['rho']} minus truth")
    figure.suptitle(
        "Every 95 % interval, the furthest from the truth on top\n"
        "coloured: misses the truth; dashed: 0.95\n"
        "dotted: 95 % Monte Carlo interval of the coverage",
        size=9,
    )
    return figure


def _zip_panel(axes: Axes, table: pd.DataFrame, colour: str) -> str:
    """Draw the intervals of one scenario and method; how many miss, in words."""
    n = len(table)
    low, high = table[LOW] - table["truth"], table[HIGH] - table["truth"]
    # REML has no standard error of rho; its interval stands for one
    sd = table["sd"].fillna((high - low) / (2.0 * Z95))
    nearer = ((table["mean"] - table["truth"]).abs() / sd).rank(method="first") / max(n, 1)
    held = (low <= 0) & (high >= 0)
    axes.hlines(nearer[held], low[held], high[held], color="0.82", lw=0.5, rasterized=True)
    axes.hlines(nearer[~held], low[~held], high[~held], color=colour, lw=0.9, rasterized=True)
    axes.axvline(0, color="0.2", lw=0.8)
    axes.axhline(HEADLINE_LEVEL, color="0.2", lw=0.8, ls="--")
    for edge in wilson_interval(held.mean(), n) if n else ():
        axes.axhline(edge, color="0.2", lw=0.9, ls=":")
    coverage_scale(axes, 0.0)
    return f"{np.sum(~held)} of {n} miss"
