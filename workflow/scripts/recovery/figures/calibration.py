"""Figures of simulation-based calibration."""

import pandas as pd
from matplotlib.figure import Figure

from recovery.calibration.ranks import ecdf_difference
from recovery.figures import style
from recovery.figures.panels import line_panels


def rank_ecdf(ranks: pd.DataFrame, methods: style.Methods) -> Figure:
    """Rank ECDF minus uniform; one panel per quantity, one line per prior."""
    lines = []
    for keys, pit in ranks.groupby(["quantity", "prior"], sort=False)["pit"]:
        known = pit.dropna().to_numpy()
        if len(known) > 1:
            columns = dict(zip(("x", "estimate", "low", "high"), ecdf_difference(known)))
            columns |= dict(zip(("panel", "prior"), keys))
            lines.append(pd.DataFrame(columns).assign(reference=0.0))
    return line_panels(
        lines,
        methods,
        "Ranks of truths drawn from the prior (grey: simultaneous 95 % band)",
        band=style.CHANCE,
        x="rank, as a share",
        y="ECDF minus uniform",
    )
