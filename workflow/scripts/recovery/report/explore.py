"""A page to explore the results: a chart whose parameter, measure and design a reader chooses."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from recovery.columns import HEADLINE_LEVEL
from recovery.summaries.recovery import read_rows

EXPLORED = {"coverage": "Coverage", "bias": "Bias", "rmse": "RMSE", "width": "Interval width"}
SHAPES = {
    "o": "circle", "s": "square", "^": "triangle-up", "D": "diamond", "v": "triangle-down",
    "P": "cross", "<": "triangle-left", ">": "triangle-right",
    "X": "M-1,-.6L-.6,-1L0,-.4L.6,-1L1,-.6L.4,0L1,.6L.6,1L0,.4L-.6,1L-1,.6L-.4,0Z",
    "x": "M-1,-.8L-.8,-1L0,-.2L.8,-1L1,-.8L.2,0L1,.8L.8,1L0,.2L-.8,1L-1,.8L-.2,0Z",
    "*": "M0,-1L.25,-.3L1,-.3L.4,.15L.6,.9L0,.45L-.6,.9L-.4,.15L-1,-.3L-.25,-.3Z",
    "p": "M0,-1L.95,-.31L.59,.81L-.59,.81L-.95,-.31Z",
    "h": "M0,-1L.87,-.5L.87,.5L0,1L-.87,.5L-.87,-.5Z",
}  # fmt: skip
"""Vega's shapes, or paths, of the figures' markers."""
STYLE: dict[str, Any] = {
    "axis": {"labelFontSize": 13, "titleFontSize": 14, "titleFontWeight": "normal"},
    "legend": {
        "labelFontSize": 13,
        "titleFontSize": 13,
        "labelLimit": 300,
        "orient": "bottom",
        "columns": 2,
    },
    "title": {"fontSize": 15, "fontWeight": "normal", "anchor": "start"},
    "view": {"stroke": None},
}
FIT = {"type": "fit-x", "contains": "padding", "resize": True}
"""The width of the page, whatever the length of the labels of the chosen measure."""
SPREAD = 0.036  # of all methods along rho: nobody is more than 0.02 off the true value
KEYS = ["design", "rho", "prior", "parameter", "measure", "level"]
NUMBERS = ["estimate", "low", "high"]
CHOSEN = (
    "datum.parameter == parameter && datum.measure == measure && "
    "(datum.level == null || datum.level == level)"
)
NOMINAL = "measure == 'bias' ? 0 : measure == 'coverage' ? level : null"
TITLE = (
    f"{json.dumps(EXPLORED)}[measure] + ' of ' + parameter + "
    "(measure == 'coverage' || measure == 'width' ? ', ' + format(100 * level, '.3~g') + "
    "' % interval' : '')"
)


def explore_table(recovery: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """The rows of ``recovery.csv`` that the chart shows: keys, estimate, its interval and ``n``."""
    read = read_rows(recovery)
    read = read[read["measure"].isin(list(EXPLORED))]
    read = read[read["prior"].isin(list(labels))].dropna(subset="estimate")
    return read[[*KEYS, *NUMBERS, "n"]]


def explore_chart(
    table: pd.DataFrame,
    labels: dict[str, str],
    styles: Mapping[str, Mapping[str, Any]],
    first: Sequence[str],
) -> dict[str, Any]:
    """The chart as a Vega-Lite specification.

    Parameters
    ----------
    table : DataFrame
        Of `explore_table`.
    labels : dict
        Label of each method shown, by its id.
    styles : mapping
        Colour and marker of each method, by its id (`prior_styles`).
    first : sequence of str
        The methods that are shown at first.
    """
    names, designs = list(labels.values()), list(table["design"].unique())
    shown = alt.selection_point(
        name="shown", fields=["method"], bind="legend", toggle="true",
        value=[{"method": label} for name, label in labels.items() if name in first],
    )  # fmt: skip
    step = SPREAD / max(len(names) - 1, 1)
    rows = (
        alt.Chart(_compact(table, list(labels), designs))
        .transform_filter(f"{CHOSEN} && {json.dumps(designs)}[datum.design] == design")
        .transform_calculate(
            method=f"{json.dumps(names)}[datum.prior]",
            x=f"datum.rho + {step} * (datum.prior - {(len(names) - 1) / 2})",
        )
        .transform_filter(shown)
    )
    x = alt.X("x:Q").title("true correlation rho").scale(domain=[-1, 1])
    x = x.axis(values=sorted(table["rho"].unique()), format=".2~f", labelOverlap=True)
    colours, shapes = zip(*((styles[p]["color"], SHAPES[styles[p]["marker"]]) for p in labels))
    base = rows.encode(
        x=x,
        y=alt.Y("estimate:Q").title(None).scale(zero=False),
        color=alt.Color("method:N").scale(domain=names, range=colours).title("method (click)"),
    )
    points = base.mark_point(filled=True, size=55, opacity=1).encode(
        shape=alt.Shape("method:N").scale(domain=names, range=shapes),
        tooltip=[
            alt.Tooltip("method:N"),
            alt.Tooltip("rho:Q", title="true rho"),
            *(alt.Tooltip(f"{name}:Q", format=".4~g") for name in NUMBERS),
            alt.Tooltip("n:Q", title="data sets"),
        ],
    )
    nominal = (
        alt.Chart(alt.InlineData(values=[{}]))
        .transform_calculate(line=NOMINAL)
        .transform_filter("isValid(datum.line)")
        .mark_rule(strokeDash=[4, 4], color="#888")
        .encode(y="line:Q")
    )
    bars = base.mark_rule().encode(y=alt.Y("low:Q").title(None), y2="high:Q")
    chart = alt.layer(nominal, bars, base.mark_line(strokeWidth=1), points.add_params(shown))
    chart = chart.add_params(*_controls(table, designs)).configure(**STYLE)
    chart = chart.properties(width="container", height=440, title=alt.Title(alt.expr(TITLE)))
    return chart.properties(autosize=FIT).to_dict()


def _compact(table: pd.DataFrame, priors: list[str], designs: list[str]) -> alt.InlineData:
    """The rows as CSV, with numbers to four digits and the places of priors and designs."""
    places = {"prior": priors, "design": designs}
    compact = table.assign(**{name: table[name].map(list_.index) for name, list_ in places.items()})
    compact[NUMBERS] = compact[NUMBERS].map(lambda number: float(f"{number:.4g}"))
    numeric = dict.fromkeys(compact.columns.drop(["parameter", "measure"]), "number")
    csv = alt.CsvDataFormat(type="csv", parse=numeric)
    return alt.InlineData(values=compact.to_csv(index=False), format=csv)


def _controls(table: pd.DataFrame, designs: list[str]) -> list[alt.Parameter]:
    """What a reader chooses."""
    parameters = list(table["parameter"].unique())
    levels = sorted(table["level"].dropna().unique().tolist())
    return [
        _choice("parameter", parameters, "rho" if "rho" in parameters else parameters[0]),
        _choice("measure", list(EXPLORED), "coverage", list(EXPLORED.values())),
        _choice("level", levels, HEADLINE_LEVEL, [f"{100 * one:g} %" for one in levels]),
        _choice("design", designs, designs[0]),
    ]


def _choice(
    name: str, options: Sequence[Any], value: Any, words: list[str] | None = None
) -> alt.Parameter:
    bind = alt.binding_select(options=options, labels=words or options, name=f"{name.title()} ")
    return alt.param(name=name, value=value, bind=bind if len(options) > 1 else alt.Undefined)
