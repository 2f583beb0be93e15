"""Measures against the true correlation: one row of panels per design, one column per parameter."""

import re
import textwrap
from typing import Literal

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recovery.columns import HEADLINE_LEVEL
from recovery.figures.layout import Part, main_design
from recovery.figures.results import StudyResults, study_figure
from recovery.figures.style import (
    CORRELATIONS,
    NEUTRAL,
    SYMBOLS,
    WIDTH,
    Style,
    coverage_scale,
    dodge,
    mark,
    number,
    prior_legend,
    truth_ticks,
    use_style,
)

HEADLINE_PARAMETERS = ("rho", "r_u", "sigma_u0", "sigma_u1")
DODGE = 0.04  # of true rho: no mark is further than half of it from its rho
HEADLINE_METHODS = 6
ZOOM = 0.85  # lower end of the headline's second row
BARS = "bars: 95 % Monte Carlo intervals"
UNITLESS = ("coverage", "model_se_error")
"""Measures without a unit: all parameters of a figure share one axis."""
REFERENCES = {"coverage": HEADLINE_LEVEL, "bias": 0.0, "model_se_error": 0.0}


@study_figure
def coverage(results: StudyResults, part: Part) -> Figure:
    """Coverage of the 95 % intervals against the true rho; bars are 95 % Wilson intervals."""
    title = f"Coverage of 95 % intervals ({BARS}; dashed: nominal)"
    return _measure(results, part, "coverage", title, "coverage (square-root scale)")


@study_figure
def bias(results: StudyResults, part: Part) -> Figure:
    """Bias of the posterior mean against the true rho, with Monte Carlo bars."""
    return _measure(results, part, "bias", f"Bias of the posterior mean ({BARS})", "bias")


@study_figure
def width(results: StudyResults, part: Part) -> Figure:
    """Mean width of the 95 % intervals against the true rho, with Monte Carlo bars."""
    return _measure(results, part, "width", f"Mean width of 95 % intervals ({BARS})", "mean width")


@study_figure
def model_se_error(results: StudyResults, part: Part) -> Figure:
    """Relative error of the model SE against the true rho, with Monte Carlo bars."""
    title = f"Do posteriors know their errors? ({BARS})"
    return _measure(results, part, "model_se_error", title, "relative error of the model SE (%)")


@study_figure
def headline(results: StudyResults) -> Figure:
    """Coverage of the correlations and the sds in the main design, and the same enlarged."""
    use_style()
    design = main_design(results.designs)
    table = results.measured("coverage").query("design == @design")
    labels = _headline_methods(results.labels)
    figure, grid = plt.subplots(
        2, len(HEADLINE_PARAMETERS), figsize=(WIDTH, 4.6), sharex=True, sharey="row",
        layout="constrained",
    )  # fmt: skip
    for parameter, column in zip(HEADLINE_PARAMETERS, grid.T):
        for axes in column:
            own = table[table["parameter"] == parameter]
            _curves(axes, own, labels, results.styles, HEADLINE_LEVEL)
        column[0].set_title(SYMBOLS[parameter])
        column[1].set_xlabel(r"true $\rho$")
    for axes, low in zip(grid[:, 0], (0.0, ZOOM)):
        axes.set_ylim(low, 1.0 + 0.02 * (1.0 - low))
    grid[0, 0].set_ylabel("coverage")
    grid[1, 0].set_ylabel(f"enlarged: {ZOOM:g} to 1")
    _rho_axis(grid, table["rho"])
    some = f", {len(labels)} of {len(results.labels)} methods" * (labels != results.labels)
    figure.suptitle(f"Coverage of 95 % intervals, {design}{some}\n({BARS}; dashed: nominal)")
    prior_legend(figure, labels, results.styles)
    return figure


def _headline_methods(labels: dict[str, str]) -> dict[str, str]:
    """The first methods of the config and REML, no more than can be distinguished."""
    last = [prior for prior in NEUTRAL if prior in labels]
    priors = [prior for prior in labels if prior not in last]
    return {prior: labels[prior] for prior in [*priors[: HEADLINE_METHODS - len(last)], *last]}


def _measure(results: StudyResults, part: Part, measure: str, title: str, label: str) -> Figure:
    """The panels of one part of a measure's figure."""
    use_style()
    table = results.measured(measure)
    table = table[table["parameter"].isin(part.parameters)]
    own = table[table["design"].isin(part.designs)]
    curves = own.groupby("design")["rho"].nunique().max() > 1
    draw = _curve_grid if curves else _dot_panels
    figure, grid = draw(results, part, own, measure)
    for axes, parameter in zip(grid[0], part.parameters):
        axes.set_title(SYMBOLS[parameter] if measure in UNITLESS else results.label(parameter))
    _share_axes(grid, part, table, measure, "y" if curves else "x")
    if not curves:
        plt.setp(grid[0], xlabel=label)
    elif len(part.designs) > 1:
        figure.supylabel(label, size=9)
    else:
        grid[0, 0].set_ylabel(label)
        title += f"\n{in_symbols(part.designs[0])}"
    figure.suptitle(title)
    drawn = {p: name for p, name in results.labels.items() if p in set(own["prior"])}
    prior_legend(figure, drawn, results.styles)
    return figure


