"""Common style of all figures: colours and markers of priors, symbols of parameters, saving."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("agg")
import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

# Okabe & Ito's colours, ordered so that the first four also differ in lightness (greyscale).
COLOURS = ("#000000", "#0072B2", "#D55E00", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#7F7F7F")
DASHES = ("-", "-", "--", "-.", "-", ":", "--", "-.")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
SYMBOLS = {
    "beta0": r"$\beta_0$",
    "beta1": r"$\beta_1$",
    "sigma": r"$\sigma$",
    "sigma_u0": r"$\sigma_{u0}$",
    "sigma_u1": r"$\sigma_{u1}$",
    "rho": r"$\rho$",
    "r_u": r"$r_u$",
}
FONT_SIZES = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.labelsize": 9,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 9,
}


def use_style() -> None:
    """Set the style of every figure drawn afterwards."""
    sns.set_theme(style="ticks", palette=list(COLOURS), rc=FONT_SIZES)
    plt.rcParams.update(
        {
            "figure.dpi": 100,
            "savefig.dpi": 200,
            "svg.fonttype": "path",
            "svg.hashsalt": "recovery",  # so that the same figure gives the same file
            "axes.spines.top": False,
            "axes.spines.right": False,
        }
    )


def prior_styles(priors: Sequence[str]) -> dict[str, dict[str, str]]:
    """Colour and marker of each prior, by its place in the config; the same in every figure."""
    return {
        prior: {"color": COLOURS[i % len(COLOURS)], "marker": MARKERS[i % len(MARKERS)]}
        for i, prior in enumerate(priors)
    }


def line_styles(priors: Sequence[str]) -> dict[str, dict[str, str]]:
    """Colour and dashes of each prior's lines without markers, so that equal lines both show."""
    return {
        prior: {"color": style["color"], "linestyle": DASHES[i % len(DASHES)]}
        for i, (prior, style) in enumerate(prior_styles(priors).items())
    }


def prior_legend(figure: Figure, labels: dict[str, str], styles: dict[str, dict[str, str]]) -> None:
    """Add the legend of priors (id -> label) to a figure, below its axes."""
    handles = [
        Line2D([], [], markersize=5, label=labels[prior], **styles[prior]) for prior in labels
    ]
    columns = min(4, len(labels))
    figure.legend(handles=handles, frameon=False, loc="outside lower center", ncols=columns)


def panel_grid(
    names: Sequence[str], title: str, ylabel: str, columns: int = 5
) -> tuple[Figure, dict[str, Axes]]:
    """A figure with one panel per name, in at most `columns` columns with shared axes."""
    columns = min(columns, max(len(names), 1))
    rows = max(-(-len(names) // columns), 1)
    figure, grid = plt.subplots(
        rows, columns, figsize=(max(2.1 * columns, 8.4), 1.2 + 1.8 * rows), sharex=True,
        sharey=True, layout="constrained", squeeze=False,
    )  # fmt: skip
    panels = dict(zip(names, grid.ravel()))
    for name, axes in panels.items():
        axes.set_title(name, size=9)
    for axes in grid.ravel()[len(names) :]:
        axes.set_visible(False)
    figure.suptitle(title)
    figure.supylabel(ylabel, size=10)
    return figure, panels


def label_below(panels: dict[str, Axes], label: str) -> None:
    """Label the lowest panels' x axes; a label of the whole figure would overlap the legend."""
    lowest = {axes.get_subplotspec().colspan.start: axes for axes in panels.values()}
    for axes in lowest.values():  # the last panel of every column
        axes.set_xlabel(label)
        axes.tick_params(labelbottom=True)


def dodge(index: int, count: int, span: float) -> float:
    """Offset of item `index` of `count`, spread evenly over `span` around 0."""
    return span * (index - (count - 1) / 2) / count


def save_figure(figure: Figure, paths: Sequence[str | Path]) -> None:
    """Save a figure in every requested format, without dates, and close it."""
    for path in paths:
        metadata = {"Date": None} if str(path).endswith(".svg") else None
        figure.savefig(path, bbox_inches="tight", metadata=metadata)
    plt.close(figure)
