"""Zip plots: the interval of every replicate."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recovery.columns import HEADLINE_LEVEL
from recovery.figures import style
from recovery.files import read_table
from recovery.summaries.monte_carlo import Z95, wilson_interval
from recovery.summaries.recovery import read_rows

LOW, HIGH = "q2.5", "q97.5"
COLUMNS = ["scenario", "prior", "engine", "truth", "mean", "sd", LOW, HIGH]
SHOWN = 500  # replicates of a zip plot: more intervals cannot be distinguished in print


def read_intervals(path: str) -> pd.DataFrame:
    """The intervals of rho of a scenario's first replicates."""
    chosen = [("parameter", "==", "rho"), ("replicate", "<=", SHOWN)]
    table = read_rows(read_table(path, columns=COLUMNS, filters=chosen))
    return table.dropna(subset=["mean", LOW, HIGH])


def zip_plot(estimates: pd.DataFrame, methods: style.Methods) -> Figure:
    """Every 95 % interval of rho, stacked by how far its centre is from the truth.

    The zip plot of Morris, White & Crowther (2019): intervals are ordered by |mean - truth| / sd,
    and those that miss the truth are coloured. The height is the share of intervals that are
    nearer, on the scale of the figures of coverage. One row of panels per scenario, one column per
    method.
    """
    scenarios = list(estimates.groupby("scenario", sort=False))
    if not scenarios:
        return style.empty_figure("Every 95 % interval")
    rows, columns = len(scenarios), len(methods.labels)
    figure = style.new_figure(1.3 + 2.5 * rows, max(1.0 + 1.8 * columns, 5.0))
    grid = figure.subplots(rows, columns, squeeze=False, sharex="row", sharey=True)
    for i, (row, (_, own)) in enumerate(zip(grid, scenarios)):
        for axes, prior in zip(row, methods.labels):
            missed = _zip_panel(axes, own[own["prior"] == prior], methods.styles[prior]["color"])
            first = f"{textwrap.fill(methods.labels[prior], 24)}\n" if i == 0 else ""
            axes.set_title(first + missed, size=9)
        truth = f"{style.TRUE_RHO} = {style.number(own['truth'].iloc[0])}"
        row[0].set_ylabel(f"{truth}\nshare nearer to the truth")
    figure.supxlabel(f"interval of {style.SYMBOLS['rho']} minus truth", size=9)
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
    style.coverage_scale(axes, 0.0)
    return f"{np.sum(~held)} of {n} miss"
