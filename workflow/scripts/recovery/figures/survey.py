"""The survey of real data: how far posteriors move between priors."""

import pandas as pd
import seaborn as sns
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure

from recovery.figures import style
from recovery.summaries.survey import SUBJECTS

PANELS = ("rho", "sigma_u0", "sigma_u1", SUBJECTS["slope"])
MOST_ERROR = 1e-3  # of an exact fit
BOUNDS = (0.0, 0.1, 0.3, 1.0, 3.0, 100.0)
"""Distances in posterior sds at which the colour changes."""


def survey_figure(table: pd.DataFrame, methods: style.Methods) -> Figure:
    """How far each prior's means are from the reference's, by data set and prior."""
    reference = table.loc[(table["parameter"] == "rho") & (table["moved"] == 0.0), "prior"].iloc[0]
    known = table.query("prior == @reference and parameter == 'rho'").set_index("data")["mean"]
    shown = table[(table["prior"] != reference) & ~(table["error"] > MOST_ERROR)]
    shown = shown.assign(rho=shown["data"].map(known)).sort_values("rho", kind="stable")
    shown["row"] = [f"{name} ({rho:.2f})" for name, rho in zip(shown["data"], shown["rho"])]
    labels = [methods.labels[name] for name in methods.labels if name in set(shown["prior"])]
    shown["label"] = shown["prior"].map(methods.labels)
    figure = style.new_figure(10.0)
    grid = figure.subplots(2, 2, sharex=True, sharey=True)
    norm = BoundaryNorm(BOUNDS, 256)
    for axes, name in zip(grid.flat, PANELS):
        wide = shown[shown["parameter"] == name].pivot(index="row", columns="label", values="moved")
        wide = wide.reindex(index=shown["row"].unique(), columns=labels)
        sns.heatmap(
            wide.abs(), ax=axes, annot=wide.round(1) + 0.0, fmt=".1f", annot_kws={"size": 6},
            cmap="Blues", norm=norm, cbar=False, linewidths=0.3,
        )  # fmt: skip
        axes.set(xlabel="", ylabel="", title=style.SYMBOLS.get(name, name))
        axes.tick_params(length=0)
    figure.suptitle(
        "Real data: distance of posterior means from those under "
        f"{methods.labels[reference]}, in posterior sds\n"
        f"(in brackets the mean of {style.SYMBOLS['rho']} under {methods.labels[reference]})"
    )
    return figure
