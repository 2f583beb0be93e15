"""Common style of all figures: colours, markers, symbols, panels and axes, saving."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

mpl.use("agg")
import seaborn as sns
from matplotlib.lines import Line2D
from PIL import Image

from recovery.files import written_whole

Style = dict[str, Any]

# Okabe & Ito's colours, ordered so that the first four also differ in lightness (greyscale), then
# darker ones of Paul Tol's muted scheme.
COLOURS = (
    "#000000", "#0072B2", "#D55E00", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#882255",
    "#999933", "#332288", "#8B4513", "#AA4499",
)  # fmt: skip
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "p", "h")
DASHES: tuple[Any, ...] = (
    "-", "-", (0, (5, 1.5)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 1)), (0, (1, 1)), (0, (8, 2)),
    (0, (4, 1, 1, 1, 1, 1)), (0, (2, 2)), (0, (7, 1, 1, 1)), (0, (5, 3)), (0, (3, 1, 1, 1)),
)  # fmt: skip
NEUTRAL: dict[str, Style] = {
    "reml": {"color": "#7F7F7F", "marker": "x", "linestyle": (0, (1, 0.6)), "markeredgewidth": 1.2}
}
"""Methods that are not priors."""

SYMBOLS = {
    "beta0": r"$\beta_0$",
    "beta1": r"$\beta_1$",
    "sigma": r"$\sigma$",
    "sigma_u0": r"$\sigma_{u0}$",
    "sigma_u1": r"$\sigma_{u1}$",
    "rho": r"$\rho$",
    "r_u": r"$r_u$",
    "u0": "$u_0$",
    "u1": "$u_1$",
}
SLOPES = ("beta1", "sigma_u1", "u1")
CORRELATIONS = ("rho", "r_u")
FONT_SIZES = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.labelsize": 9,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 9,
    "figure.titlesize": 11,
}
WIDTH = 8.3
"""Width of most figures in inches: at 100 dots per inch, that of a README's column."""
COLUMNS = 4  # of a legend
LABELLED = 0.1  # of an axis' length: labels of ticks are at least so far apart
COVERAGES = (0.0, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 1.0)


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
            "axes.linewidth": 0.8,
            "xtick.major.width": 0.8,
            "ytick.major.width": 0.8,
            "xtick.major.size": 4,
            "ytick.major.size": 4,
        }
    )


def prior_styles(priors: Sequence[str]) -> dict[str, Style]:
    """Colour, marker and dashes of each method, by its place in the config.

    Give all methods of the study, also where only some are drawn, so that a method looks the same
    in every figure.
    """
    return {
        prior: NEUTRAL.get(
            prior,
            {
                "color": COLOURS[i % len(COLOURS)],
                "marker": MARKERS[i % len(MARKERS)],
                "linestyle": DASHES[i % len(DASHES)],
            },
        )
        for i, prior in enumerate(priors)
    }


def plain(text: str) -> str:
    """A user's text for matplotlib, which would read what is between two $ as a formula."""
    return text.replace("$", r"\$")


def plain_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels by id, as `plain` text."""
    return {name: plain(label) for name, label in labels.items()}


def mark(style: Style) -> Style:
    """A method's style for marks that no line joins."""
    return {**style, "linestyle": ""}


def line(style: Style) -> Style:
    """A method's style for a line without marks."""
    return {key: style[key] for key in ("color", "linestyle")}


def parameter_label(name: str, response: str, time: str) -> str:
    """A parameter's symbol with its unit; correlations have none."""
    if name in CORRELATIONS:
        return SYMBOLS[name]
    unit = f"{response} per unit of {time}" if " " in time else f"{response} per {time}"
    return f"{SYMBOLS[name]} ({unit if name in SLOPES else response})"


