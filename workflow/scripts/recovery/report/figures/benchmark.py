"""Figures of the benchmark: the cost of a prior, and how a study grows."""

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from recovery.report.figures.style import (
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


def scaling(table: pd.DataFrame) -> Figure:
    """CPU time, memory and wall time of a study against its size."""
    use_style()
    figure, (cpu, memory, wall) = plt.subplots(1, 3, figsize=(WIDTH, 3), layout="constrained")
    growing = table[table["cores"] == table["cores"].max()].sort_values("replicates")
    x, seconds = growing["replicates"], growing["cpu_seconds"]
    cpu.plot(x, np.polyval(np.polyfit(x, seconds, 1), x), color="0.6", lw=1)
    cpu.plot(x, seconds, "o", color="black")
    cpu.set(title="CPU time (grey: straight line)", xlabel="replicates", ylabel="CPU seconds")
    memory.plot(x, growing["peak_memory_mb"], "o-", color="black", lw=1)
    memory.set(title="Memory of a job", xlabel="replicates", ylabel="largest, MB")
    largest = table[table["replicates"] == table["replicates"].max()].sort_values("cores")
    wall.bar(largest["cores"].astype(str), largest["wall_seconds"], color="0.6", width=0.5)
    wall.set(title=f"{x.max()} replicates", xlabel="cores", ylabel="wall seconds")
    for axes, values in ((cpu, seconds), (memory, growing["peak_memory_mb"])):
        axes.set(xlim=(0, 1.1 * x.max()), ylim=(0, 1.15 * values.max()))
    return figure


BENCHMARK_FIGURES: dict[str, Callable[[pd.DataFrame, pd.DataFrame, dict[str, str]], Figure]] = {
    "cost": lambda table, growth, labels: cost(table, labels),
    "scaling": lambda table, growth, labels: scaling(growth),
}
"""Figures of the benchmark, by file name."""


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
