"""What each prior says before it sees data."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from ..quadrature import Grid
from .style import SYMBOLS, line_styles, prior_legend, use_style

NAMES = ("sigma_u0", "sigma_u1", "rho")
NEGLIGIBLE = 0.02  # of an sd's highest density: the panel ends where all are below


def implied_priors(grids: dict[str, Grid], labels: dict[str, str]) -> Figure:
    """Densities of sigma_u0, sigma_u1 and rho under every prior, by quadrature."""
    use_style()
    figure, panels = plt.subplots(1, 3, figsize=(9, 3.2), layout="constrained")
    styles = line_styles(list(labels))
    for axes, name in zip(panels, NAMES):
        ends = []
        for prior, grid in grids.items():
            for i, axis in grid.free_axes():
                if axis.name == name:
                    value, density = grid.values(i), grid.density(i)
                    axes.plot(value, density, lw=1.4, **styles[prior])
                    ends.append(value[density > NEGLIGIBLE * density.max()].max())
        limits = (-1.0, 1.0) if name == "rho" else (0.0, max(ends, default=1.0))
        axes.set(xlim=limits, xlabel=SYMBOLS[name])
        if ends:
            axes.set_ylim(0, 1.1 * axes.dataLim.ymax)
        axes.locator_params(nbins=5)
    panels[0].set_ylabel("prior density")
    figure.suptitle("Before data: what each prior says")
    prior_legend(figure, labels, styles)
    return figure
