"""Measures against the true correlation: a row of panels a design, a column a parameter."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..estimates import PARAMETERS
from ..scenarios import DEVIATIONS
from ..tables import HEADLINE_LEVEL
from .style import SYMBOLS, dodge, prior_legend, prior_styles, use_style

FACTORS = ("subjects", "days", "beta0", "beta1", "sigma_u0", "sigma_u1", "sigma", *DEVIATIONS)
HEADLINE_PARAMETERS = ("rho", "r_u", "sigma_u0", "sigma_u1")


def coverage(recovery: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Coverage of the 95 % intervals against the true rho; bars are 95 % Wilson intervals."""
    chosen = recovery.query("measure == 'coverage' and level == @HEADLINE_LEVEL")
    title = "Coverage of 95 % intervals (bars: 95 % Monte Carlo intervals; line: nominal)"
    return _against_rho(chosen, labels, title, "coverage", HEADLINE_LEVEL)


def headline(recovery: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Coverage of what the priors are about, in the designs that have more than one rho."""
    chosen = recovery.query("measure == 'coverage' and level == @HEADLINE_LEVEL")
    chosen = chosen.assign(design=design_names(chosen))
    several = chosen.groupby("design")["rho"].transform("nunique") > 1
    chosen = chosen[several] if several.any() else chosen
    title = "Coverage of 95 % intervals (bars: Monte Carlo; line: nominal)"
    return _against_rho(
        chosen, labels, title, "coverage", HEADLINE_LEVEL, parameters=HEADLINE_PARAMETERS
    )


def bias(recovery: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Bias of the posterior mean against the true rho, with Monte Carlo bars."""
    chosen = recovery.query("measure == 'bias'")
    title = "Bias of the posterior mean (bars: 95 % Monte Carlo intervals)"
    return _against_rho(chosen, labels, title, "bias", 0.0)


def width(recovery: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Mean width of the 95 % intervals against the true rho, with Monte Carlo bars."""
    chosen = recovery.query("measure == 'width' and level == @HEADLINE_LEVEL")
    title = "Mean width of 95 % intervals (bars: 95 % Monte Carlo intervals)"
    return _against_rho(chosen, labels, title, "width", None)


def _against_rho(
    table: pd.DataFrame,
    labels: dict[str, str],
    title: str,
    ylabel: str,
    reference: float | None,
    parameters: Sequence[str] = PARAMETERS,
) -> Figure:
    """Curves over rho, a row a design; designs of a single rho stand side by side in a last row."""
    use_style()
    table = table.assign(design=design_names(table))
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
        row[0].set_ylabel(design, rotation=0, ha="right", va="center", labelpad=8)
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
        names = [name.replace("\n", ", ") for name in single]
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
    """Every prior's estimates with their bars at the table's x, which are a gap apart or more."""
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


def design_names(table: pd.DataFrame) -> pd.Series:
    """What sets a design apart from the most common one, in words; its size if nothing does."""
    designs = table.drop_duplicates("scenario")
    usual = {name: designs[name].mode()[0] for name in FACTORS}

    def words(row: pd.Series) -> str:
        unusual = [name for name in FACTORS if row[name] != usual[name]] or ["subjects", "days"]
        return "\n".join(_factor_in_words(name, row[name]) for name in unusual)

    names = designs.set_index("scenario").apply(words, axis=1)
    return table["scenario"].map(names)


def _factor_in_words(name: str, value: float) -> str:
    match name:
        case "subjects" | "days":
            return f"{value:g} {name}"
        case "missing":
            return f"{100 * value:g} % missing" if value else "complete"
        case "effects_df" | "residual_df":
            kind = name.removesuffix("_df")
            return f"normal {kind}" if np.isinf(value) else f"t({value:g}) {kind}"
        case _:
            return f"{SYMBOLS[name]} = {value:g}"