def _curve_grid(
    results: StudyResults, part: Part, table: pd.DataFrame, measure: str
) -> tuple[Figure, np.ndarray]:
    """One row of panels per design, one column per parameter, curves against rho."""
    rows, columns = len(part.designs), len(part.parameters)
    figure, grid = plt.subplots(
        rows, columns, figsize=(WIDTH, 1.5 + 1.65 * max(rows, 1.3)), sharex=True,
        layout="constrained", squeeze=False,
    )  # fmt: skip
    for row, design in zip(grid, part.designs):
        if rows > 1:
            name = in_symbols(textwrap.fill(design, 14))
            row[0].set_ylabel(name, rotation=0, ha="right", va="center", labelpad=8)
        for axes, parameter in zip(row, part.parameters):
            chosen = (table["design"] == design) & (table["parameter"] == parameter)
            reference = REFERENCES.get(measure)
            _curves(axes, table[chosen], results.labels, results.styles, reference)
    plt.setp(grid[-1], xlabel=r"true $\rho$")
    _rho_axis(grid, table["rho"])
    return figure, grid


def _dot_panels(
    results: StudyResults, part: Part, table: pd.DataFrame, measure: str
) -> tuple[Figure, np.ndarray]:
    """Designs with a single rho: one row per design, one panel per parameter."""
    figure, grid = plt.subplots(
        1, len(part.parameters), sharey=True, layout="constrained", squeeze=False,
        figsize=(WIDTH, 1.6 + 0.1 * len(part.designs) * (len(results.labels) + 2)),
    )  # fmt: skip
    for axes, parameter in zip(grid[0], part.parameters):
        if measure in REFERENCES:
            axes.axvline(REFERENCES[measure], color="0.5", lw=0.8, ls="--")
        for i, prior in enumerate(results.labels):
            chosen = (table["prior"] == prior) & (table["parameter"] == parameter)
            mine, style = table[chosen].dropna(subset="estimate"), results.styles[prior]
            y = mine["design"].map(part.designs.index).astype(float)
            y += dodge(i, len(results.labels), 0.7)
            axes.hlines(y, mine["low"], mine["high"], color=style["color"], lw=0.9)
            axes.plot(mine["estimate"], y, ms=3.5, **mark(style))
    rhos = table.groupby("design")["rho"].first()
    names = [
        in_symbols(textwrap.fill(name, 20)) + f"\n{SYMBOLS['rho']} = {number(rhos[name])}"
        for name in part.designs
    ]
    grid[0, 0].set_yticks(range(len(names)), names)
    grid[0, 0].set_ylim(len(names) - 0.5, -0.5)
    return figure, grid


def _curves(
    axes: Axes,
    table: pd.DataFrame,
    labels: dict[str, str],
    styles: dict[str, Style],
    reference: float | None,
) -> None:
    """Every method's estimates with their bars against rho."""
    if reference is not None:
        axes.axhline(reference, color="0.5", lw=0.8, ls="--", zorder=1)
    for i, prior in enumerate(labels):
        mine, style = table[table["prior"] == prior], {**styles[prior], "markeredgewidth": 0.8}
        mine = mine.dropna(subset="estimate").sort_values("rho")
        x = mine["rho"] + dodge(i, len(labels), DODGE)
        axes.vlines(x, mine["low"], mine["high"], color=style["color"], lw=0.8)
        axes.plot(x, mine["estimate"], ms=3.2, lw=0.9, **style)


def _rho_axis(grid: np.ndarray, truths: pd.Series) -> None:
    """One x axis for all panels, with ticks at the true values."""
    values = np.sort(truths.unique())
    grid.flat[0].set_xlim(values[0] - 0.08, values[-1] + 0.08)
    room = 0.045 * grid.shape[1]  # narrow panels have room for fewer labels
    for axes in grid.flat:
        truth_ticks(axes, values, room)


def _share_axes(
    grid: np.ndarray, part: Part, table: pd.DataFrame, measure: str, along: Literal["x", "y"]
) -> None:
    """One axis for all designs: of a parameter, or of all if the measure has no unit."""
    shared = measure in UNITLESS or set(part.parameters) <= set(CORRELATIONS)
    for i, parameter in enumerate(part.parameters):
        own = table if shared else table[table["parameter"] == parameter]
        low, high = own["low"].min(), own["high"].max()
        margin = 0.05 * (high - low)
        for axes in grid[:, i]:
            if measure == "coverage":
                coverage_scale(
                    axes, np.fmax(np.floor(20 * low) / 20, 0.0), along
                )  # NaN is no limit
            elif margin > 0:
                axes.set(**{f"{along}lim": (low - margin, high + margin)})
            if along == "y":
                axes.tick_params(labelleft=i == 0 or not shared)


def in_symbols(design: str) -> str:
    """A design's name with symbols for parameters."""
    return re.sub(r"(\w+)(\s+)=", lambda found: f"{SYMBOLS[found[1]]}{found[2]}=", design)
