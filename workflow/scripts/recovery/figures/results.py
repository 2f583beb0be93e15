"""The tables that the figures of a study are drawn from, and the registry of figures."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from recovery.figures import style
from recovery.files import read_table
from recovery.parameters import correlations
from recovery.summaries.accuracy import COMPARED, read_compared
from recovery.summaries.recovery import headline, read_rows

FIT_KEYS = ["scenario", "replicate", "prior", "engine", "parameter", "truth"]
COLUMNS = [*FIT_KEYS, *COMPARED, *COMPARED.values()]
MOST_REPLICATES = 2000  # replicates of a scenario: more do not change a figure of single estimates


class StudyResults(style.Methods):
    """The results of a study.

    Parameters
    ----------
    recovery : DataFrame
        The table ``recovery.csv``; only rows by the exact engine and REML are kept.
    paths : dict
        The file of each scenario's estimates.
    labels : dict
        Label of every method shown, by its id, in the order of the config. Implementations of
        the same prior are one, whose label names them all.
    all_labels : dict
        Label of every method, implementations of the same prior too: NUTS fits them apart.
    units : sequence of str
        The fields of `style.Units`.
    leading : sequence of str
        The methods that the answer names first.
    estimated_rho : float or None
        The true rho that is the estimate of the real data, if it is.
    focus : str
        The parameter that is shown first.
    """

    def __init__(
        self,
        recovery: pd.DataFrame,
        paths: dict[str, str | Path],
        labels: style.Labels,
        all_labels: style.Labels,
        units: Sequence[str],
        leading: Sequence[str],
        estimated_rho: float | None,
        focus: str,
    ):
        super().__init__(labels, all_labels, units)
        self.leading, self.estimated_rho, self.focus = leading, estimated_rho, focus
        self.recovery, self.paths = read_rows(recovery), paths
        self.all_labels = all_labels

    def measured(self, measure: str) -> pd.DataFrame:
        """The rows of a measure; of intervals, those at 95 %."""
        chosen = headline(self.recovery, measure)
        return chosen[chosen["prior"].isin(list(self.labels))]

    @property
    def first(self) -> str:
        """Name of the correlation of the first two random effects."""
        further = correlations(3)[0]
        return further if further in {*self.recovery["parameter"]} else "rho"

    @property
    def designs(self) -> pd.DataFrame:
        """Scenario, design and rho of every scenario, in the order of the sheet."""
        return self.recovery[["scenario", "design", "rho"]].drop_duplicates()

    def estimates(
        self, scenarios: Iterable[str], parameters: Iterable[str], first: int = MOST_REPLICATES
    ) -> pd.DataFrame:
        """Estimates of the first replicates of some scenarios, by the exact engine and REML."""
        chosen = [
            ("replicate", "<=", first),
            ("parameter", "in", list(parameters)),
            ("prior", "in", list(self.labels)),
        ]
        tables = [
            read_table(self.paths[name], columns=COLUMNS, filters=chosen) for name in scenarios
        ]
        return read_rows(pd.concat(tables, ignore_index=True)).dropna(subset="mean")

    def compared(self) -> pd.DataFrame:
        """Errors of the fits by NUTS (`read_compared`), of all scenarios."""
        return read_compared(self.paths.values())


STUDY_FIGURES: dict[str, Callable[..., Figure]] = {}
"""Figures of the study by name; a figure is drawn if a caption has its name.

They take the study's results and, if they are in `layout.SPLIT_FIGURES`, a `layout.Part`.
"""
