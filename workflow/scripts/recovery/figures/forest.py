"""Forest plots: one row per parameter or subject, one interval per prior."""

from collections.abc import Callable

import matplotlib.pyplot as plt
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recovery.figures.style import (
    SYMBOLS,
    WIDTH,
    dodge,
    mark,
    parameter_label,
    prior_legend,
    prior_styles,
    use_style,
)

QUANTILES = [0.025, 0.25, 0.75, 0.975]
LINES = "thick: 50 %, thin: 95 % intervals; marks: means"
EXACT = "black: the same, exactly"
EXACT_COLUMNS = ["q2.5", "mean", "q97.5"]
HEIGHT = 9.0  # of a figure of subjects in inches, at most
MOST_ROWS = 20  # subjects in a column of panels, if another column has room for the rest

Summaries = dict[str, pd.DataFrame]
"""Prior -> rows (index) with columns ``mean`` and 0.025, 0.25, 0.75, 0.975."""


class Posteriors:
    """Posteriors of the real data, by prior.

    Parameters
    ----------
    draws : dict of Dataset
        The posterior of each prior that is drawn.
    labels : dict
        Label of every method of the study.
    units : tuple of str
        Names of the response and of time, as printed.
    exact : DataFrame
        Mean and ends of the 95 % interval of the exact posteriors, by prior and parameter.
    """

    def __init__(
        self,
        draws: dict[str, xr.Dataset],
        labels: dict[str, str],
        units: tuple[str, str],
        exact: pd.DataFrame,
    ):
        self.draws, self.units, self.exact = draws, units, exact
        self.labels = {prior: labels[prior] for prior in draws}
        self.styles = prior_styles(list(labels))

    def label(self, parameter: str) -> str:
        """A parameter's symbol with its unit."""
        return parameter_label(parameter, *self.units)

    def summaries(self, name: str) -> Summaries:
        """Every prior's posterior of a parameter; one row per subject, if it has any."""
        return {
            prior: _summary(draws[name]) for prior, draws in self.draws.items() if name in draws
        }


def fixed_effects(posteriors: Posteriors) -> Figure:
    """beta0, beta1 and sigma under every prior."""
    title = "Population intercept, slope and residual sd"
    return _scalars(posteriors, ("beta0", "beta1", "sigma"), title)


def correlation(posteriors: Posteriors) -> Figure:
    """Rho and the realised correlation r_u under every prior."""
    return _scalars(posteriors, ("rho", "r_u"), "Correlation of intercepts and slopes")


def intercepts(posteriors: Posteriors) -> Figure:
    """Every subject's u0, and sigma_u0 below, under every prior."""
    return _effects(posteriors, "u0", "sigma_u0", "Subjects' intercepts and their sd")


def slopes(posteriors: Posteriors) -> Figure:
    """Every subject's u1, and sigma_u1 below, under every prior."""
    return _effects(posteriors, "u1", "sigma_u1", "Subjects' slopes and their sd")


FOREST_FIGURES: dict[str, Callable[[Posteriors], Figure]] = {
    "fixed_effects": fixed_effects,
    "intercepts": intercepts,
    "slopes": slopes,
    "correlation": correlation,
}
"""Forests of the real data's posteriors, by file name."""


def _scalars(posteriors: Posteriors, names: tuple[str, ...], title: str) -> Figure:
    """One panel per parameter, one row per prior."""
    use_style()
    height = 1.3 + 0.2 * len(posteriors.labels)
    figure, grid = plt.subplots(
        1, len(names), figsize=(WIDTH, height), layout="constrained", squeeze=False
    )
    for axes, name in zip(grid[0], names):
        _forest(axes, posteriors.summaries(name), posteriors, size=5.5)
        _exact_marks(axes, name, posteriors)
        axes.set_yticks([])
        axes.set_xlabel(posteriors.label(name))
    figure.suptitle(f"{title}\n({LINES}; {EXACT})")
    prior_legend(figure, posteriors.labels, posteriors.styles)
    return figure


def _exact_marks(axes: Axes, name: str, posteriors: Posteriors) -> None:
    """The exact mean and ends of the 95 % interval of a parameter, as black ticks."""
    for i, prior in enumerate(posteriors.labels):
        if (prior, name) in posteriors.exact.index:
            x = posteriors.exact.loc[(prior, name), EXACT_COLUMNS].to_numpy(float)
            y = [dodge(i, len(posteriors.labels), 0.66)] * len(x)
            axes.plot(x, y, "|", color="black", ms=7, mew=0.9, zorder=4)


def _effects(posteriors: Posteriors, effects: str, sd: str, title: str) -> Figure:
    """Subjects in one or more columns of equal axes, and the population sd below them."""
    use_style()
    subjects = posteriors.summaries(effects)
    names = list(next(iter(subjects.values())).index)
    columns = min(-(-len(names) // MOST_ROWS), 4)
    rows = -(-len(names) // columns)
    each, size = 0.06 + 0.07 * len(subjects), 3.5
    if rows * each > HEIGHT - 2.6:
        each, size = (HEIGHT - 2.6) / rows, 1.5
    ratios = [rows * each, 0.3 + 0.1 * len(subjects)]
    figure = plt.figure(figsize=(WIDTH, 1.6 + sum(ratios)), layout="constrained")
    grid = figure.add_gridspec(2, columns, height_ratios=ratios)
    first = None
    for column in range(columns):
        chosen = slice(column * rows, (column + 1) * rows)
        first = axes = figure.add_subplot(grid[0, column], sharex=first)
        own = {prior: table.iloc[chosen] for prior, table in subjects.items()}
        _forest(axes, own, posteriors, size)
        axes.set_yticks(range(len(names[chosen])), names[chosen], size=8 if each > 0.12 else 6)
        axes.set_ylim(rows - 0.5, -0.5)
        axes.axvline(0, color="0.5", lw=0.8, zorder=0)
        axes.set_xlabel(posteriors.label(effects))
    below = figure.add_subplot(grid[1, :])
    _forest(below, posteriors.summaries(sd), posteriors, size=5.5)
    _exact_marks(below, sd, posteriors)
    below.set_yticks([0], [f"population\n{SYMBOLS[sd]}"])
    below.set_xlabel(posteriors.label(sd))
    figure.suptitle(f"{title}\n({LINES}; {EXACT})")
    prior_legend(figure, posteriors.labels, posteriors.styles)
    return figure


def _forest(axes: Axes, summaries: Summaries, posteriors: Posteriors, size: float) -> None:
    """Posterior means with 50 and 95 % intervals; marks of `size` points."""
    for i, prior in enumerate(posteriors.labels):
        if prior not in summaries:
            continue
        table, style = summaries[prior], posteriors.styles[prior]
        y = [row + dodge(i, len(posteriors.labels), 0.66) for row in range(len(table))]
        axes.hlines(y, table[0.025], table[0.975], color=style["color"], lw=0.25 * size)
        axes.hlines(y, table[0.25], table[0.75], color=style["color"], lw=0.6 * size)
        axes.plot(table["mean"], y, ms=size, mec="white", mew=0.5, **mark(style))
    axes.set_ylim(0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color="0.9")
    axes.set_axisbelow(True)


def _summary(draws: xr.DataArray) -> pd.DataFrame:
    over = ("chain", "draw")
    if draws.ndim == len(over):
        draws = draws.expand_dims(row=[""])
    table = draws.quantile(QUANTILES, dim=over).transpose(..., "quantile").to_pandas()
    return table.assign(mean=draws.mean(over).to_pandas())
