"""Common style of all figures: colours, markers, symbols, panels and axes, saving."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple, Self

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

mpl.use("agg")
import seaborn as sns
import seaborn.objects as so
from matplotlib.lines import Line2D
from PIL import Image

from recovery.files import written_whole
from recovery.parameters import MOST_RANDOM, pairs

Style = dict[str, Any]
Labels = Mapping[str, str]
"""Labels of methods, by their ids."""


class Units(NamedTuple):
    """Names of the response and of time on axes, and their units.

    Attributes
    ----------
    response, time : str
        Names, as printed.
    of_response, of_time : str
        Units, such as ``ms`` and ``day``; where they are empty, names stand for them.
    """

    response: str = ""
    time: str = ""
    of_response: str = ""
    of_time: str = ""


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
BEHIND: Style = {"color": "#D0D0D0", "marker": "", "linestyle": "-"}
"""The look of all other methods where some lead."""
MOST_COLOURED = 5  # methods with looks of their own in a figure of measures

SYMBOLS = {
    "beta0": r"$\beta_0$",
    "beta1": r"$\beta_1$",
    "sigma": r"$\sigma$",
    **{f"sigma_u{k}": rf"$\sigma_{{u{k}}}$" for k in range(MOST_RANDOM)},
    "rho": r"$\rho$",
    "r_u": r"$r_u$",
    **{f"rho_{a}{b}": rf"$\rho_{{{a}{b}}}$" for a, b in pairs(MOST_RANDOM)},
    **{f"r_u_{a}{b}": rf"$r_{{u,{a}{b}}}$" for a, b in pairs(MOST_RANDOM)},
    **{f"u{k}": f"$u_{k}$" for k in range(MOST_RANDOM)},
    "log_likelihood": "log likelihood",
}
SLOPES = ("beta1", "sigma_u1", "u1")
CORRELATIONS = tuple(name for name in SYMBOLS if name.startswith(("rho", "r_u")))
UNITLESS = (*CORRELATIONS, "sigma_u2", "sigma_u3", "u2", "u3")
"""Parameters without a unit, or with that of a formula's column."""
R_U_EXPLAINED = "$r_u$: correlation of the\nsubjects in the sample"
TRUE_RHO = f"true {SYMBOLS['rho']}"
CHANCE = so.Band(color="0.88", alpha=1, edgewidth=0)
"""The band of what chance alone gives, the same for all methods."""
SIZES = sns.plotting_context("paper", font_scale=0.92)
"""Fonts and lines of figures in a column of text."""
WIDTH = 8.3
"""Width of most figures in inches: at 100 dots per inch, that of a README's column."""
COLUMNS = 4  # of a legend
COVERAGES = (0.0, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 1.0)


def use_style() -> None:
    """Set the style of every figure drawn afterwards."""
    sns.set_theme(
        style="ticks",
        rc=SIZES
        | {
            "savefig.dpi": 200,
            "svg.fonttype": "path",
            "svg.hashsalt": "recovery",  # so that the same figure gives the same file
            "axes.spines.top": False,
            "axes.spines.right": False,
        },
    )
    so.Plot.config.theme.update(mpl.rcParams)  # it would have a theme of its own


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """An empty figure, in inches."""
    use_style()
    return plt.figure(figsize=(width, height), layout="constrained")


def empty_figure(title: str) -> Figure:
    """A figure that says that there is nothing to show."""
    figure = new_figure(2.0, width=6.0)
    figure.suptitle(f"{title}\n\nThere is nothing to show: too few fits gave an estimate.")
    return figure


def prior_styles(priors: Sequence[str]) -> dict[str, Style]:
    """Colour, marker and dashes of each method, by its place in the config.

    Give all methods of the study, also where only some are drawn, so that a method looks the same
    in every figure.
    """
    looks = zip(priors, cycle(COLOURS), cycle(MARKERS), cycle(DASHES))
    return {
        prior: NEUTRAL.get(prior, {"color": colour, "marker": marker, "linestyle": dashes})
        for prior, colour, marker, dashes in looks
    }


def plain(text: str) -> str:
    """A user's text for matplotlib, which would read what is between two $ as a formula."""
    return text.replace("$", r"\$")


