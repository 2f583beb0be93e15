"""Forest plots: one row per parameter or subject, one interval per prior."""

import pandas as pd
import seaborn.objects as so
import xarray as xr
from matplotlib.figure import Figure, SubFigure

from recovery.figures import style

QUANTILES = {"q2.5": 0.025, "q25": 0.25, "q75": 0.75, "q97.5": 0.975}
FOREST_FIGURES = {
    "fixed_effects": ("Population intercept, slope and residual sd", ("beta0", "beta1", "sigma")),
    "intercepts": ("Subjects' intercepts and their sd", ("u0", "sigma_u0")),
    "slopes": ("Subjects' slopes and their sd", ("u1", "sigma_u1")),
    "effects_2": ("Subjects' third effects and their sd", ("u2", "sigma_u2")),
    "effects_3": ("Subjects' fourth effects and their sd", ("u3", "sigma_u3")),
    "correlation": ("Correlation of intercepts and slopes", ("rho", "r_u")),
}
"""Titles and parameters of the forests of the real data's posteriors, by file name."""
EXACT = ["exact_q2.5", "exact_mean", "exact_q97.5"]
LINES = "thick: 50 %, thin: 95 % intervals; marks: means"
HEIGHT = 6.4  # of the subjects' rows in inches, at most
WRAP = 4  # panels of a row
MOST_ROWS = 20  # subjects in a column of panels, if another column has room for the rest


def forest_table(draws: dict[str, xr.Dataset], exact: pd.DataFrame) -> pd.DataFrame:
    """The rows of all forests.

    Parameters
    ----------
    draws : dict of Dataset
        The posterior of each prior that is drawn.
    exact : DataFrame
        Mean and ends of the 95 % interval of the exact posteriors, by prior and parameter.

    Returns
    -------
    DataFrame
        Columns ``prior, parameter, subject`` (empty if the parameter has none), ``mean``, the
        quantiles and the exact values.
    """
    tables = [
        summary(posterior[name]).assign(prior=prior, parameter=name)
        for prior, posterior in draws.items()
        for name in posterior
        if posterior[name].ndim == 2 or name in style.SYMBOLS
    ]
    exact = exact[["q2.5", "mean", "q97.5"]].add_prefix("exact_")
    return pd.concat(tables, ignore_index=True).join(exact, on=["prior", "parameter"])


def forest(table: pd.DataFrame, methods: style.Methods, name: str) -> Figure:
    """A figure of `FOREST_FIGURES`, from rows of `forest_table`."""
    title, parameters = FOREST_FIGURES[name]
    found = list(table["parameter"].unique())
    correlations = [one for one in found if one in style.CORRELATIONS]
    if name == "correlation":
        parameters = tuple(correlations)
    if name == "fixed_effects":
        known = {one for _, shown in FOREST_FIGURES.values() for one in shown}
        shown = [one for one in found if one not in known and one not in correlations]
        parameters = *parameters, *shown
    draw = _effects if f"sigma_{parameters[0]}" in parameters else _scalars
    figure = draw(table, methods, *parameters)
    exactly = "; black: the same, exactly" if table[EXACT].notna().to_numpy().any() else ""
    figure.suptitle(f"{title}\n({LINES}{exactly})")
    methods.legend(figure, table["prior"])
    return figure


def _scalars(table: pd.DataFrame, methods: style.Methods, *names: str) -> Figure:
    """One panel per parameter, one row per prior."""
    own = pd.concat([table[table["parameter"] == name] for name in names])
    rows = -(-len(names) // WRAP)
    figure = style.new_figure(0.7 + rows * (0.6 + 0.2 * table["prior"].nunique()))
    _forest(figure, own.assign(panel=own["parameter"], row=0), methods)
    return figure


def _effects(table: pd.DataFrame, methods: style.Methods, effect: str, sd: str) -> Figure:
    """Subjects in one or more columns of equal axes, and the population sd below them."""
    own = table[table["parameter"] == effect]
    priors, subjects = table["prior"].nunique(), own["subject"].unique()
    columns = min(-(-len(subjects) // MOST_ROWS), 4)
    rows = -(-len(subjects) // columns)
    height = rows * (0.06 + 0.07 * priors)
    heights = [0.5 + min(height, HEIGHT), 0.7 + 0.1 * priors]
    figure = style.new_figure(1.1 + sum(heights))
    above, below = figure.subfigures(2, 1, height_ratios=heights)
    number = own["subject"].map({subject: i for i, subject in enumerate(subjects)})
    own = own.assign(panel=number // rows, row=number % rows)
    _forest(above, own, methods, size=5.0 if height < HEIGHT else 3.0)
    for i, axes in enumerate(above.axes):
        names = subjects[i * rows : (i + 1) * rows]
        axes.set_yticks(range(len(names)), names, size=8 if columns == 1 else 6)
        axes.set_ylim(rows - 0.5, -0.5)
        axes.axvline(0, color="0.5", lw=0.8, zorder=1)
    _forest(below, table[table["parameter"] == sd].assign(panel="", row=0), methods)
    below.axes[0].set_yticks([0], [f"population\n{style.SYMBOLS[sd]}"])
    return figure


def _forest(
    figure: Figure | SubFigure, table: pd.DataFrame, methods: style.Methods, size: float = 6.0
) -> None:
    """Posterior means with 50 and 95 % intervals and exact values; marks of `size` points.

    Panels and rows are those of the columns ``panel, row``.
    """
    table = table.assign(y=methods.dodge(table["row"], table["prior"], 0.66))
    plot = methods.plot(table, x="mean", y="y").facet("panel", wrap=WRAP)
    for low, high, width in (("q2.5", "q97.5", 0.25), ("q25", "q75", 0.6)):
        bar = so.Range(linewidth=width * size, linestyle="-")
        plot = plot.add(bar, legend=False, orient="y", xmin=low, xmax=high)
    plot = plot.add(so.Dot(pointsize=size, edgecolor="w", artist_kws={"zorder": 3}), legend=False)
    for column in EXACT:
        tick = so.Dot(pointsize=9, marker="|", color="k", stroke=0.9, artist_kws={"zorder": 4})
        plot = plot.add(tick, legend=False, x=column)
    plot = plot.share(x=table["parameter"].nunique() == 1, y=False)
    plot.label(x="", y="", title="").on(figure).plot()
    parameters = table.groupby("panel", sort=False)["parameter"].first()
    for axes, parameter in zip(figure.axes, parameters):
        axes.set(yticks=[], ylim=(0.5, -0.5), xlabel=methods.label(parameter))
        axes.xaxis.label.set_visible(True)  # in all rows of panels
        axes.spines["left"].set_visible(False)
        axes.tick_params("y", length=0)
        axes.grid(axis="x", color="0.9")


def summary(draws: xr.DataArray) -> pd.DataFrame:
    """Mean and quantiles of draws, one row per place of their other dimensions."""
    over = ("chain", "draw")
    draws = draws if draws.ndim > len(over) else draws.expand_dims(subject=[""])
    table = draws.quantile(list(QUANTILES.values()), over).assign_coords(quantile=list(QUANTILES))
    return table.to_dataset("quantile").assign(mean=draws.mean(over)).to_dataframe().reset_index()
