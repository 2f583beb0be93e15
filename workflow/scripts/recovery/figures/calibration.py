"""Figures of simulation-based calibration."""

import pandas as pd
from matplotlib.figure import Figure

from recovery.calibration.ranks import QUANTITIES, ecdf_difference
from recovery.figures import style


def rank_ecdf(ranks: pd.DataFrame, methods: style.Methods) -> Figure:
    """Rank ECDF minus uniform; one panel per quantity, one line per prior."""
    lines = []
    for quantity in QUANTITIES:
        own = ranks[ranks["quantity"] == quantity].dropna(subset="pit")
        for prior, pit in own.groupby("prior", sort=False)["pit"]:
            if len(pit) > 1:
                columns = zip(("x", "estimate", "low", "high"), ecdf_difference(pit.to_numpy()))
                lines.append(pd.DataFrame(dict(columns)).assign(panel=quantity, prior=prior))
    return style.line_panels(
        pd.concat(lines, ignore_index=True).assign(reference=0.0),
        methods,
        "Ranks of truths drawn from the prior (grey: simultaneous 95 % band)",
        band=style.CHANCE,
        x="rank, as a share",
        y="ECDF minus uniform",
    )
