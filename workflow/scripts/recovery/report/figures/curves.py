"""Measures against the true correlation: one row of panels per design, one column per parameter."""

import re
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recovery.columns import HEADLINE_LEVEL
from recovery.parameters import PARAMETERS
from recovery.report.figures.results import StudyResults, study_figure
from recovery.report.figures.style import SYMBOLS, dodge, prior_legend, prior_styles, use_style
from recovery.summaries.recovery import headline as headline_rows

HEADLINE_PARAMETERS = ("rho", "r_u", "sigma_u0", "sigma_u1")


@study_figure
def coverage(results: StudyResults) -> Figure:
    """Coverage of the 95 % intervals against the true rho; bars are 95 % Wilson intervals."""
    chosen = headline_rows(results.recovery, "coverage")
    title = "Coverage of 95 % intervals (bars: 95 % Monte Carlo intervals; line: nominal)"
    return _against_rho(chosen, results.labels, title, "coverage", HEADLINE_LEVEL)


@study_figure
def headline(results: StudyResults) -> Figure:
    """Coverage of the correlation and the sds, in the designs that have more than one rho."""
    chosen = headline_rows(results.recovery, "coverage")
    several = chosen.groupby("design")["rho"].transform("nunique") > 1
    chosen = chosen[several] if several.any() else chosen
    title = "Coverage of 95 % intervals (bars: Monte Carlo; line: nominal)"
    return _against_rho(
        chosen, results.labels, title, "coverage", HEADLINE_LEVEL, parameters=HEADLINE_PARAMETERS
    )


@study_figure
def bias(results: StudyResults) -> Figure:
    """Bias of the posterior mean against the true rho, with Monte Carlo bars."""
    chosen = headline_rows(results.recovery, "bias")
    title = "Bias of the posterior mean (bars: 95 % Monte Carlo intervals)"
    return _against_rho(chosen, results.labels, title, "bias", 0.0)


@study_figure
def width(results: StudyResults) -> Figure:
    """Mean width of the 95 % intervals against the true rho, with Monte Carlo bars."""
    chosen = headline_rows(results.recovery, "width")
    title = "Mean width of 95 % intervals (bars: 95 % Monte Carlo intervals)"
    return _against_rho(chosen, results.labels, title, "width", None)


def _against_rho(
    table: pd.DataFrame,
    labels: dict[str, str],
    title: str,
    ylabel: str,
    reference: float | None,
    parameters: Sequence[str] = PARAMETERS,
) -> Figure:
    """Curves over rho, one row per design; designs with a single rho share the last row."""
    use_style()
    values = table.groupby("design", sort=False)["rho"].nunique()
    curves, single = list(values.index[values > 1]), list(values.index[values == 1])
    rows = len(curves) + bool(single)
    width = 1.6 + 1.65 * len(parameters)
    figure, grid = plt.subplots(
        rows, len(parameters), figsize=(width, 1.3 + 1.6 * rows + 0.6 * bool(single)),
        sharey="col", layout="constrained", squeeze=False,
    )  # fmt: skip
    rhos = np.sort(table["rho"].unique())
    gap = np.diff(rhos).min() if curves else 1.0
    for row, design in zip(grid, curves):
        row[0].set_ylabel(
            _in_symbols(design).replace(", ", "\n"), rotation=0, ha="right", va="center", labelpad=8
        )
        chosen = table[table["design"] == design]
        _row(row, chosen.assign(x=chosen["rho"]), labels, reference, parameters, gap)
        plt.setp(row, xlim=(rhos[0] - 0.6 * gap, rhos[-1] + 0.6 * gap))
        if design == curves[-1]:
            plt.setp(row, xlabel=r"true $\rho$")
        else:
            plt.setp([axes.get_xticklabels() for axes in row], visible=False)
    if single:
        chosen = table[table["design"].isin(single)]
        places = {design: place for place, design in enumerate(single)}
        chosen = chosen.assign(x=chosen["design"].map(places))
        _row(grid[-1], chosen, labels, reference, parameters, gap=1.0)
        names = [_in_symbols(name) for name in single]
        for axes in grid[-1]:
            axes.set_xticks(range(len(single)), names, rotation=90)
            axes.set_xlim(-0.6, len(single) - 0.4)
        rhos = ", ".join(f"{rho:g}" for rho in np.sort(chosen["rho"].unique()))
        grid[-1, 0].set_ylabel(rf"$\rho$ = {rhos}", rotation=0, ha="right", va="center", labelpad=8)
    for axes, parameter in zip(grid[0], parameters):
        axes.set_title(SYMBOLS[parameter])
    figure.supylabel(ylabel, size=10)
    figure.suptitle(title)
    prior_legend(figure, labels, prior_styles(list(labels)))
    return figure


def _row(
    row: Sequence[Axes],
    table: pd.DataFrame,
    labels: dict[str, str],
    reference: float | None,
    parameters: Sequence[str],
    gap: float,
) -> None:
    """Every prior's estimates with their bars at the table's x, at least a gap apart."""
    styles = prior_styles(list(labels))
    joined = {} if table["design"].nunique() == 1 else {"ls": ""}
    for axes, parameter in zip(row, parameters):
        if reference is not None:
            axes.axhline(reference, color="0.5", lw=0.8, ls="--")
        for i, prior in enumerate(labels):
            mine = table[(table["prior"] == prior) & (table["parameter"] == parameter)]
            mine = mine.dropna(subset="estimate").sort_values("x")
            x = mine["x"] + dodge(i, len(labels), 0.5 * gap)
            axes.vlines(x, mine["low"], mine["high"], color=styles[prior]["color"], lw=1)
            axes.plot(x, mine["estimate"], ms=3.5, lw=0.8, **styles[prior], **joined)


def _in_symbols(design: str) -> str:
    """A design's name with symbols for parameters."""
    return re.sub(r"(\w+) =", lambda found: f"{SYMBOLS[found[1]]} =", design)
