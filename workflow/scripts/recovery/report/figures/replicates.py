"""Figures that show every replicate: zip plots, agreement of priors, running measures."""

from collections.abc import Callable
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from recovery.columns import HEADLINE_LEVEL
from recovery.report.figures.results import StudyResults, study_figure
from recovery.report.figures.style import (
    SYMBOLS,
    line_styles,
    panel_grid,
    prior_legend,
    prior_styles,
    use_style,
)
from recovery.summaries.monte_carlo import Z95, wilson_interval

COVARIANCE = ("sigma_u0", "sigma_u1", "rho", "r_u")
RUN_IN = 9  # first replicates, left out since their bands would set the scale
LOW, HIGH = "q2.5", "q97.5"
ZIP_COLUMNS = ("prior", "parameter", "truth", "mean", "sd", LOW, HIGH)


def zip_plot(estimates: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Every 95 % interval of one scenario, stacked by how far its centre is from the truth.

    The zip plot of Morris, White & Crowther (2019): intervals are ordered by the centile of
    |mean - truth| / sd, and those that miss the truth are coloured. Dotted lines are the 95 %
    Monte Carlo interval of the coverage.
    """
    use_style()
    figure, grid = plt.subplots(
        len(COVARIANCE), len(labels), figsize=(1 + 2.2 * len(labels), 8.5), layout="constrained",
        squeeze=False, sharey=True, sharex="row",
    )  # fmt: skip
    styles = prior_styles(list(labels))
    for row, parameter in zip(grid, COVARIANCE):
        for axes, prior in zip(row, labels):
            chosen = (estimates["prior"] == prior) & (estimates["parameter"] == parameter)
            _zip_panel(axes, estimates[chosen].dropna(subset="mean"), styles[prior]["color"])
        row[0].set_ylabel(f"{SYMBOLS[parameter]}\ncentile of |z|")
    for axes, label in zip(grid[0], labels.values()):
        axes.set_title(label)
    figure.supxlabel("95 % interval minus truth (coloured: misses the truth)", size=10)
    return figure


def _zip_panel(axes, table: pd.DataFrame, colour: str) -> None:
    if table.empty:
        # axes are shared: hide the ticks without removing them
        axes.tick_params(length=0, labelbottom=False, labelleft=False)
        axes.spines[:].set_visible(False)
        axes.text(0.5, 0.5, "no such parameter", ha="center", transform=axes.transAxes)
        return
    n = len(table)
    z = (table["mean"] - table["truth"]).abs() / table["sd"]
    centile = 100.0 * z.rank(method="first") / n
    low, high = table[LOW] - table["truth"], table[HIGH] - table["truth"]
    held = (low <= 0) & (high >= 0)
    axes.hlines(centile[held], low[held], high[held], color="0.82", lw=0.6, rasterized=True)
    axes.hlines(centile[~held], low[~held], high[~held], color=colour, lw=0.9, rasterized=True)
    axes.axvline(0, color="0.2", lw=0.8)
    for edge in wilson_interval(held.mean(), n):
        axes.axhline(100.0 * edge, color="0.2", lw=0.8, ls=":")
    axes.set(ylim=(0, 101), yticks=(0, 50, 95))


@study_figure
def agreement(results: StudyResults) -> Figure:
    """Posterior means of each pair of priors on the same data sets (Bland & Altman 1986)."""
    use_style()
    estimates, labels = results.estimates, _distinct(results.estimates, results.labels)
    with_rho = estimates.query("parameter == 'rho'").dropna(subset="mean")["prior"].unique()
    # pairs without rho last, so that every row begins with a panel
    pairs = sorted(combinations(labels, 2), key=lambda pair: not set(pair) <= set(with_rho))
    figure, grid = plt.subplots(
        len(COVARIANCE), max(len(pairs), 1), figsize=(max(6, 1 + 2 * len(pairs)), 8),
        layout="constrained",
        squeeze=False, sharex="row", sharey="row",
    )  # fmt: skip
    for row, parameter in zip(grid, COVARIANCE):
        means = estimates[estimates["parameter"] == parameter].pivot(
            index=["scenario", "replicate"], columns="prior", values="mean"
        )
        for axes, (a, b) in zip(row, pairs):
            both = means[[a, b]].dropna()
            if both.empty:
                axes.axis("off")
                continue
            difference, middle = both[b] - both[a], both.mean(axis=1)
            axes.plot(middle, difference, ls="", marker=".", ms=2, mew=0, color="0.2",
                      alpha=min(0.5, 1000 / len(both)), rasterized=True)  # fmt: skip
            centre, spread = difference.mean(), difference.std()
            axes.axhline(0, color="0.6", lw=0.8, ls="--")
            for offset, style in ((0.0, "-"), (-Z95 * spread, ":"), (Z95 * spread, ":")):
                axes.axhline(centre + offset, color="#D55E00", lw=1.1, ls=style)
        row[0].set_ylabel(f"{SYMBOLS[parameter]}: difference")
    for axes, (a, b) in zip(grid[0], pairs):
        axes.set_title(f"{labels[b]}\n- {labels[a]}", size=8)
    figure.supxlabel("mean of the two posterior means", size=10)
    figure.suptitle("Agreement of priors (orange: mean difference and 1.96 sd about it)")
    return figure


def _distinct(estimates: pd.DataFrame, labels: dict[str, str]) -> dict[str, str]:
    """The labels without priors whose exact posteriors are those of an earlier prior."""
    found: dict[str, np.ndarray] = {}
    for prior in labels:
        own = estimates[(estimates["prior"] == prior) & (estimates["parameter"] == "sigma_u0")]
        means = own.sort_values(["scenario", "replicate"])["mean"].to_numpy()
        if not any(np.array_equal(means, other, equal_nan=True) for other in found.values()):
            found[prior] = means
    return {prior: labels[prior] for prior in found}


@study_figure
def running_coverage(results: StudyResults) -> Figure:
    """Coverage of rho's 95 % interval as replicates come in, with 95 % Monte Carlo bands."""

    def running(table: pd.DataFrame):
        n = np.arange(1, len(table) + 1)
        held = table["truth"].between(table[LOW], table[HIGH])
        share = np.cumsum(held.to_numpy()) / n
        return share, *wilson_interval(share, n)

    title = r"Coverage of 95 % intervals for $\rho$ as replicates come in (bands: Monte Carlo)"
    return _running(results, running, title, "coverage", HEADLINE_LEVEL)


@study_figure
def running_bias(results: StudyResults) -> Figure:
    """Bias of rho's posterior mean as replicates come in, with 95 % Monte Carlo bands."""

    def running(table: pd.DataFrame):
        error = (table["mean"] - table["truth"]).expanding(min_periods=2)
        mean, half = error.mean(), Z95 * error.sem()
        return mean, mean - half, mean + half

    title = r"Bias of the posterior mean of $\rho$ as replicates come in (bands: Monte Carlo)"
    return _running(results, running, title, "bias", 0.0)


def _running(
    results: StudyResults, running: Callable, title: str, ylabel: str, reference: float
) -> Figure:
    use_style()
    estimates, labels = results.estimates, results.labels
    chosen = estimates.query("parameter == 'rho'").dropna(subset="mean")
    styles = line_styles(list(labels))
    drawn = {prior: label for prior, label in labels.items() if prior in set(chosen["prior"])}
    figure, panels = panel_grid(list(chosen["scenario"].unique()), title, ylabel)
    for scenario, axes in panels.items():
        for prior in drawn:
            own = chosen[(chosen["scenario"] == scenario) & (chosen["prior"] == prior)]
            if own.empty:
                continue
            middle, low, high = running(own.sort_values("replicate"))
            n = np.arange(1, len(own) + 1)
            if len(n) > RUN_IN:
                n, middle, low, high = (x[RUN_IN:] for x in (n, middle, low, high))
            axes.fill_between(n, low, high, color=styles[prior]["color"], alpha=0.12, lw=0)
            axes.plot(n, middle, lw=1.1, **styles[prior])
        axes.axhline(reference, color="0.4", lw=0.8, ls="--")
        axes.set_xlabel("replicates")
        axes.tick_params(labelbottom=True)
    prior_legend(figure, drawn, styles)
    return figure
