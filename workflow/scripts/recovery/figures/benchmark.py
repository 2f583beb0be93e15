"""The figure of the benchmark: the cost of a prior."""

import pandas as pd
import seaborn.objects as so
from matplotlib.figure import Figure

from recovery.figures import style

COSTS = {
    "ess_per_second": "effective draws\nper CPU second",
    "compile_seconds": "CPU seconds\nof compilation",
    "sampling_seconds": "CPU seconds of a\nposterior, once compiled",
    "divergences": "divergences per fit\nof 4 x 1000 draws",
}
LOGARITHMIC = ("ess_per_second", "sampling_seconds")
METHODS = ("pm.sample latent", "nutpie latent", "nutpie marginal", "exact, whole fit")


def cost(table: pd.DataFrame, methods: style.Methods) -> Figure:
    """What a fit costs, one row per method and `target_accept`, one column per measure."""
    table = table.assign(method=pd.Categorical(table["method"], METHODS)).dropna(subset="method")
    table = table.sort_values(["method", "target_accept"], ignore_index=True)
    accepted = table["target_accept"].map(",\ntarget_accept {:g}".format, na_action="ignore")
    table["method"] = table["method"].astype(str) + accepted.fillna("")
    figure = style.new_figure(1.5 + 0.8 * table["method"].nunique())
    (
        methods.plot(table, y="method")
        .pair(x=list(COSTS))
        .add(so.Dot(pointsize=5.5, edgecolor="w"), so.Dodge(), legend=False, orient="y")
        .scale(**{f"x{i}": "log" for i, name in enumerate(COSTS) if name in LOGARITHMIC})
        .label(y="", **{f"x{i}": name for i, name in enumerate(COSTS.values())})
        .on(figure)
        .plot()
    )
    for axes in figure.axes:
        axes.grid(axis="x", color="0.9")
        # rows apart, since a row has as many marks as there are priors
        for row in range(1, table["method"].nunique()):
            axes.axhline(row - 0.5, color="0.9", lw=0.8)
    figure.suptitle("Cost of a prior on the real data (marks: medians of repeated fits)")
    methods.legend(figure, table["prior"], linestyle="")
    return figure
