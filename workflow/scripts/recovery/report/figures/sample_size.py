"""Measures against the number of subjects, with the goals."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from recovery.report.figures.merged import merge_equal
from recovery.report.figures.style import (
    SYMBOLS,
    line_styles,
    prior_legend,
    prior_styles,
    use_style,
)

WORDS = {
    "width": "mean width of the 95 % interval",
    "reject": "share of 95 % intervals that exclude 0",
    "coverage": "coverage of the 95 % interval",
    "rmse": "root mean squared error",
}


def sample_size_curves(table: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """One panel per goal, one line per prior with its 95 % Monte Carlo band; goals are dashed."""
    use_style()
    table, shown = merge_equal(table, labels)
    goals = list(table.groupby(["parameter", "measure"], sort=False))
    figure, grid = plt.subplots(
        1,
        len(goals),
        figsize=(max(3.6 * len(goals), 4.5), 3.9),
        layout="constrained",
        squeeze=False,
    )
    styles, lines = prior_styles(list(labels)), line_styles(list(labels))
    sizes = np.sort(table["subjects"].unique())
    for axes, ((parameter, measure), own) in zip(grid[0], goals):
        for prior in shown:
            mine = own[own["prior"] == prior]
            color = styles[prior]["color"]
            axes.fill_between(
                mine["subjects"], mine["low"], mine["high"], color=color, alpha=0.15, lw=0
            )
            axes.plot(
                mine["subjects"], mine["estimate"], ms=4, lw=1.1,
                marker=styles[prior]["marker"], **lines[prior],
            )  # fmt: skip
        goal, larger = own["goal"].iloc[0], own["at_least"].iloc[0]
        axes.axhline(goal, color="0.4", lw=0.9, ls="--")
        axes.set_title(f"{SYMBOLS[parameter]}: goal {'at least' if larger else 'at most'} {goal:g}")
        axes.set_xscale("log")
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel("subjects")
        axes.set_ylabel(WORDS.get(measure, measure.replace("_", " ")))
        if own["estimate"].min() >= 0 and not larger:
            axes.set_ylim(bottom=0)
    figure.suptitle("How many subjects? (bands: 95 % Monte Carlo intervals; dashed: goals)")
    prior_legend(figure, shown, {p: {**styles[p], **lines[p]} for p in shown})
    return figure
