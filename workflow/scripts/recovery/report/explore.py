"""A page to explore the results: a chart whose parameter, measure and design a reader chooses."""

import json
from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from recovery.columns import HEADLINE_LEVEL
from recovery.summaries.recovery import READ

EXPLORED = {"bias": "Bias", "rmse": "RMSE", "coverage": "Coverage", "width": "Interval width"}
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
    "legend": {"labelFontSize": 13, "titleFontSize": 13, "labelLimit": 300},
    "title": {"fontSize": 15, "fontWeight": "normal"},
    "view": {"stroke": None},
}
SPREAD = 0.036  # of all methods along rho: nobody is more than 0.02 off the true value
CHART_KEYS = ["design", "rho", "prior", "parameter", "level"]


def explore_table(recovery: pd.DataFrame, comparison: pd.DataFrame, reference: str) -> pd.DataFrame:
    """One row per design, rho, prior, parameter and level, a column per measure.

    Parameters
    ----------
    recovery, comparison : DataFrame
        The tables of these names.
    reference : str
        The prior that paired differences are taken from.

    Returns
    -------
    DataFrame
        The keys, ``n``, each measure with its Monte Carlo error (``bias, bias_error``), and its
        difference from the reference (``d_bias, d_bias_error``; missing for the reference).
    """
    read = recovery[recovery["engine"].isin(READ) & recovery["measure"].isin(EXPLORED)]
    places = read[["scenario", "design", "rho"]].drop_duplicates()
    table = _wide(read.rename(columns={"mcse": "error"}), "estimate")
    counts = read[read["level"].notna()].groupby(CHART_KEYS, sort=False)["n"].first()
    differences = _differences(comparison, reference).merge(places, on="scenario")
    paired = _wide(differences.rename(columns={"mcse": "error"}), "difference").add_prefix("d_")
    joined = table.join(counts).join(paired).dropna(subset="coverage").reset_index()
    order = {design: place for place, design in enumerate(places["design"].unique())}
    return joined.sort_values("design", key=lambda names: names.map(order), kind="stable")


def _wide(rows: pd.DataFrame, value: str) -> pd.DataFrame:
    """Measures side by side; those without a level are repeated at each."""
    levels = rows["level"].dropna().unique()
    without = rows[rows["level"].isna()].drop(columns="level")
    everywhere = without.merge(pd.DataFrame({"level": levels}), how="cross")
    long = pd.concat([rows.dropna(subset="level"), everywhere]).set_index([*CHART_KEYS, "measure"])
    wide = long[[value, "error"]].unstack("measure")
    wide.columns = [name if what == value else f"{name}_error" for what, name in wide.columns]
    return wide


