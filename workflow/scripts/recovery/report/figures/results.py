"""The tables that the figures of a study are drawn from, and the registry of figures."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure


@dataclass(frozen=True)
class StudyResults:
    """The tables of a study.

    Attributes
    ----------
    recovery : DataFrame
        ``recovery.csv``.
    estimates : DataFrame
        Exact estimates of the first replicates of every scenario.
    compared : DataFrame
        Errors of the fits by NUTS (`compared_fits`).
    labels : dict
        Label of every prior by its id, in the order of the config.
    """

    recovery: pd.DataFrame
    estimates: pd.DataFrame
    compared: pd.DataFrame
    labels: dict[str, str]


StudyFigure = Callable[[StudyResults], Figure]

STUDY_FIGURES: dict[str, StudyFigure] = {}
"""Figures of the study by name; a figure is drawn if a caption has its name."""


def study_figure(function: StudyFigure) -> StudyFigure:
    """Register a figure of the study under the name of its function."""
    STUDY_FIGURES[function.__name__] = function
    return function
