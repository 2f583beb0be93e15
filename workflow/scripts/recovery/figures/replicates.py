"""Figures of every replicate: agreement of priors, measures as replicates come in, zip plots."""

import textwrap
from itertools import combinations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from recovery.columns import HEADLINE_LEVEL
from recovery.figures import style
from recovery.figures.layout import main_design
from recovery.figures.results import STUDY_FIGURES, StudyResults
from recovery.files import read_table
from recovery.summaries.monte_carlo import Z95, wilson_interval
from recovery.summaries.recovery import READ

COVARIANCE = ("rho", "r_u", "sigma_u0", "sigma_u1")
COMPARED = 3  # priors: their pairs are a column of panels each
RUN_IN = 0.05  # share of the replicates, the first, whose bands would set the scale
CELLS = 4  # that settle slowest, of each measure
POINTS = 400  # of a line
LOW, HIGH = "q2.5", "q97.5"
COLUMNS = ["scenario", "prior", "engine", "truth", "mean", "sd", LOW, HIGH]
SHOWN = 500  # replicates of a zip plot: more intervals cannot be distinguished in print


def agreement(results: StudyResults) -> Figure:
    """Posterior means of pairs of priors on the same data sets (Bland & Altman 1986)."""
    labels = {p: name for p, name in results.labels.items() if p != "reml"}
    pairs = list(combinations(list(labels)[:COMPARED], 2))
    design = main_design(results.designs)
    rho = results.designs.query("design == @design").set_index("scenario")["rho"]
    estimates = results.estimates(rho.index, COVARIANCE)
    figure = style.new_figure(8.4, width=2.6 * max(len(pairs), 1.5) + 0.5)
    grid = figure.subplots(len(COVARIANCE), len(pairs), squeeze=False, sharex="row", sharey="row")
    for row, parameter in zip(grid, COVARIANCE):
        # in the order of the replicates, so that no scenario hides the others
        means = estimates[estimates["parameter"] == parameter].pivot(
            index=["replicate", "scenario"], columns="prior", values="mean"
        )
        for axes, pair in zip(row, pairs):
            colours = _bland_altman(axes, means.reindex(columns=list(pair)).dropna(), rho)
        row[0].set_ylabel(f"difference of\n{results.label(parameter)}")
    for axes, (first, second) in zip(grid[0], pairs):
        axes.set_title(f"{labels[second]}\nminus {labels[first]}")
    figure.colorbar(colours, ax=grid, label=style.TRUE_RHO, shrink=0.5, aspect=40)
    figure.supxlabel("mean of the two posterior means", size=9)
    figure.suptitle(f"Agreement of priors, {design}\n(lines: mean difference and 1.96 sd about it)")
    return figure


def _bland_altman(axes: Axes, means: pd.DataFrame, rho: pd.Series) -> PathCollection:
    """Difference against mean of two priors' posterior means, coloured by the true rho."""
    difference, truth = means.diff(axis=1).iloc[:, 1], means.index.get_level_values("scenario")
    centre, spread = difference.mean(), Z95 * difference.std()
    style.reference_line(axes, 0.0)
    for height, dashes in ((centre, "-"), (centre - spread, ":"), (centre + spread, ":")):
        axes.axhline(height, color="0.15", lw=1.1, ls=dashes)
    return axes.scatter(
        means.mean(axis=1), difference, c=truth.map(rho), s=2, lw=0, cmap="managua",
        vmin=-1, vmax=1, rasterized=True,
    )  # fmt: skip


