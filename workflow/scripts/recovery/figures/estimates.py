"""Figures of individual estimates and their errors."""

import textwrap
from functools import partial

import numpy as np
import pandas as pd
import seaborn.objects as so
from matplotlib.figure import Figure
from scipy import stats

from recovery.figures import style
from recovery.figures.layout import main_design
from recovery.figures.panels import line_panels
from recovery.figures.results import STUDY_FIGURES, StudyResults
from recovery.parameters import PARAMETERS

MOST_MARKS = 400  # replicates, of all scenarios, that can be distinguished in a panel
PER_TRUTH = 20  # of a true value, at least


def estimates_against_rho(results: StudyResults, parameter: str) -> Figure:
    """Posterior means and 95 % intervals of the main design, one panel per method.

    Only the first replicates of every scenario are shown, side by side at their true rho in the
    order of their means. r_u has a truth of its own in every replicate, which is subtracted.
    """
    design = main_design(results.designs)
    own = results.designs.query("design == @design").set_index("scenario")["rho"]
    first = max(MOST_MARKS // len(own), PER_TRUTH)
    table = results.estimates(own.index, [parameter], first)
    drawn = [prior for prior in results.labels if prior in set(table["prior"])]
    if not drawn:
        return style.empty_figure("Single estimates")
    table["rho"] = table["scenario"].map(own)
    values, truths = ["mean", "q2.5", "q97.5"], np.sort(own.unique())
    symbol, strokes = style.SYMBOLS[parameter], truths
    if parameter == "r_u":
        table[values] = table[values].sub(table["truth"], axis=0)
        symbol, strokes = f"{symbol} minus its true value", 0.0 * truths
    # the room of a true value: the distance to the nearest other one
    steps = np.concatenate([[np.inf], np.diff(truths), [np.inf]])
    room = np.minimum(steps[:-1], steps[1:]) if len(truths) > 1 else np.array([0.2])
    place = table.groupby(["prior", "rho"])["mean"].rank(pct=True) - 0.5
    table["x"] = table["rho"] + 0.8 * place * table["rho"].map(dict(zip(truths, room)))
    columns = min(len(drawn), 4)
    width = min(2.4 + 2.2 * columns, style.WIDTH)
    figure = style.new_figure(1.2 + 2.5 * -(-len(drawn) // columns), width)
    bars = so.Range(color="0.8", linewidth=0.4, linestyle="-", artist_kws={"rasterized": True})
    dots = so.Dot(pointsize=2.5, edgewidth=0, artist_kws={"rasterized": True, "zorder": 3})
    (
        results.plot(table, x="x", y="mean", ymin="q2.5", ymax="q97.5")
        .facet("prior", wrap=columns, order=drawn)
        .add(bars, legend=False)
        .add(dots, legend=False)
        .label(x=style.TRUE_RHO, y=symbol)
        .label(title=lambda prior: textwrap.fill(results.labels[prior], 24))
        .on(figure)
        .plot()
    )
    for axes in figure.axes:
        axes.hlines(strokes, truths - 0.45 * room, truths + 0.45 * room, color="#D62728", lw=1.4)
        axes.set_xlim(truths[0] - 0.7 * room[0], truths[-1] + 0.7 * room[-1])
        style.truth_ticks(axes, truths, 0.17)
    figure.suptitle(
        f"{design}: the first {first} data sets per {style.TRUE_RHO}\n"
        f"(marks: posterior means; grey: 95 % intervals; red: the truth)"
    )
    return figure


def accuracy(results: StudyResults) -> Figure:
    """Quantiles of the sampler's standardised errors minus the normal's, by parameter.

    The band holds each quantile of independent standard normals with probability 95 %. Their order
    statistics are the normal quantiles of beta variables.
    """
    errors = results.compared().dropna(subset="z_mean").sort_values("z_mean")
    groups = errors.groupby(["parameter", "prior"])["z_mean"]
    n, rank = groups.transform("size"), groups.cumcount() + 1
    x = stats.norm.ppf((rank - 0.5) / n)
    low, high = (stats.norm.ppf(stats.beta.ppf(p, rank, n + 1 - rank)) for p in (0.025, 0.975))
    errors["panel"] = pd.Categorical(
        errors["parameter"], dict.fromkeys([*PARAMETERS, *errors["parameter"]])
    )
    estimates = errors.assign(x=x, estimate=errors["z_mean"] - x)
    return line_panels(
        [estimates.assign(low=low - x, high=high - x, reference=0.0)],
        style.Methods(results.all_labels),
        "Posterior means by NUTS minus exact ones, in Monte Carlo standard errors\n"
        "(all designs together; grey: 95 % of each quantile, if errors are standard normal)",
        band=style.CHANCE,
        x="standard normal quantile",
        y="quantile minus the normal's",
    )


STUDY_FIGURES |= {
    "estimates_rho": partial(estimates_against_rho, parameter="rho"),
    "estimates_r_u": partial(estimates_against_rho, parameter="r_u"),
    "accuracy": accuracy,
}
