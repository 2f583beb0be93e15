"""The figure of the benchmark: the cost of a prior."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from recovery.figures.style import (
    WIDTH,
    Style,
    dodge,
    mark,
    prior_legend,
    prior_styles,
    use_style,
)

SAMPLERS = ("pm.sample latent", "nutpie latent", "nutpie marginal")


def cost(table: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Effective draws per CPU second, CPU seconds and divergences, by method and prior."""
    use_style()
    drawn = {prior: name for prior, name in labels.items() if prior in set(table["prior"])}
    styles = {p: style for p, style in prior_styles(list(labels)).items() if p in drawn}
    figure, panels = plt.subplots(2, 2, figsize=(WIDTH, 7.0), layout="constrained")
    (speed, compiling), (sampling, diverging) = panels
    plain = table[(table["target_accept"] == 0.8) | table["target_accept"].isna()]
    _dots(speed, plain, SAMPLERS, "ess_per_second", styles)
    speed.set(title="Speed of sampling", xlabel="effective draws per CPU second (log scale)")
    _dots(compiling, plain, SAMPLERS, "compile_seconds", styles, log=False)
    compiling.set(title="Compilation", xlabel="CPU seconds", xlim=(0, None))
    _dots(sampling, plain, (*SAMPLERS, "exact, whole fit"), "sampling_seconds", styles)
    sampling.set(title="One posterior, once compiled", xlabel="CPU seconds (log scale)")
    named = table.assign(
        method=[f"{m}, {a:g}" for m, a in zip(table["method"], table["target_accept"])]
    )
    names = [f"{SAMPLERS[0]}, 0.8", *(f"{m}, {a}" for m in SAMPLERS[1:] for a in (0.8, 0.9))]
    _dots(diverging, named, names, "divergences", styles, log=False)
    diverging.set(title="Divergences, by target_accept", xlabel="mean per fit of 4 x 1000 draws")
    figure.suptitle("Cost of a prior on the real data (marks: medians of repeated fits)")
    prior_legend(figure, drawn, {prior: mark(style) for prior, style in styles.items()})
    return figure


def _dots(
    axes: Axes,
    table: pd.DataFrame,
    methods: Sequence[str],
    value: str,
    styles: dict[str, Style],
    log: bool = True,
) -> None:
    """One row per method and one mark per prior, with the first method on top."""
    for i, (prior, style) in enumerate(styles.items()):
        mine = table[table["prior"] == prior].set_index("method")[value].reindex(list(methods))
        y = np.arange(len(methods)) + dodge(i, len(styles), 0.7)
        axes.plot(mine, y, ms=5, mec="white", mew=0.5, clip_on=False, **mark(style))
    axes.set_yticks(range(len(methods)), list(methods))
    axes.set_ylim(len(methods) - 0.5, -0.5)
    axes.grid(axis="x", color="0.9")
    # rows apart, since a row has as many marks as there are priors
    for y in np.arange(len(methods) - 1) + 0.5:
        axes.axhline(y, color="0.9", lw=0.8)
    axes.set_axisbelow(True)
    if log:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda number, _: f"{number:g}")
        axes.xaxis.set_minor_locator(NullLocator())
