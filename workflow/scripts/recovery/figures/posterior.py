"""Figures of the real data and of one prior's posterior for it."""

from collections.abc import Callable

import arviz as az
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recovery.data.longdata import LongData
from recovery.figures.style import (
    FONT_SIZES,
    SYMBOLS,
    WIDTH,
    parameter_label,
    use_style,
)

SCALARS = ("beta0", "beta1", "sigma", "sigma_u0", "sigma_u1", "rho")
CHAINS = "arviz-variat"  # ArviZ's style: none of its colours is a prior's
MOST_DOTS = 100  # of a chain and subject, in the figure of effects


def data_panels(data: LongData, units: tuple[str, str]) -> Figure:
    """The raw data, one panel per subject with its own least-squares line."""
    use_style()
    figure, panels = _subject_panels(data, units)
    for code, axes in enumerate(panels):
        x, y = data.time[data.subject == code], data.response[data.subject == code]
        axes.plot(x, y, "o", ms=3, color="0.2")
        if len(np.unique(x)) > 1:
            # no further than the subject was observed
            ends = np.array([x.min(), x.max()])
            axes.plot(ends, np.polynomial.Polynomial.fit(x, y, 1)(ends), color="#D62728", lw=1.2)
    figure.suptitle("Data (dots) and each subject's own least-squares line (red)")
    return figure


def fitted_lines(
    tree: xr.DataTree, data: LongData, units: tuple[str, str], colour: str, label: str
) -> Figure:
    """The data with every subject's posterior mean line and its 50 and 95 % intervals."""
    use_style()
    draws = tree["posterior"].to_dataset()
    figure, panels = _subject_panels(data, units)
    for code, axes in enumerate(panels):
        own = draws.isel(subject=code)
        mine = data.subject == code
        x = xr.DataArray(np.linspace(data.time[mine].min(), data.time[mine].max(), 30), dims="time")
        line = (own["beta0"] + own["u0"]) + (own["beta1"] + own["u1"]) * x
        low, lower, upper, high = line.quantile([0.025, 0.25, 0.75, 0.975], dim=("chain", "draw"))
        axes.fill_between(x, low, high, color=colour, alpha=0.2, lw=0)
        axes.fill_between(x, lower, upper, color=colour, alpha=0.35, lw=0)
        axes.plot(x, line.mean(("chain", "draw")), color=colour, lw=1.2)
        population = float(draws["beta0"].mean()) + float(draws["beta1"].mean()) * x
        axes.plot(x, population, color="0.4", lw=1, ls="--")
        axes.plot(data.time[mine], data.response[mine], "o", ms=2.5, color="0.2")
    figure.suptitle(
        f"{label}: fitted lines with 50 % (dark) and 95 % (light) intervals\n"
        "(dots: data; dashed: the population's line)"
    )
    return figure


def traces(tree: xr.DataTree, label: str) -> Figure:
    """Density and trace of every chain, for each scalar parameter."""
    names = [name for name in SCALARS if name in tree["posterior"]]
    use_style()
    with plt.style.context([CHAINS, FONT_SIZES]):
        plot = az.plot_trace_dist(
            tree,
            var_names=names,
            labeller=_labeller(),
            visuals={"trace": {"rasterized": True, "width": 0.3}, "dist": {"width": 1.2}},
            aes={"color": ["chain"]},
            figure_kwargs={"figsize": (WIDTH, 1.4 * len(names)), "layout": "constrained"},
        )
    figure = plot.viz["figure"].item()
    figure.suptitle(f"{label}: density (left) and draws (right) of every chain")
    return figure


