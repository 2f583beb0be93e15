"""Forest plots: one row per parameter or subject, one interval per prior."""

from collections.abc import Callable

import matplotlib.pyplot as plt
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from recovery.report.figures.style import SYMBOLS, dodge, prior_legend, prior_styles, use_style

QUANTILES = [0.025, 0.25, 0.75, 0.975]


def forest(
    panels: dict[str, dict[str, pd.DataFrame]], labels: dict[str, str], title: str
) -> Figure:
    """Draw posterior means with 50 and 95 % intervals.

    Parameters
    ----------
    panels : dict of dict of DataFrame
        x label of each panel -> prior id -> rows (index) with columns ``mean`` and 0.025,
        0.25, 0.75, 0.975.
    labels : dict
        Prior id -> label.
    title : str
        The figure's title.
    """
    use_style()
    styles = prior_styles(list(labels))
    rows = [max(len(frame) for frame in panel.values()) for panel in panels.values()]
    height = max(2.4, 0.14 * max(rows) * (len(labels) + 1) + 1.2)
    figure, grid = plt.subplots(
        1, len(panels), figsize=(9, height), layout="constrained", squeeze=False
    )
    for axes, (xlabel, panel) in zip(grid[0], panels.items()):
        for i, prior in enumerate(labels):
            if prior not in panel:
                continue
            frame = panel[prior]
            y = [row + dodge(i, len(labels), 0.75) for row in range(len(frame))]
            colour = styles[prior]["color"]
            axes.hlines(y, frame[0.025], frame[0.975], color=colour, lw=1)
            axes.hlines(y, frame[0.25], frame[0.75], color=colour, lw=2.8)
            axes.plot(frame["mean"], y, ls="", ms=4.5, mec="white", mew=0.5, **styles[prior])
            axes.set_yticks(range(len(frame)), list(frame.index))
        axes.set_ylim(max(rows) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color="0.9")
        axes.set_axisbelow(True)
        axes.set_xlabel(xlabel)
    figure.suptitle(title)
    prior_legend(figure, labels, prior_styles(list(labels)))
    return figure


def fixed_effects(posteriors: dict[str, xr.Dataset], labels: dict[str, str]) -> Figure:
    """beta0, beta1 and sigma under every prior."""
    panels = _scalar_panels(posteriors, ("beta0", "beta1", "sigma"))
    return forest(panels, labels, "Population intercept, slope and residual sd")


def intercepts(posteriors: dict[str, xr.Dataset], labels: dict[str, str]) -> Figure:
    """Every subject's u0, and sigma_u0, under every prior."""
    return _effects(posteriors, labels, "u0", "sigma_u0", "Subjects' intercepts")


def slopes(posteriors: dict[str, xr.Dataset], labels: dict[str, str]) -> Figure:
    """Every subject's u1, and sigma_u1, under every prior."""
    return _effects(posteriors, labels, "u1", "sigma_u1", "Subjects' slopes")


def correlation(posteriors: dict[str, xr.Dataset], labels: dict[str, str]) -> Figure:
    """Rho and the realised correlation r_u under every prior."""
    panels = _scalar_panels(posteriors, ("rho", "r_u"))
    return forest(panels, labels, "Correlation of intercepts and slopes")


FOREST_FIGURES: dict[str, Callable[[dict[str, xr.Dataset], dict[str, str]], Figure]] = {
    "fixed_effects": fixed_effects,
    "intercepts": intercepts,
    "slopes": slopes,
    "correlation": correlation,
}
"""Forests of the real data's posteriors, by file name."""


def _effects(posteriors, labels, effects: str, sd: str, title: str) -> Figure:
    symbol = {"u0": "$u_0$", "u1": "$u_1$"}[effects]
    panels = {
        symbol: {prior: _summary(draws[effects]) for prior, draws in posteriors.items()},
        **_scalar_panels(posteriors, (sd,)),
    }
    return forest(panels, labels, title)


def _scalar_panels(posteriors, names: tuple[str, ...]) -> dict[str, dict[str, pd.DataFrame]]:
    return {
        SYMBOLS[name]: {
            prior: _summary(draws[name].expand_dims(row=[""]))
            for prior, draws in posteriors.items()
            if name in draws
        }
        for name in names
    }


def _summary(draws: xr.DataArray) -> pd.DataFrame:
    over = ("chain", "draw")
    table = draws.quantile(QUANTILES, dim=over).transpose(..., "quantile").to_pandas()
    return table.assign(mean=draws.mean(over).to_pandas())
