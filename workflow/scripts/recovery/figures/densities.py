"""What each prior says before it sees data."""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from arviz_stats.base import array_stats
from matplotlib.figure import Figure

from .style import SYMBOLS, prior_legend, prior_styles, use_style

NAMES = ("sigma_u0", "sigma_u1", "rho")


def implied_priors(draws: dict[str, xr.Dataset], labels: dict[str, str]) -> Figure:
    """Densities of sigma_u0, sigma_u1 and rho under every prior, estimated from its draws."""
    use_style()
    figure, panels = plt.subplots(1, 3, figsize=(9, 3.2), layout="constrained")
    styles = prior_styles(list(labels))
    for axes, name in zip(panels, NAMES):
        drawn = {prior: draws[prior][name].to_numpy().ravel() for prior in labels
                 if name in draws[prior]}  # fmt: skip
        top = max((np.quantile(x, 0.95) for x in drawn.values()), default=1.0)
        limits = (-1.0, 1.0) if name == "rho" else (0.0, top)
        for prior, x in drawn.items():
            # ArviZ's estimate reflects at the ends, where these densities do not vanish
            inside = x if name == "rho" else x[x < 3.0 * top]
            grid, density, _ = array_stats.kde(inside, bound_correction=True)
            share = len(inside) / len(x)
            axes.plot(grid, share * density, color=styles[prior]["color"], lw=1.4)
        axes.set(xlim=limits, ylim=(0, None), xlabel=SYMBOLS[name], yticks=())
    panels[0].set_ylabel("prior density")
    figure.suptitle("Before data: what each prior says")
    prior_legend(
        figure, labels, marked=False, loc="outside lower center", ncols=min(4, len(labels))
    )
    return figure
