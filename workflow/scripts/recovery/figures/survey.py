"""The survey of real data: how far posteriors move between priors."""

import pandas as pd
import seaborn as sns
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure

from recovery.figures import style
from recovery.summaries.survey import SUBJECTS

PANELS = ("rho", "sigma_u0", "sigma_u1", SUBJECTS["slope"])
BOUNDS = (0.0, 0.1, 0.3, 1.0, 3.0, 100.0)
"""Distances in posterior sds at which the colour changes."""


def survey_figure(table: pd.DataFrame, methods: style.Methods) -> Figure:
    """How far each prior's means are from the reference's, by data set and prior."""
    reference = table.loc[(table["parameter"] == "rho") & (table["moved"] == 0.0), "prior"].iloc[0]
    shown = table[table["prior"] != reference].sort_values("rho_sd", kind="stable")
    shown = shown.assign(
        row=[f"{name} ({count})" for name, count in zip(shown["data"], shown["subjects"])],
        moved=shown["moved"].abs(),
    )
    labels = [methods.labels[name] for name in methods.labels if name in set(shown["prior"])]
    shown["label"] = shown["prior"].map(methods.labels)
    figure = style.new_figure(10.0)
    grid = figure.subplots(2, 2, sharex=True, sharey=True)
    norm = BoundaryNorm(BOUNDS, 256)
    for axes, name in zip(grid.flat, PANELS):
        wide = shown[shown["parameter"] == name].pivot(index="row", columns="label", values="moved")
        wide = wide.reindex(index=shown["row"].unique(), columns=labels)
        sns.heatmap(
            wide, ax=axes, annot=True, fmt=".1f", annot_kws={"size": 6}, cmap="Blues",
            norm=norm, cbar=False, linewidths=0.3,
        )  # fmt: skip
        axes.set(xlabel="", ylabel="", title=style.SYMBOLS.get(name, name))
        axes.tick_params(length=0)
    figure.suptitle(
        "Real data: distance of posterior means from those under "
        f"{methods.labels[reference]}, in posterior sds\n"
        f"(subjects in brackets; the first rows tell most of {style.SYMBOLS['rho']})"
    )
    return figure
