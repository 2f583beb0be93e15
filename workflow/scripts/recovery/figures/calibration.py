"""Figures of simulation-based calibration."""

import pandas as pd
from matplotlib.figure import Figure

from recovery.calibration.ranks import QUANTITIES, ecdf_difference
from recovery.figures.style import (
    SYMBOLS,
    label_below,
    line,
    panel_grid,
    prior_legend,
    prior_styles,
    use_style,
)


def rank_ecdf(ranks: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Rank ECDF minus uniform; one panel per quantity, one line per prior."""
    use_style()
    title = "Ranks of truths drawn from the prior (grey: simultaneous 95 % band)"
    figure, panels = panel_grid(QUANTITIES, title, "ECDF minus uniform")
    drawn = {prior: name for prior, name in labels.items() if prior in set(ranks["prior"])}
    styles = {p: line(style) for p, style in prior_styles(list(labels)).items()}
    for quantity, axes in panels.items():
        for prior in drawn:
            chosen = (ranks["prior"] == prior) & (ranks["quantity"] == quantity)
            pit = ranks.loc[chosen, "pit"].dropna().to_numpy()
            if len(pit) < 2:
                continue
            x, difference, lower, upper = ecdf_difference(pit)
            # priors differ in n only where fits failed, so one band is enough
            if not axes.collections:
                axes.fill_between(x, lower, upper, color="0.88", lw=0)
            axes.plot(x, difference, lw=1.0, **styles[prior])
        axes.axhline(0, color="0.5", lw=0.8, ls="--")
        axes.set_title(SYMBOLS.get(quantity, "log likelihood"))
    label_below(panels, "rank, as a share")
    prior_legend(figure, drawn, styles)
    return figure
