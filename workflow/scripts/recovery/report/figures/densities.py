"""Densities that each prior implies before it sees data."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from recovery.exact.posterior import ExactPosterior
from recovery.report.figures.style import SYMBOLS, line_styles, prior_legend, use_style

NAMES = ("sigma_u0", "sigma_u1", "rho")
FIRST = 5e-3  # share of a prior below the first value drawn
NEGLIGIBLE = 0.02  # of an sd's highest density: the panel ends where all densities are below


def implied_priors(grids: dict[str, ExactPosterior], labels: dict[str, str]) -> Figure:
    """Densities of sigma_u0, sigma_u1 and rho under every prior, by quadrature."""
    use_style()
    figure, panels = plt.subplots(1, 3, figsize=(9, 3.2), layout="constrained")
    styles = line_styles(list(labels))
    for axes, name in zip(panels, NAMES):
        ends = []
        for prior, grid in grids.items():
            if name in grid.marginals:
                # some densities are infinite at 0, which a panel need not show
                value, density = (
                    x[grid.marginals[name].cumulative > FIRST] for x in grid.marginals[name][:2]
                )
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