def _differences(comparison: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Differences from one prior, whichever way the pair was compared."""
    exact = comparison[(comparison["engine"] == "exact") & comparison["measure"].isin(EXPLORED)]
    direct = exact[exact["reference"] == reference]
    turned = exact[exact["prior"] == reference]
    turned = turned.assign(prior=turned["reference"], difference=-turned["difference"])
    keys = ["scenario", "prior", "parameter", "measure", "level"]
    return pd.concat([direct, turned]).drop_duplicates(keys)


def explore_chart(
    table: pd.DataFrame,
    labels: dict[str, str],
    styles: Mapping[str, Mapping[str, Any]],
    reference: str,
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
    reference : str
        Label of the prior that differences are taken from.
    """
    shown = table[table["prior"].isin(list(labels))].copy()
    order = {prior: i for i, prior in enumerate(labels)}
    shown["k"] = shown["prior"].map(order)
    numbers = shown.select_dtypes("float").columns.difference(["rho", "level"])
    shown[numbers] = shown[numbers].map(lambda number: float(f"{number:.4g}"))
    designs = list(shown["design"].unique())
    shown["d"] = shown["design"].map({design: i for i, design in enumerate(designs)})
    compact = shown.drop(columns=["prior", "design"])
    numeric = dict.fromkeys(compact.columns.drop("parameter"), "number")  # else read as text
    data = alt.InlineData(
        values=compact.to_csv(index=False), format=alt.CsvDataFormat(type="csv", parse=numeric)
    )
    names = list(labels.values())
    controls = _controls(shown, designs, names, reference)
    prepared = _prepared(data, names, designs)
    x = alt.X("x:Q").title("true correlation rho").scale(domain=[-1, 1]).axis(
        values=sorted(shown["rho"].unique()), format=".2~f", labelOverlap=True
    )  # fmt: skip
    colour = (
        alt.Color("prior:N")
        .scale(domain=names, range=[styles[prior]["color"] for prior in labels])
        .title("prior")
    )
    shape = alt.Shape("prior:N").scale(
        domain=names, range=[SHAPES[styles[prior]["marker"]] for prior in labels]
    )
    y = alt.Y("value:Q").title(None).scale(zero=False)
    tooltip = [
        alt.Tooltip("prior:N"), alt.Tooltip("rho:Q", title="true rho"),
        alt.Tooltip("value:Q", format=".4~g"), alt.Tooltip("low:Q", format=".4~g"),
        alt.Tooltip("high:Q", format=".4~g"), alt.Tooltip("n:Q", title="data sets"),
    ]  # fmt: skip
    base = prepared.encode(x=x, color=colour)
    chart = alt.layer(
        alt.Chart(alt.InlineData(values=[{}])).transform_calculate(line=_NOMINAL)
        .transform_filter("isValid(datum.line)")
        .mark_rule(strokeDash=[4, 4], color="#888").encode(y="line:Q"),
        base.mark_rule().encode(y=alt.Y("low:Q").title(None), y2="high:Q"),
        base.mark_line(strokeWidth=1).encode(y=y),
        base.mark_point(filled=True, size=55, opacity=1).encode(y=y, shape=shape, tooltip=tooltip),
    ).add_params(*controls)  # fmt: skip
    title = {"text": {"expr": f"[{_TITLE}, {_SUBTITLE}]"}, "anchor": "start"}
    chart = chart.properties(width="container", height=440, title=title).configure(**STYLE)
    specification = chart.to_dict()
    specification["autosize"] = {"type": "fit-x", "contains": "padding"}
    json.dumps(specification, allow_nan=False)  # what is not JSON would be a blank page
    return specification


_FIELD = "(show == 'difference' ? 'd_' : '') + measure"
_NOMINAL = "show == 'difference' || measure == 'bias' ? 0 : measure == 'coverage' ? level : null"
_TITLE = (
    f"{json.dumps(EXPLORED)}[measure] + ' of ' + parameter + "
    "(measure == 'coverage' || measure == 'width' ? ', ' + format(100 * level, '.3~g') + "
    "' % interval' : '')"
)
_SUBTITLE = (
    "(show == 'difference' ? 'paired difference from ' + reference + '; ' : '') + "
    "'bars: 95 % Monte Carlo intervals'"
)


def _prepared(data: alt.InlineData, names: list[str], designs: list[str]) -> alt.Chart:
    """The rows that are chosen, with value, low and high of the chosen measure."""
    wilson = "show != 'difference' && measure == 'coverage'"
    middle = "(datum.value + 1.9208 / datum.n) / (1 + 3.8416 / datum.n)"
    half = (
        "1.96 * sqrt(datum.value * (1 - datum.value) / datum.n + 0.9604 / datum.n / datum.n)"
        " / (1 + 3.8416 / datum.n)"
    )
    switches = ", ".join(f"prior{i}" for i in range(len(names)))
    return (
        alt.Chart(data)
        .transform_filter("datum.parameter == parameter && datum.level == level")
        .transform_filter(f"{json.dumps(designs)}[datum.d] == design && [{switches}][datum.k]")
        .transform_calculate(
            prior=f"{json.dumps(names)}[datum.k]",
            value=f"datum[{_FIELD}]",
            error=f"datum[{_FIELD} + '_error']",
            x=f"datum.rho + {SPREAD / max(len(names) - 1, 1)} * (datum.k - {(len(names) - 1) / 2})",
        )
        .transform_filter("isValid(datum.value) && isFinite(datum.value)")
        .transform_calculate(
            low=f"{wilson} ? {middle} - {half} : datum.value - 1.96 * datum.error",
            high=f"{wilson} ? {middle} + {half} : datum.value + 1.96 * datum.error",
        )
    )


def _controls(
    shown: pd.DataFrame, designs: list[str], names: list[str], reference: str
) -> list[alt.Parameter]:
    """What a reader chooses."""
    parameters = list(shown["parameter"].unique())
    first = "rho" if "rho" in parameters else parameters[0]
    levels = sorted(shown["level"].unique())
    level = HEADLINE_LEVEL if HEADLINE_LEVEL in levels else levels[-1]

    def choice(name: str, label: str, options: list, value: Any, words: list | None = None):
        if len(options) == 1:
            return alt.param(name=name, value=value)
        bind = alt.binding_select(
            options=options, labels=words or [str(option) for option in options], name=f"{label} "
        )
        return alt.param(name=name, value=value, bind=bind)

    percents = [f"{100 * one:g} %" for one in levels]
    return [
        choice("parameter", "Parameter", parameters, first),
        choice("measure", "Measure", list(EXPLORED), "coverage", list(EXPLORED.values())),
        choice("level", "Interval", [float(one) for one in levels], float(level), percents),
        choice("design", "Design", designs, designs[0]),
        choice("show", "Show", ["value", "difference"], "value",
               ["each prior", f"difference from {reference}"]),
        alt.param(name="reference", value=reference),
        *(
            alt.param(name=f"prior{i}", value=True, bind=alt.binding_checkbox(name=f"{name} "))
            for i, name in enumerate(names)
        ),
    ]  # fmt: skip


def first_reference(recovery: pd.DataFrame) -> str:
    """The prior that differences are taken from: the first with a correlation, else the first."""
    rho = recovery[(recovery["parameter"] == "rho") & (recovery["engine"] == "exact")]
    found = rho.dropna(subset="estimate")["prior"]
    return str(found.iloc[0] if len(found) else recovery["prior"].iloc[0])
