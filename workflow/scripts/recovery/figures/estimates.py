"""Figures of individual estimates and their errors."""

import textwrap

import numpy as np
from matplotlib.figure import Figure
from scipy import stats

from recovery.figures.layout import main_design
from recovery.figures.results import StudyResults, study_figure
from recovery.figures.style import (
    SYMBOLS,
    label_below,
    line,
    mark,
    panel_grid,
    prior_legend,
    truth_ticks,
    use_style,
)
from recovery.parameters import PARAMETERS

MOST_MARKS = 400  # replicates, of all scenarios, that can be distinguished in a panel
PER_TRUTH = 20  # of a true value, at least


@study_figure
def estimates_rho(results: StudyResults) -> Figure:
    """Estimates of rho against the truth."""
    return _estimates_against_rho(results, "rho")


@study_figure
def estimates_r_u(results: StudyResults) -> Figure:
    """Estimates of the realised correlation, minus its true value, against the true rho."""
    return _estimates_against_rho(results, "r_u")


def _estimates_against_rho(results: StudyResults, parameter: str) -> Figure:
    """Posterior means and 95 % intervals of the main design, one panel per method.

    Only the first replicates of every scenario are shown, side by side at their true rho in the
    order of their means. r_u has a truth of its own in every replicate, which is subtracted.
    """
    use_style()
    design = main_design(results.designs)
    own = results.designs.query("design == @design").set_index("scenario")["rho"]
    first = max(MOST_MARKS // len(own), PER_TRUTH)
    estimates = results.estimates(own.index, [parameter], first)
    estimates["rho"] = estimates["scenario"].map(own)
    offset = estimates["truth"] if parameter == "r_u" else 0.0
    for name in ("mean", "q2.5", "q97.5"):
        estimates[name] -= offset
    labels = {p: name for p, name in results.labels.items() if p in set(estimates["prior"])}
    symbol = SYMBOLS[parameter]
    ylabel = f"{symbol} minus its true value" if parameter == "r_u" else symbol
    title = (
        f"{design}: the first {first} data sets per true {SYMBOLS['rho']}\n"
        f"(marks: posterior means; grey: 95 % intervals; red: the truth)"
    )
    figure, panels = panel_grid(list(labels), title, ylabel, height=2.5)
    truths = np.sort(own.unique())
    # the room of a true value: the distance to the nearest other one
    steps = np.concatenate([[np.inf], np.diff(truths), [np.inf]])
    room = np.minimum(steps[:-1], steps[1:]) if len(truths) > 1 else np.array([0.2])
    rooms = dict(zip(truths, room))
    for prior, axes in panels.items():
        mine = estimates[estimates["prior"] == prior]
        place = mine.groupby("rho")["mean"].rank(pct=True) - 0.5
        x = mine["rho"] + 0.8 * place * mine["rho"].map(rooms)
        axes.vlines(x, mine["q2.5"], mine["q97.5"], color="0.8", lw=0.4, rasterized=True)
        axes.plot(x, mine["mean"], ms=1.8, rasterized=True, **mark(results.styles[prior]))
        at = truths if parameter == "rho" else 0.0 * truths
        axes.hlines(at, truths - 0.45 * room, truths + 0.45 * room, color="#D62728", lw=1.4)
        axes.set_title(textwrap.fill(labels[prior], 24), size=9)
        axes.set_xlim(truths[0] - 0.7 * room[0], truths[-1] + 0.7 * room[-1])
        truth_ticks(axes, truths, 0.17)
    label_below(panels, f"true {SYMBOLS['rho']}")
    return figure


@study_figure
def accuracy(results: StudyResults) -> Figure:
    """Quantiles of the sampler's standardised errors minus the normal's, by parameter.

    The band holds each quantile of independent standard normals with probability 95 %. Their order
    statistics are the normal quantiles of beta variables.
    """
    use_style()
    errors = results.compared().rename(columns={"z_mean": "z"}).dropna(subset="z")
    labels = {p: name for p, name in results.all_labels.items() if p in set(errors["prior"])}
    title = (
        "Posterior means by NUTS minus exact ones, in Monte Carlo standard errors\n"
        "(all designs together; grey: 95 % of each quantile, if errors are standard normal)"
    )
    figure, panels = panel_grid(PARAMETERS, title, "quantile minus the normal's")
    for parameter, axes in panels.items():
        for prior in labels:
            chosen = (errors["prior"] == prior) & (errors["parameter"] == parameter)
            z = np.sort(errors.loc[chosen, "z"])
            if not len(z):
                continue
            rank = np.arange(1, len(z) + 1)
            normal = stats.norm.ppf((rank - 0.5) / len(z))
            if not axes.collections:  # priors differ in n only where fits failed
                edges = (stats.beta.ppf(p, rank, rank[::-1]) for p in (0.025, 0.975))
                low, high = (stats.norm.ppf(edge) - normal for edge in edges)
                axes.fill_between(normal, low, high, color="0.88", lw=0)
            axes.plot(normal, z - normal, lw=1.1, rasterized=True, **line(results.styles[prior]))
        axes.axhline(0, color="0.5", lw=0.8, ls="--")
        axes.set_title(SYMBOLS[parameter])
    label_below(panels, "standard normal quantile")
    prior_legend(figure, labels, {p: line(results.styles[p]) for p in labels})
    return figure