class Methods:
    """Names and looks of a study's methods, the same in all of its figures.

    Parameters
    ----------
    labels : dict
        Label of every method that may be drawn, by its id.
    every : iterable of str, optional
        All methods of the study, whose places give the looks; those of `labels` if left out.
    units : sequence of str
        The fields of `Units`.
    """

    def __init__(self, labels: Labels, every: Iterable[str] = (), units: Sequence[str] = ()):
        self.labels = {name: plain(label) for name, label in labels.items()}
        self.styles = prior_styles(list(every) or list(labels))
        self.units = Units(*map(plain, units))

    def led_by(self, leading: Iterable[str]) -> Self:
        """The methods, those that lead with their looks and the others in grey, behind them.

        Few methods all have their looks.
        """
        found = copy(self)
        if len(self.labels) > MOST_COLOURED:
            kept = {*leading, *NEUTRAL}
            grey = {name: BEHIND for name in self.styles if name not in kept}
            found.styles = grey | {name: self.styles[name] for name in self.styles if name in kept}
        return found

    def label(self, parameter: str) -> str:
        """A parameter's symbol with its unit; correlations have none."""
        if parameter in UNITLESS or parameter not in SYMBOLS:
            return title(parameter)
        response, time, unit, unit_of_time = self.units
        per = f"per unit of {time}" if " " in time else f"per {time}"
        per = f"per {unit_of_time}" if unit_of_time else per
        unit = unit or response
        return (
            f"{SYMBOLS[parameter]} ({unit} {per})"
            if parameter in SLOPES
            else (f"{SYMBOLS[parameter]} ({unit})")
        )

    def plot(self, table: pd.DataFrame, **variables: str) -> so.Plot:
        """A plot of a table, with the looks of the methods in its column ``prior``."""
        priors = [prior for prior in self.styles if prior in set(table["prior"])]
        table = table.assign(prior=pd.Categorical(table["prior"], priors))
        table = table.sort_values("prior", kind="stable")  # the last one is drawn on top
        looks = {
            look: {prior: self.styles[prior][look] for prior in priors}
            for look in ("color", "marker", "linestyle")
        }
        return so.Plot(table, **variables, **dict.fromkeys(looks, "prior")).scale(**looks)

    def dodge(self, places: pd.Series, priors: pd.Series, span: float) -> pd.Series:
        """Places moved apart by method, by at most half of `span`; of one method, as they are."""
        drawn = [prior for prior in self.labels if prior in set(priors)]
        room = span / 2 if len(drawn) > 1 else 0.0
        return places + priors.map(dict(zip(drawn, np.linspace(-room, room, len(drawn)))))

    def legend(self, figure: Figure, priors: Iterable[str], **look: Any) -> None:
        """Add the legend of the methods drawn, below the axes, with some of their look changed."""
        drawn = [prior for prior in self.labels if prior in set(priors)]
        behind = [prior for prior in drawn if self.styles[prior] is BEHIND]
        named = {prior: self.labels[prior] for prior in drawn if prior not in behind}
        named |= {prior: f"{len(behind)} other methods" for prior in behind[:1]}
        handles = [
            Line2D([], [], markersize=5, linewidth=1.2, label=label, **self.styles[prior] | look)
            for prior, label in named.items()
        ]
        if handles:
            columns = min(COLUMNS, len(handles))
            figure.legend(handles=handles, frameon=False, loc="outside lower center", ncols=columns)


def symbol(parameter: str) -> str:
    """A parameter's symbol; an effect of a formula has its name."""
    return SYMBOLS.get(parameter, plain(parameter))


def title(parameter: str) -> str:
    """A parameter as the title of a panel, in lines: few readers know what r_u is."""
    if parameter == "r_u":
        return R_U_EXPLAINED
    return textwrap.fill(symbol(parameter).replace(":", ": "), 22)


def save_figure(figure: Figure, paths: Sequence[str | Path]) -> None:
    """Save a figure in every requested format, without dates, and close it."""
    for path in paths:
        with written_whole(path) as part:
            figure.savefig(part, bbox_inches="tight", metadata={"Date": None})
            if part.suffix == ".png":
                # a palette of 256 colours: a third of the size and the same to the eye
                picture = Image.open(part).convert("RGB")
                picture = picture.quantize(256, dither=Image.Dither.NONE)
                picture.save(part, dpi=(200, 200))
    plt.close(figure)


def truth_ticks(axes: Axes, truths: Sequence[float], apart: float) -> None:
    """Ticks at the true values; those nearest to 0 are labelled first, where there is room.

    Labels are `apart` as a share of the axis, at least.
    """
    low, high = axes.get_xlim()
    labelled: list[float] = []
    for truth in sorted(truths, key=lambda value: (abs(value), value)):
        if all(abs(truth - other) >= apart * (high - low) for other in labelled):
            labelled.append(truth)
    axes.set_xticks(sorted(labelled), [number(truth) for truth in sorted(labelled)])
    axes.set_xticks(list(truths), minor=True)


def coverage_scale(axes: Axes, low: float) -> None:
    """A y axis from `low` to 1 on the square-root scale of the share of misses.

    It spreads the values near 0.95 and 1 and still has room for those near 0.
    """
    ticks = [value for value in COVERAGES if value >= low]
    axes.set_yscale(
        "function",
        functions=(
            lambda coverage: 1.0 - np.sqrt(np.clip(1.0 - coverage, 0.0, None)),
            lambda scaled: 1.0 - np.square(1.0 - np.asarray(scaled)),
        ),
    )
    axes.set_yticks(ticks, [number(value) for value in ticks])
    axes.set_ylim(low, 1.0)


def reference_line(axes: Axes, value: float) -> None:
    """The dashed line of what is nominal, behind the marks."""
    axes.axhline(value, color="0.5", lw=0.8, ls="--", zorder=1)


def number(value: float) -> str:
    """A number with a true minus sign, as Matplotlib prints them."""
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")
