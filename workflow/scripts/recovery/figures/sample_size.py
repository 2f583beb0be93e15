"""Measures against the number of subjects, with the goals."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from recovery.figures.style import (
    CORRELATIONS,
    SYMBOLS,
    Style,
    parameter_label,
    prior_legend,
    use_style,
)

WORDS = {
    "width": "mean width of the 95 % interval",
    "reject": "share of 95 % intervals that exclude 0",
    "coverage": "coverage of the 95 % interval",
    "rmse": "root mean squared error",
}
IN_UNITS = ("width", "rmse", "bias", "interval_score", "crps", "empirical_se", "model_se")
"""Measures in the unit of their parameter."""
COLUMNS = 3


def sample_size_curves(
    table: pd.DataFrame, labels: dict[str, str], styles: dict[str, Style], units: tuple[str, str]
) -> Figure:
    """One panel per goal, one line per prior with its 95 % Monte Carlo band; goals are dashed."""
    use_style()
    goals = list(table.groupby(["parameter", "measure"], sort=False))
    columns = min(COLUMNS, len(goals))
    rows = -(-len(goals) // columns)
    figure, grid = plt.subplots(
        rows, columns, figsize=(max(3.4 * columns, 5.0), 1.1 + 2.9 * rows), layout="constrained",
        squeeze=False,
    )  # fmt: skip
    for axes in grid.flat[len(goals) :]:
        axes.set_visible(False)
    sizes = np.sort(table["subjects"].unique())
    for axes, ((parameter, measure), own) in zip(grid.flat, goals):
        for prior in labels:
            mine, style = own[own["prior"] == prior], styles[prior]
            axes.fill_between(
                mine["subjects"], mine["low"], mine["high"], color=style["color"], alpha=0.15, lw=0
            )
            axes.plot(mine["subjects"], mine["estimate"], ms=4, lw=1.1, **style)
        goal, larger = own["goal"].iloc[0], own["at_least"].iloc[0]
        axes.axhline(goal, color="0.4", lw=0.9, ls="--")
        axes.set_title(f"{SYMBOLS[parameter]}: goal {'at least' if larger else 'at most'} {goal:g}")
        axes.set_xscale("log")
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel("subjects (log scale)")
        axes.set_ylabel(textwrap.fill(_in_words(parameter, measure, units), 34))
        if own["estimate"].min() >= 0 and not larger:
            axes.set_ylim(bottom=0)
    figure.suptitle("How many subjects? (bands: 95 % Monte Carlo intervals; dashed: goals)")
    prior_legend(figure, labels, styles)
    return figure


def _in_words(parameter: str, measure: str, units: tuple[str, str]) -> str:
    """A measure with the unit of its parameter, if it has one."""
    words = WORDS.get(measure, measure.replace("_", " "))
    if measure in IN_UNITS and parameter not in CORRELATIONS:
        words += parameter_label(parameter, *units).removeprefix(SYMBOLS[parameter])
    return words
