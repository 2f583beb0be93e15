"""Measures against the true correlation: one row of panels per design, one column per parameter."""

import re
import textwrap
from functools import partial

import numpy as np
import pandas as pd
import seaborn.objects as so
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recovery.columns import HEADLINE_LEVEL
from recovery.figures import style
from recovery.figures.layout import Part, main_design
from recovery.figures.results import STUDY_FIGURES, StudyResults
from recovery.parameters import PARAMETERS

HEADLINE_PANELS = 4
DODGE = 0.04  # of true rho: no mark is further than half of it from its rho
MEASURES = {
    "coverage": ("Coverage of 95 % intervals", "coverage (square-root scale)"),
    "bias": ("Bias of the posterior mean", "bias"),
    "width": ("Mean width of 95 % intervals", "mean width"),
    "model_se_error": ("Do posteriors know their errors?", "relative error of the model SE (%)"),
}
"""Title and label of the axis of each measure's figures."""
UNITLESS = ("coverage", "model_se_error")
"""Measures without a unit: all parameters of a figure share one axis."""
REFERENCES = {"coverage": HEADLINE_LEVEL, "bias": 0.0, "model_se_error": 0.0}


def headline(results: StudyResults) -> Figure:
    """Coverage of the correlations, the sds and the effect in focus in the main design."""
    known = results.recovery["parameter"].unique()
    rhos = [name for name in style.CORRELATIONS if name.startswith("rho") and name in known]
    realised = ["r_u"] if results.focus in PARAMETERS else []
    usual = [*rhos[:2], *realised, "sigma_u0", "sigma_u1"]
    shown = tuple(dict.fromkeys([results.focus, *usual]))[:HEADLINE_PANELS]
    part = Part(shown, (main_design(results.designs),), "")
    return measure_panels(results, part, "coverage")


def measure_panels(results: StudyResults, part: Part, measure: str) -> Figure:
    """One part of a measure's figure: one row of panels per design, one column per parameter.

    A design has curves against its true correlations; with a single one, it has marks only. Of many
    methods, those that the answer names first and REML are coloured.
    """
    results = results.led_by(results.leading)
    table = results.measured(measure)
    table = table[table["parameter"].isin(part.parameters)]
    own = table[table["design"].isin(part.designs)]
    rhos, first = own.groupby("design")["rho"], style.SYMBOLS[results.first]
    joined = rhos.nunique().max() > 1
    places = own["rho"] if joined else 0.0 * own["rho"]
    own = own.assign(x=results.dodge(places, own["prior"], DODGE))
    one_axis = measure in UNITLESS or set(part.parameters) <= set(style.CORRELATIONS)
    rows, columns = len(part.designs), len(part.parameters)
    figure = style.new_figure(1.5 + 1.65 * max(rows, 1.8))
    marks = so.Line(linewidth=0.9, pointsize=3.2, edgewidth=0.8) if joined else so.Dot(pointsize=4)
    (
        results.plot(own.dropna(subset="estimate"), x="x", y="estimate", ymin="low", ymax="high")
        .facet("parameter", "design", order={"col": part.parameters, "row": part.designs})
        .add(so.Range(linewidth=0.8, linestyle="-"), legend=False)
        .add(marks, legend=False)
        .share(y=one_axis)
        .label(x="", y="")
        .on(figure)
        .plot()
    )
    grid = np.reshape(figure.axes, (rows, columns))
    estimate = results.estimated_rho if joined and results.estimated_rho in set(places) else None
    for (row, column), axes in np.ndenumerate(grid):
        parameter = part.parameters[column]
        of_axis = table if one_axis else table[table["parameter"] == parameter]
        _measure_axis(axes, of_axis, measure)
        truths = np.sort(places.unique())
        _rho_axis(axes, truths, 0.045 * columns, results.first if joined else "", estimate)
        label = results.label(parameter)
        if measure in UNITLESS:
            label = style.title(parameter)
        axes.set_title("" if row else label)
    for design, axes in zip(part.designs, grid[:, 0]):
        name = in_symbols(textwrap.fill(design, 14))
        name += "" if joined else f"\n{first} = {style.number(rhos.first()[design])}"
        axes.set_ylabel(name, rotation=0, ha="right", va="center", labelpad=8)
    title, words = MEASURES[measure]
    figure.supylabel(words, size=9)
    dashed = "; dashed: nominal" if measure in REFERENCES else ""
    marked = ""
    if estimate is not None:
        value = style.number(float(f"{estimate:.2g}"))
        marked = f"\ndotted: {first} = {value}, that of the data"
    figure.suptitle(f"{title} (bars: 95 % Monte Carlo intervals{dashed}){marked}")
    results.legend(figure, own["prior"])
    return figure


STUDY_FIGURES |= {name: partial(measure_panels, measure=name) for name in MEASURES}
STUDY_FIGURES["headline"] = headline


def _rho_axis(
    axes: Axes, truths: np.ndarray, apart: float, labelled: str, estimate: float | None
) -> None:
    """Ticks at the true values of a correlation; without its name, they are named elsewhere.

    The one that is an estimate has a line in place of a tick.
    """
    room = 2 * DODGE if labelled else 0.7 * DODGE
    axes.set_xlim(truths[0] - room, truths[-1] + room)
    if estimate is not None:
        axes.axvline(estimate, color="0.6", lw=0.8, ls=":", zorder=0)
        truths = truths[truths != estimate]
    style.truth_ticks(axes, truths if labelled else [], apart)
    if labelled and axes.get_subplotspec().is_last_row():
        axes.set_xlabel(f"true {style.SYMBOLS[labelled]}")


def _measure_axis(axes: Axes, table: pd.DataFrame, measure: str) -> None:
    """A y axis that holds all designs, also those of other parts, with the nominal value."""
    low, high = table["low"].min(), table["high"].max()
    margin = 0.05 * (high - low)
    if measure == "coverage":
        style.coverage_scale(axes, np.fmax(np.floor(20 * low) / 20, 0.0))  # NaN is no limit
    elif margin > 0:
        axes.set_ylim(low - margin, high + margin)
    if measure in REFERENCES:
        style.reference_line(axes, REFERENCES[measure])


def in_symbols(design: str) -> str:
    """A design's name with symbols for parameters."""
    return re.sub(r"(\w+)(\s+)=", lambda found: f"{style.symbol(found[1])}{found[2]}=", design)
