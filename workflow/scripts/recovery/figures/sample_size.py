"""Measures against the number of subjects, with the goals."""

import textwrap

import numpy as np
import pandas as pd
import seaborn.objects as so
from matplotlib.figure import Figure

from recovery.figures import style
from recovery.figures.panels import line_panels

WORDS = {
    "width": "mean width of the 95 % interval",
    "reject": "share of 95 % intervals that exclude 0",
    "coverage": "coverage of the 95 % interval",
    "rmse": "root mean squared error",
}
IN_UNITS = ("width", "rmse", "bias", "interval_score", "crps", "empirical_se", "model_se")
"""Measures in the unit of their parameter."""


def sample_size_curves(table: pd.DataFrame, methods: style.Methods) -> Figure:
    """One panel per goal, one line per prior with its 95 % Monte Carlo band; goals are dashed."""
    table = table[table["prior"].isin(list(methods.labels))].reset_index(drop=True)
    goals = table[["parameter", "measure", "goal", "at_least"]].itertuples(index=False)
    table["panel"] = [_title(*goal, methods) for goal in goals]
    sizes = so.Continuous(trans="log").tick(at=np.sort(table["subjects"].unique()), minor=0)
    return line_panels(
        [table.rename(columns={"subjects": "x", "goal": "reference"})],
        methods,
        "How many subjects? (bands: 95 % Monte Carlo intervals; dashed: goals)",
        size=(2.75, 2.9),
        line=so.Line(pointsize=4, linewidth=1.1, edgewidth=0.8),
        scale=sizes.label(like="{x:g}"),
        x="subjects (log scale)",
    )


def _title(
    parameter: str, measure: str, goal: float, at_least: bool, methods: style.Methods
) -> str:
    """A goal in words, with the unit of its parameter, if the measure has one."""
    symbol = style.symbol(parameter)
    unit = methods.label(parameter).removeprefix(symbol) if measure in IN_UNITS else ""
    words = f"{symbol}: {WORDS.get(measure, measure.replace('_', ' '))}{unit}"
    return f"{textwrap.fill(words, 40)}\ngoal: at {'least' if at_least else 'most'} {goal:g}"