def ranks(tree: xr.DataTree, label: str) -> Figure:
    """Rank ECDF differences of the chains with their simultaneous 95 % band, by parameter.

    The band assumes independent draws, so they are thinned to about the effective number.
    """
    names = [name for name in SCALARS if name in tree["posterior"]]
    use_style()
    with plt.style.context([CHAINS, FONT_SIZES]):
        plot = az.plot_rank(
            az.thin(tree, var_names=names),
            var_names=names,
            method="envelope",
            thin=False,
            envelope_prob=0.95,
            labeller=_labeller(),
            visuals={"ecdf_lines": {"width": 1.0}},
            figure_kwargs={
                "figsize": (WIDTH, 0.6 + 2.0 * -(-len(names) // 3)), "layout": "constrained"
            },
            col_wrap=3,
        )  # fmt: skip
    figure = plot.viz["figure"].item()
    figure.suptitle(f"{label}: ECDF of each chain's ranks minus the uniform's (grey: 95 % band)")
    return figure


def joint_effects(
    tree: xr.DataTree, data: LongData, units: tuple[str, str], colour: str, label: str
) -> Figure:
    """Every subject's intercept against its slope, and how far the prior shrinks them.

    The axes hold the posterior; a least-squares line outside them is an arrow that points to it.
    """
    use_style()
    draws = tree["posterior"].to_dataset()
    figure, axes = plt.subplots(figsize=(6.2, 5.4), layout="constrained")
    u0, u1 = draws["u0"].to_numpy(), draws["u1"].to_numpy()
    thin = slice(None, None, max(1, u0.shape[1] // MOST_DOTS))
    axes.plot(
        u0[:, thin].ravel(), u1[:, thin].ravel(), ".", ms=1.5, color=colour, alpha=0.3, mew=0,
        rasterized=True,
    )  # fmt: skip
    means = np.stack([u0.mean((0, 1)), u1.mean((0, 1))])
    population = [[float(draws["beta0"].mean())], [float(draws["beta1"].mean())]]
    own = np.array([_least_squares(data, code) for code in range(data.subjects)]).T - population
    # the population effects may differ from the mean of the subjects, hence not symmetric
    for values, limits in ((u0, axes.set_xlim), (u1, axes.set_ylim)):
        low, high = np.quantile(values, [0.0005, 0.9995])
        limits(low, high)
    _shrinkage(axes, own, means)
    axes.plot(*means, "o", ms=5, color=colour, mec="white", mew=0.6, label="posterior mean")
    axes.plot([], [], ".", ms=4, color=colour, alpha=0.5, label="posterior draws")
    axes.axhline(0, color="0.8", lw=0.8, zorder=0)
    axes.axvline(0, color="0.8", lw=0.8, zorder=0)
    axes.set_xlabel(f"deviation in intercept, {parameter_label('u0', *units)}")
    axes.set_ylabel(f"deviation in slope, {parameter_label('u1', *units)}")
    axes.set_title(f"{label}: subjects' effects", size=11)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    return figure


def _shrinkage(axes: Axes, own: np.ndarray, means: np.ndarray) -> None:
    """A line from each least-squares estimate to the posterior mean, clipped to the axes."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    inside = (own[0] > left) & (own[0] < right) & (own[1] > bottom) & (own[1] < top)
    axes.plot([own[0], means[0]], [own[1], means[1]], color="0.5", lw=0.8, zorder=2)
    axes.plot(*own[:, inside], "o", ms=4, mfc="white", mec="0.3", label="own least squares")
    for x, y, to_x, to_y in zip(*means[:, ~inside], *own[:, ~inside]):
        if np.isfinite(to_x):
            scale = min(
                (edge - start) / step
                for start, step, edges in (
                    (x, to_x - x, (left, right)),
                    (y, to_y - y, (bottom, top)),
                )
                if step
                for edge in edges
                if (edge - start) / step > 0
            )
            tip = (x + 0.98 * scale * (to_x - x), y + 0.98 * scale * (to_y - y))
            axes.annotate("", tip, (x, y), arrowprops={"arrowstyle": "->", "color": "0.5"})


PRIOR_FIGURES: dict[str, Callable[..., Figure]] = {
    "trace": lambda tree, data, units, colour, label: traces(tree, label),
    "rank": lambda tree, data, units, colour, label: ranks(tree, label),
    "lines": fitted_lines,
    "effects": joint_effects,
}
"""Figures of one prior's fit of the real data, by file name."""


def _subject_panels(data: LongData, units: tuple[str, str]) -> tuple[Figure, np.ndarray]:
    columns = 6 if data.subjects <= 24 else 8
    rows = -(-data.subjects // columns)
    figure, grid = plt.subplots(
        rows, columns, sharex=True, sharey=True, figsize=(WIDTH, 0.9 + 8.4 / columns * rows),
        layout="constrained", squeeze=False,
    )  # fmt: skip
    panels = grid.ravel()
    for axes in panels[data.subjects :]:
        axes.set_visible(False)
    for label, axes in zip(data.labels, panels):
        axes.set_title(label, pad=2, size=9)
    # the last panel of every column, also where the row below is not full
    for axes in panels[max(data.subjects - columns, 0) : data.subjects]:
        axes.tick_params(labelbottom=True)
    response, time = units
    figure.supxlabel(time, size=9)
    figure.supylabel(response, size=9)
    return figure, panels[: data.subjects]


def _least_squares(data: LongData, code: int) -> tuple[float, float]:
    x, y = data.time[data.subject == code], data.response[data.subject == code]
    if len(np.unique(x)) < 2:
        return np.nan, np.nan
    slope, intercept = np.polyfit(x, y, 1)
    return intercept, slope


def _labeller() -> az.labels.MapLabeller:
    return az.labels.MapLabeller(var_name_map=SYMBOLS)
