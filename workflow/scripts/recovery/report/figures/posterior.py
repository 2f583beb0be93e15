"""Figures of the real data and of one prior's posterior for it."""

from collections.abc import Callable

import arviz as az
import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
import xarray as xr
from matplotlib.figure import Figure

from recovery.data.longdata import LongData
from recovery.report.figures.style import SYMBOLS, use_style

SCALARS = ("beta0", "beta1", "sigma", "sigma_u0", "sigma_u1", "rho")


def data_panels(data: LongData, response: str, time: str) -> Figure:
    """The raw data, one panel per subject with its own least-squares line."""
    use_style()
    figure, panels = _subject_panels(data, response, time)
    for code, axes in enumerate(panels):
        x, y = data.time[data.subject == code], data.response[data.subject == code]
        axes.plot(x, y, "o", ms=3.5, color="black")
        if len(np.unique(x)) > 1:
            line = np.polynomial.Polynomial.fit(x, y, 1)
            ends = np.array([data.time.min(), data.time.max()])
            axes.plot(ends, line(ends), color="#0072B2", lw=1.2)
    figure.suptitle("Data and each subject's own least-squares line")
    return figure


def fitted_lines(tree: xr.DataTree, data: LongData, response: str, time: str) -> Figure:
    """The data with every subject's posterior mean line and its 50 and 95 % intervals."""
    use_style()
    draws = tree["posterior"].to_dataset()
    grid = xr.DataArray(np.linspace(data.time.min(), data.time.max(), 30), dims="time")
    line = (draws["beta0"] + draws["u0"]) + (draws["beta1"] + draws["u1"]) * grid
    population = float(draws["beta0"].mean()) + float(draws["beta1"].mean()) * grid
    quantiles = line.quantile([0.025, 0.25, 0.75, 0.975], dim=("chain", "draw"))
    mean = line.mean(("chain", "draw"))
    figure, panels = _subject_panels(data, response, time)
    for code, axes in enumerate(panels):
        q = quantiles.isel(subject=code).transpose("quantile", "time").to_numpy()
        axes.fill_between(grid, q[0], q[3], color="#0072B2", alpha=0.2, lw=0)
        axes.fill_between(grid, q[1], q[2], color="#0072B2", alpha=0.35, lw=0)
        axes.plot(grid, mean.isel(subject=code), color="#0072B2", lw=1.2)
        axes.plot(grid, population, color="0.4", lw=1, ls="--")
        mine = data.subject == code
        axes.plot(data.time[mine], data.response[mine], "o", ms=3, color="black")
    figure.suptitle(
        "Fitted lines with 50 and 95 % intervals (blue) and the population's line (dashed)"
    )
    return figure


def traces(tree: xr.DataTree) -> Figure:
    """Density and trace of every chain, for each scalar parameter."""
    use_style()
    names = [name for name in SCALARS if name in tree["posterior"]]
    plot = az.plot_trace_dist(
        tree,
        var_names=names,
        labeller=_labeller(),
        visuals={"trace": {"rasterized": True, "width": 0.4}},
        aes={"color": ["chain"]},
        figure_kwargs={"figsize": (9, 1.6 * len(names)), "layout": "constrained"},
    )
    return plot.viz["figure"].item()


def ranks(tree: xr.DataTree) -> Figure:
    """Rank ECDF differences of the chains, with the p-value of their uniformity, by parameter.

    The test assumes independent draws, so they are thinned to about the effective number.
    """
    use_style()
    names = [name for name in SCALARS if name in tree["posterior"]]
    plot = az.plot_rank(
        az.thin(tree, var_names=names),
        var_names=names,
        labeller=_labeller(),
        figure_kwargs={"figsize": (9, 2.4 * -(-len(names) // 3)), "layout": "constrained"},
        col_wrap=3,
    )
    return plot.viz["figure"].item()


def joint_effects(tree: xr.DataTree, data: LongData) -> Figure:
    """Every subject's intercept against its slope, and how far the prior shrinks them."""
    use_style()
    draws = tree["posterior"].to_dataset()
    lines = [_least_squares(data, code) for code in range(data.subjects)]
    intercept, slope = np.array(lines).T
    figure, axes = plt.subplots(figsize=(6.2, 5.2), layout="constrained")
    u0, u1 = draws["u0"].to_numpy(), draws["u1"].to_numpy()
    thin = slice(None, None, max(1, u0.shape[1] // 100))
    axes.plot(
        u0[:, thin].ravel(), u1[:, thin].ravel(), ".", ms=1.5, color="#56B4E9", alpha=0.25,
        rasterized=True, label="posterior draws",
    )  # fmt: skip
    mean0, mean1 = u0.mean((0, 1)), u1.mean((0, 1))
    own0 = intercept - float(draws["beta0"].mean())
    own1 = slope - float(draws["beta1"].mean())
    axes.plot([own0, mean0], [own1, mean1], color="0.6", lw=0.8)
    axes.plot(own0, own1, "o", ms=4, mfc="white", mec="0.4", label="own least squares")
    axes.plot(mean0, mean1, "o", ms=5, color="#0072B2", label="posterior mean")
    span = 1.25 * np.array([np.nanmax(np.abs([own0, mean0])), np.nanmax(np.abs([own1, mean1]))])
    axes.set(xlim=(-span[0], span[0]), ylim=(-span[1], span[1]))
    axes.axhline(0, color="0.8", lw=0.8, zorder=0)
    axes.axvline(0, color="0.8", lw=0.8, zorder=0)
    axes.set(xlabel="$u_0$, deviation in intercept", ylabel="$u_1$, deviation in slope")
    figure.legend(loc="outside lower center", ncols=3, frameon=False, markerscale=1.2)
    sns.despine(figure)
    return figure


PRIOR_FIGURES: dict[str, Callable[..., Figure]] = {
    "trace": lambda tree, data, response, time: traces(tree),
    "rank": lambda tree, data, response, time: ranks(tree),
    "lines": fitted_lines,
    "effects": lambda tree, data, response, time: joint_effects(tree, data),
}
"""Figures of one prior's fit of the real data, by file name."""


def _subject_panels(data: LongData, response: str, time: str):
    columns = 6
    rows = -(-data.subjects // columns)
    figure, grid = plt.subplots(
        rows, columns, sharex=True, sharey=True, figsize=(9, 1.75 * rows + 0.6),
        layout="constrained", squeeze=False,
    )  # fmt: skip
    panels = grid.ravel()
    for axes in panels[data.subjects :]:
        axes.set_visible(False)
    for label, axes in zip(data.labels, panels):
        axes.set_title(label, pad=2)
    figure.supxlabel(time, size=10)
    figure.supylabel(response, size=10)
    return figure, panels[: data.subjects]


def _least_squares(data: LongData, code: int) -> tuple[float, float]:
    x, y = data.time[data.subject == code], data.response[data.subject == code]
    if len(np.unique(x)) < 2:
        return np.nan, np.nan
    slope, intercept = np.polyfit(x, y, 1)
    return intercept, slope


def _labeller():
    return az.labels.MapLabeller(var_name_map=SYMBOLS)