def prior_legend(figure: Figure, labels: dict[str, str], styles: dict[str, Style]) -> None:
    """Add the legend of methods (id -> label) to a figure, below its axes."""
    handles = [
        Line2D([], [], markersize=5, linewidth=1.2, label=labels[prior], **styles[prior])
        for prior in labels
    ]
    if handles:
        columns = min(COLUMNS, len(handles))
        figure.legend(handles=handles, frameon=False, loc="outside lower center", ncols=columns)


def dodge(index: int, count: int, span: float) -> float:
    """Offset of item `index` of `count`, spread evenly over `span` around 0."""
    return span * (index - (count - 1) / 2) / max(count - 1, 1)


def save_figure(figure: Figure, paths: Sequence[str | Path]) -> None:
    """Save a figure in every requested format, without dates, and close it."""
    for path in paths:
        with written_whole(path) as part:
            if part.suffix == ".png":
                _save_png(figure, part)
            else:
                figure.savefig(part, bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)


def _save_png(figure: Figure, path: str | Path) -> None:
    """Save as PNG with a palette of 256 colours, a third of the size and the same to the eye."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", bbox_inches="tight")
    picture = Image.open(drawn).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True, dpi=(200, 200))


def panel_grid(
    names: Sequence[str], title: str, ylabel: str, columns: int = 4, height: float = 1.9
) -> tuple[Figure, dict[str, Axes]]:
    """A figure with one panel per name, in at most `columns` columns with shared axes."""
    columns = min(columns, max(len(names), 1))
    rows = max(-(-len(names) // columns), 1)
    figure, grid = plt.subplots(
        rows, columns, figsize=(min(WIDTH, 2.4 + 2.2 * columns), 1.2 + height * rows),
        layout="constrained", squeeze=False, sharex=True, sharey=True,
    )  # fmt: skip
    panels = dict(zip(names, grid.ravel()))
    for name, axes in panels.items():
        axes.set_title(name, size=9)
    for axes in grid.ravel()[len(names) :]:
        axes.set_visible(False)
    figure.suptitle(title)
    figure.supylabel(ylabel, size=9)
    return figure, panels


def label_below(panels: dict[str, Axes], label: str) -> None:
    """Label the lowest panels' x axes; a label of the whole figure would overlap the legend."""
    lowest = {axes.get_subplotspec().colspan.start: axes for axes in panels.values()}
    for axes in lowest.values():  # the last panel of every column
        axes.set_xlabel(label)
        axes.tick_params(labelbottom=True)


def truth_ticks(axes: Axes, truths: Sequence[float], apart: float = LABELLED) -> None:
    """Ticks at the true values; those nearest to 0 are labelled first, where there is room."""
    low, high = axes.get_xlim()
    labelled: list[float] = []
    for truth in sorted(truths, key=lambda value: (abs(value), value)):
        if all(abs(truth - other) >= apart * (high - low) for other in labelled):
            labelled.append(truth)
    axes.set_xticks(sorted(labelled), [number(truth) for truth in sorted(labelled)])
    axes.set_xticks(list(truths), minor=True)
    axes.tick_params(axis="x", which="minor", length=2.5, width=0.6)


def coverage_scale(axes: Axes, low: float, along: Literal["x", "y"] = "y") -> None:
    """An axis from `low` to 1 on the square-root scale of the share of misses.

    It spreads the values near 0.95 and 1 and still has room for those near 0.
    """
    functions = (
        lambda coverage: 1.0 - np.sqrt(np.clip(1.0 - coverage, 0.0, None)),
        lambda scaled: 1.0 - np.square(1.0 - np.asarray(scaled)),
    )
    ticks = [value for value in COVERAGES if value >= low]
    if along == "y":
        axes.set_yscale("function", functions=functions)
        axes.set_yticks(ticks, [number(value) for value in ticks])
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_ylim(low, 1.0)
    else:
        axes.set_xscale("function", functions=functions)
        axes.set_xticks(ticks, [number(value) for value in ticks], size=7)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlim(low, 1.0)


def number(value: float) -> str:
    """A number with a true minus sign, as Matplotlib prints them."""
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")