def running(results: StudyResults) -> Figure:
    """Coverage and bias of rho as replicates come in, where they settle slowest."""
    symbol, tables = style.SYMBOLS["rho"], []
    measures = {"coverage": (_running_coverage, HEADLINE_LEVEL), "bias": (_running_bias, 0.0)}
    for measure, (so_far, nominal) in measures.items():
        for cell in _slowest(results.measured(measure)).itertuples():
            estimates = results.estimates([cell.scenario], ["rho"], first=10**9)
            own = estimates[estimates["prior"] == cell.prior].sort_values("replicate")
            columns = dict(zip(("estimate", "low", "high"), so_far(own)))
            table = pd.DataFrame(columns | {"x": np.arange(1, len(own) + 1)})
            shown = table.iloc[int(RUN_IN * len(own)) :: max(len(own) // POINTS, 1)]
            name = f"{measure} of {symbol}\n{cell.design}\n{symbol} = {style.number(cell.rho)}"
            tables.append(shown.assign(panel=name, prior=cell.prior, reference=nominal))
    return style.line_panels(
        tables,
        results,
        "Where results settle slowest: the largest Monte Carlo errors\n"
        "(bands: 95 % Monte Carlo intervals; dashed: nominal coverage, no bias)",
        x="replicates",
    )


STUDY_FIGURES |= {"agreement": agreement, "running": running}


def _slowest(table: pd.DataFrame) -> pd.DataFrame:
    """Of rho, the cells with the largest Monte Carlo errors, at most one per scenario."""
    own = table[(table["parameter"] == "rho") & (table["engine"] == "exact")]
    own = own.dropna(subset="mcse").sort_values("mcse", ascending=False, kind="stable")
    return own.drop_duplicates("scenario").head(CELLS)


def _running_coverage(table: pd.DataFrame) -> tuple[np.ndarray, ...]:
    n = np.arange(1, len(table) + 1)
    share = table["truth"].between(table[LOW], table[HIGH]).cumsum().to_numpy() / n
    return share, *wilson_interval(share, n)


def _running_bias(table: pd.DataFrame) -> tuple[np.ndarray, ...]:
    error = (table["mean"] - table["truth"]).expanding(min_periods=2)
    mean, half = error.mean().to_numpy(), Z95 * error.sem().to_numpy()
    return mean, mean - half, mean + half


def read_intervals(path: str) -> pd.DataFrame:
    """The intervals of rho of a scenario's first replicates."""
    chosen = [("parameter", "==", "rho"), ("engine", "in", READ), ("replicate", "<=", SHOWN)]
    return read_table(path, columns=COLUMNS, filters=chosen).dropna(subset=["mean", LOW, HIGH])


def zip_plot(estimates: pd.DataFrame, methods: style.Methods) -> Figure:
    """Every 95 % interval of rho, stacked by how far its centre is from the truth.

    The zip plot of Morris, White & Crowther (2019): intervals are ordered by |mean - truth| / sd,
    and those that miss the truth are coloured. The height is the share of intervals that are
    nearer, on the scale of the figures of coverage. One row of panels per scenario, one column per
    method.
    """
    scenarios = list(estimates.groupby("scenario", sort=False))
    if not scenarios:
        return style.empty_figure("Every 95 % interval")
    rows, columns = len(scenarios), len(methods.labels)
    figure = style.new_figure(1.3 + 2.5 * rows, max(1.0 + 1.8 * columns, 5.0))
    grid = figure.subplots(rows, columns, squeeze=False, sharex="row", sharey=True)
    for i, (row, (_, own)) in enumerate(zip(grid, scenarios)):
        for axes, prior in zip(row, methods.labels):
            missed = _zip_panel(axes, own[own["prior"] == prior], methods.styles[prior]["color"])
            first = f"{textwrap.fill(methods.labels[prior], 24)}\n" if i == 0 else ""
            axes.set_title(first + missed, size=9)
        truth = f"{style.TRUE_RHO} = {style.number(own['truth'].iloc[0])}"
        row[0].set_ylabel(f"{truth}\nshare nearer to the truth")
    figure.supxlabel(f"interval of {style.SYMBOLS['rho']} minus truth", size=9)
    figure.suptitle(
        "Every 95 % interval, the furthest from the truth on top\n"
        "coloured: misses the truth; dashed: 0.95\n"
        "dotted: 95 % Monte Carlo interval of the coverage",
        size=9,
    )
    return figure


def _zip_panel(axes: Axes, table: pd.DataFrame, colour: str) -> str:
    """Draw the intervals of one scenario and method; how many miss, in words."""
    n = len(table)
    low, high = table[LOW] - table["truth"], table[HIGH] - table["truth"]
    # REML has no standard error of rho; its interval stands for one
    sd = table["sd"].fillna((high - low) / (2.0 * Z95))
    nearer = ((table["mean"] - table["truth"]).abs() / sd).rank(method="first") / max(n, 1)
    held = (low <= 0) & (high >= 0)
    axes.hlines(nearer[held], low[held], high[held], color="0.82", lw=0.5, rasterized=True)
    axes.hlines(nearer[~held], low[~held], high[~held], color=colour, lw=0.9, rasterized=True)
    axes.axvline(0, color="0.2", lw=0.8)
    axes.axhline(HEADLINE_LEVEL, color="0.2", lw=0.8, ls="--")
    for edge in wilson_interval(held.mean(), n) if n else ():
        axes.axhline(edge, color="0.2", lw=0.9, ls=":")
    style.coverage_scale(axes, 0.0)
    return f"{np.sum(~held)} of {n} miss"
