"""Which figures and pages a study has; known before any result is."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from recovery.parameters import correlations, sds
from recovery.summaries.designs import with_design_names

SPLIT_FIGURES = ("coverage", "bias", "width", "model_se_error")
"""Figures that are split; the others are one file each."""

PANELS = 12  # of a figure, at most
MOST_LETTERS = 30  # of a design in a file's name
ZIP_METHODS = 4  # of a figure of zip plots
TYPICAL = (-0.8, 0.0, 0.8)
"""True correlations of the scenarios whose single replicates are shown."""
MOST_ROWS = 8000
"""Rows on a page to explore, of some 55 bytes: with Vega's own 0.9 MB it is below 1.4 MB."""


class Part(NamedTuple):
    """One of the figures into which a measure's is split.

    Attributes
    ----------
    parameters : tuple of str
        The parameters, one column of panels each.
    designs : tuple of str
        The designs, one row of panels each.
    title : str
        What the part shows, e.g. ``sds: 6 subjects; 10 subjects``.
    """

    parameters: tuple[str, ...]
    designs: tuple[str, ...]
    title: str


def named_designs(scenarios: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """The scenarios (rows of ``designs.csv``) with the names of their designs."""
    return with_design_names(pd.DataFrame(list(scenarios)))


def parameter_groups(effects: Sequence[str], q: int = 2) -> dict[str, tuple[str, ...]]:
    """The parameters of q random effects that share a figure, with those of a formula in fours."""
    rhos, realised = correlations(q), correlations(q, "r_u")
    groups = {"correlation": (*rhos, *realised)} if q == 2 else {"correlations": rhos}
    groups |= {"sds": (*sds(q), "sigma"), "fixed_effects": ("beta0", "beta1")}
    chunks = [tuple(effects[i : i + 4]) for i in range(0, len(effects), 4)]
    names = ("further_effects" if not i else f"further_effects_{i + 1}" for i in range(len(chunks)))
    return groups | dict(zip(names, chunks))


def figure_parts(designs: pd.DataFrame, effects: Sequence[str] = (), q: int = 2) -> dict[str, Part]:
    """The parts of a figure of measures against rho, by the ending of their file's name.

    Designs with several true correlations come first, and those with one have parts of their own.
    Where there are several parts, the name has the first and the last design of each.
    """
    several = designs.groupby("design", sort=False)["rho"].nunique() > 1
    curves, single = list(several.index[several]), list(several.index[~several])
    parts = {}
    for group, parameters in parameter_groups(effects, q).items():
        rows = PANELS // len(parameters)
        chunks = [*_chunks(curves, rows), *_chunks(single, rows)]
        for page, chunk in enumerate(chunks, start=1):
            ends = "_to_".join(dict.fromkeys(as_name(design) for design in (chunk[0], chunk[-1])))
            name = f"{group}_{page}_{ends}" if len(chunks) > 1 else group
            title = f"{group.replace('_', ' ')}: {'; '.join(chunk)}"
            parts[name] = Part(parameters, chunk, title)
    return parts


def as_name(text: str) -> str:
    """A design or an effect as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:MOST_LETTERS].strip("-")


def figure_names(figures: Iterable[str], parts: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The figure and the part (empty if it is not split) of every file, by its name."""
    return {
        f"{figure}_{part}" if part else figure: (figure, part)
        for figure in figures
        for part in (parts if figure in SPLIT_FIGURES else [""])
    }


def main_design(designs: pd.DataFrame) -> str:
    """The design with the most scenarios; the first of them, if there are several."""
    return designs["design"].value_counts(sort=False).idxmax()


def typical_scenarios(designs: pd.DataFrame) -> list[str]:
    """Scenarios of the main design whose rho is nearest to -0.8, 0 and 0.8, without repeats."""
    own = designs[designs["design"] == main_design(designs)]
    nearest = [own.loc[(own["rho"] - rho).abs().idxmin(), "scenario"] for rho in TYPICAL]
    return list(dict.fromkeys(nearest))


def zip_pages(methods: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The methods of each figure of zip plots, by file name."""
    pages = (tuple(methods[i : i + ZIP_METHODS]) for i in range(0, len(methods), ZIP_METHODS))
    return {f"rho_{page}" if page > 1 else "rho": own for page, own in enumerate(pages, start=1)}


def _chunks(items: Sequence[str], most: int) -> list[tuple[str, ...]]:
    """Items in chunks of equal size, as far as possible, of at most `most`."""
    parts = np.array_split(np.array(items, dtype=object), -(-len(items) // most) or 1)
    return [tuple(part) for part in parts if len(part)]


def page_names(rows_per_parameter: int, parameters: Sequence[str]) -> dict[str, list[str]]:
    """The pages to explore a study, and the parameters on each: one page, or one per parameter.

    Parameters
    ----------
    rows_per_parameter : int
        Of ``recovery.csv``: scenarios times methods times measures, at each level if they have one.
    parameters : sequence of str
        All estimands.
    """
    if rows_per_parameter * len(parameters) <= MOST_ROWS:
        return {"explore": list(parameters)}
    return {f"explore_{as_name(name)}": [name] for name in parameters}
