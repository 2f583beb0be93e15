"""Grids of panels and their axes."""

from collections.abc import Sequence
from typing import Literal

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from recovery.report.figures.style import WIDTH

LABELLED = 0.1  # of an axis' length: labels of ticks are at least so far apart
COVERAGES = (0.0, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 1.0)


def panel_grid(
    names: Sequence[str], title: str, ylabel: str, columns: int = 4, height: float = 1.9
) -> tuple[Figure, dict[str, Axes]]:
    """A figure with one panel per name, in at most `columns` columns with shared axes."""
    columns = min(columns, max(len(names), 1))
    rows = max(-(-len(names) // columns), 1)
    figure, grid = plt.subplots(
        rows, columns, figsize=(min(WIDTH, 2.4 + 2.2 * columns), 1.2 + height * rows),
        layout="constrained", squeeze=False, sharex=True, sharey=True,
    )  # fmt: skip
    panels = dict(zip(names, grid.ravel()))
    for name, axes in panels.items():
        axes.set_title(name, size=9)
    for axes in grid.ravel()[len(names) :]:
        axes.set_visible(False)
    figure.suptitle(title)
    figure.supylabel(ylabel, size=9)
    return figure, panels


def label_below(panels: dict[str, Axes], label: str) -> None:
    """Label the lowest panels' x axes; a label of the whole figure would overlap the legend."""
    lowest = {axes.get_subplotspec().colspan.start: axes for axes in panels.values()}
    for axes in lowest.values():  # the last panel of every column
        axes.set_xlabel(label)
        axes.tick_params(labelbottom=True)


def truth_ticks(axes: Axes, truths: Sequence[float], apart: float = LABELLED) -> None:
    """Ticks at the true values; those nearest to 0 are labelled first, where there is room."""
    low, high = axes.get_xlim()
    labelled: list[float] = []
    for truth in sorted(truths, key=lambda value: (abs(value), value)):
        if all(abs(truth - other) >= apart * (high - low) for other in labelled):
            labelled.append(truth)
    axes.set_xticks(sorted(labelled), [number(truth) for truth in sorted(labelled)])
    axes.set_xticks(list(truths), minor=True)
    axes.tick_params(axis="x", which="minor", length=2.5, width=0.6)


def coverage_scale(axes: Axes, low: float, along: Literal["x", "y"] = "y") -> None:
    """An axis from `low` to 1 on the square-root scale of the share of misses.

    It spreads the values near 0.95 and 1 and still has room for those near 0.
    """
    functions = (
        lambda coverage: 1.0 - np.sqrt(np.clip(1.0 - coverage, 0.0, None)),
        lambda scaled: 1.0 - np.square(1.0 - np.asarray(scaled)),
    )
    ticks = [value for value in COVERAGES if value >= low]
    if along == "y":
        axes.set_yscale("function", functions=functions)
        axes.set_yticks(ticks, [number(value) for value in ticks])
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_ylim(low, 1.0)
    else:
        axes.set_xscale("function", functions=functions)
        axes.set_xticks(ticks, [number(value) for value in ticks], size=7)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlim(low, 1.0)


def number(value: float) -> str:
    """A number with a true minus sign, as Matplotlib prints them."""
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")
