"""Panels of lines with bands: measures against sizes, errors against quantiles."""

from collections.abc import Sequence

import pandas as pd
import seaborn.objects as so
from matplotlib.figure import Figure

from recovery.figures import style


def line_panels(
    tables: Sequence[pd.DataFrame],
    methods: style.Methods,
    title: str,
    size: tuple[float, float] = (2.07, 1.9),
    band: so.Band | None = None,
    line: so.Line | None = None,
    scale: so.Continuous | None = None,
    **words: str,
) -> Figure:
    """One panel per ``panel``, one line with a band per prior, and the dashed line of a reference.

    Parameters
    ----------
    tables : sequence of DataFrame
        Columns ``panel, prior, x, estimate, low, high, reference``.
    methods : Methods
        Names and looks of the priors.
    title : str
        The figure's title.
    size : tuple of float
        Width and height of a panel in inches.
    band, line : Band, Line, optional
        Their looks; if left out, in the method's colour and without marks.
    scale : Continuous, optional
        That of the x axis.
    **words : str
        Labels of the axes, ``x`` and ``y``; without that of y, panels have y axes of their own.
    """
    if not sum(map(len, tables)):
        return style.empty_figure(title)
    table = pd.concat(tables, ignore_index=True)
    panels = table["panel"].nunique()
    columns = min(int(style.WIDTH / size[0]), panels)
    figure = style.new_figure(1.2 + size[1] * -(-panels // columns), max(size[0] * columns, 5.0))
    reference = so.Line(color="0.5", linestyle="--", marker="", linewidth=0.8)
    alike = dict.fromkeys(("color", "marker", "linestyle"))  # for all methods
    (
        methods.plot(table, x="x", y="estimate", ymin="low", ymax="high")
        .facet("panel", wrap=columns)
        .share(y="y" in words)
        .add(band or so.Band(alpha=0.15, edgewidth=0), legend=False)
        .add(reference, legend=False, y="reference", **alike)
        .add(line or so.Line(marker="", linewidth=1.1), legend=False)
        .scale(x=scale or so.Continuous())
        .label(title=lambda name: style.SYMBOLS.get(name, name), **{"y": ""} | words)
        .on(figure)
        .plot()
    )
    figure.suptitle(title)
    methods.legend(figure, table["prior"], **{} if line else {"marker": ""})
    return figure
