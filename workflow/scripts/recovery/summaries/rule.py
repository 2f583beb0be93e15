"""The rule by which a study answers which prior to take, design by design.

First, a prior *fails* if its 95 % intervals of something judged are shown to cover in less than
90 % of the data sets at some true correlation within the belief: they miss more than twice as often
as they claim. Second, those not shown to fail are compared by the interval score of rho, or of the
effect in focus, averaged over the belief (`regret`): *equal* are those whose simultaneous 95 %
interval of the relative difference from the best lies below 2 %, *worse* those whose interval
excludes 0, and the others are *not decided*. The best of several looks better than it is, since it
was chosen.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from recovery.columns import HEADLINE_LEVEL
from recovery.parameters import ADDITIONAL, MOST_RANDOM, correlations, sds
from recovery.summaries.monte_carlo import wilson_interval
from recovery.summaries.recovery import headline
from recovery.summaries.regret import REGRETS, belief_weights, regrets, scenario_weights

ENOUGH, ALIKE = 0.9, 0.02
COVERAGE = {"equal-tailed": "coverage", "hdi": "hdi_coverage"}
"""Measure of each kind of interval."""
SUBJECTS = {"intercept": "subjects' intercepts", "slope": "subjects' slopes"}
RHOS = (*correlations(2), *correlations(MOST_RANDOM))
SDS = sds(MOST_RANDOM)
JUDGED = (*RHOS, *(name.replace("rho", "r_u") for name in RHOS), *SDS, "beta0", "beta1", "sigma")
"""What a prior may fail first; then further effects and the subjects' own lines."""
REALISED = (*(name for name in JUDGED if name[:3] == "r_u"), *SUBJECTS.values())
BEST, EQUAL, WORSE, UNDECIDED, FAILS, NO_SCORE = (
    "best", "equal", "worse", "not decided", "fails", "not scored"
)  # fmt: skip
"""Verdicts. A prior that fixes rho, or a method with fewer data sets, is not scored."""
COLUMNS = ["design", "prior", "label", "verdict", "parameter", "rho", "coverage", "mcse", "n",
           "score", "regret", "regret_mcse", "low", "high", "data_sets"]  # fmt: skip


def coverage_cells(
    recovery: pd.DataFrame,
    subjects: pd.DataFrame | None,
    belief: Mapping[str, Any],
    interval: str,
) -> pd.DataFrame:
    """Coverage of 95 % intervals of everything judged, at the true correlations of the belief.

    Parameters
    ----------
    recovery, subjects : DataFrame
        ``recovery.csv``, and ``subjects.csv`` or None.
    belief : mapping
        See `belief_weights`.
    interval : str
        A key of `COVERAGE`; the subjects' intervals are equal-tailed.

    Returns
    -------
    DataFrame
        Columns ``design, rho, prior, parameter, coverage, mcse, n``.
    """
    columns = ["scenario", "design", "rho", "prior", "parameter", "estimate", "mcse", "n"]
    cells = headline(recovery, COVERAGE[interval]).dropna(subset="estimate")[columns]
    if subjects is not None and len(subjects):
        chosen = (subjects["level"] == HEADLINE_LEVEL) & (subjects["measure"] == "coverage")
        designs = recovery.drop_duplicates("scenario").set_index("scenario")[["design", "rho"]]
        own = subjects[chosen].join(designs, on="scenario")
        own = own.assign(parameter=own["effect"].map(SUBJECTS))
        cells = pd.concat([cells, own[columns]], ignore_index=True)
    inside = cells.groupby("design")["rho"].transform(
        lambda rho: rho.map(dict(zip(rho.unique(), belief_weights(rho.unique(), belief)))) > 0.0
    )
    cells = cells[inside.astype(bool) & ~cells["parameter"].str.match(ADDITIONAL)]
    return cells.rename(columns={"estimate": "coverage"}).drop(columns="scenario")


def lowest_coverage(cells: pd.DataFrame) -> pd.DataFrame:
    """The lowest coverage per design, parameter and prior, and whether it is shown to be too low.

    That an interval fails is shown somewhere among k true values, so each test uses 2.5 % / k.

    Returns
    -------
    DataFrame
        Columns ``design, parameter, prior, fails, truths, coverage, mcse, n, rho``, in the order
        of `JUDGED`, the others after them.
    """
    rows = []
    for keys, own in cells.groupby(["design", "parameter", "prior"], sort=False):
        tail = 0.025 / len(own)
        worst = own.loc[own["coverage"].idxmin()]
        fails = min(_upper(cell, tail) for cell in own.itertuples()) < ENOUGH
        numbers = [worst[name] for name in ("coverage", "mcse", "n", "rho")]
        rows.append((*keys, fails, own["rho"].nunique(), *numbers))
    columns = ["design", "parameter", "prior", "fails", "truths", "coverage", "mcse", "n", "rho"]
    table = pd.DataFrame(rows, columns=columns)
    names = [*JUDGED, *table["parameter"], *SUBJECTS.values()]
    order = table["parameter"].map({name: -i for i, name in enumerate(reversed(names))})
    return table.assign(order=order).sort_values("order", kind="stable").drop(columns="order")


def _upper(cell: Any, tail: float) -> float:
    """Upper confidence limit of a cell's coverage."""
    if cell.parameter in SUBJECTS.values():
        return cell.coverage + stats.t.isf(tail, cell.n - 1) * cell.mcse
    return wilson_interval(cell.coverage, cell.n, stats.norm.isf(tail))[1]


VERDICTS = (BEST, EQUAL, UNDECIDED, WORSE, NO_SCORE, FAILS)


def answers_table(
    lowest: pd.DataFrame,
    sums: pd.DataFrame,
    designs: pd.DataFrame,
    belief: Mapping[str, Any],
    labels: Mapping[str, str],
    focus: str = "rho",
) -> pd.DataFrame:
    """The answer of the rule: one row per design and method, the best first.

    Parameters
    ----------
    lowest : DataFrame
        Of `lowest_coverage`.
    sums, designs, belief, labels, focus
        See `regret_table`; the methods are compared by the interval score of the focus.

    Returns
    -------
    DataFrame
        Columns ``design, prior, label, verdict``; ``parameter, rho, coverage, mcse, n`` of the
        lowest coverage; of those that do not fail the mean ``score`` over the belief, how much
        worse it is than the best (``regret, regret_mcse``), and its simultaneous interval ``low,
        high``; and ``data_sets``, how many at each truth would decide an open case, if the
        difference stays as it is.
    """
    parts = []
    chosen = sums[(sums["parameter"] == focus) & (sums["measure"] == "interval_score")]
    for design, own in lowest[lowest["prior"].isin(list(labels))].groupby("design", sort=False):
        # what is said of one that fails is, if possible, a parameter of the population
        realised = own["fails"] & own["parameter"].isin(REALISED)
        ranked = own.assign(holds=~own["fails"], realised=realised)
        ranked = ranked.sort_values(["holds", "realised", "coverage"], kind="stable")
        worst = ranked.drop_duplicates("prior").set_index("prior")
        fails = own.groupby("prior")["fails"].any()
        holding = list(fails.index[~fails])
        among = chosen["prior"].isin(holding) & chosen["other"].isin(holding)
        weights = scenario_weights(designs[designs["design"] == design], belief)
        scores = _compared(pd.DataFrame(regrets(chosen[among], weights), columns=REGRETS))
        table = worst[["parameter", "rho", "coverage", "mcse", "n"]].join(scores)
        table["verdict"] = table["verdict"].fillna(NO_SCORE).mask(fails, FAILS)
        order = table["verdict"].map({name: i for i, name in enumerate(VERDICTS)})
        table = table.assign(design=design, order=order)
        parts.append(table.sort_values(["order", "regret", "coverage"], kind="stable"))
    nothing = pd.DataFrame(columns=[name for name in COLUMNS if name not in ("prior", "label")])
    found = pd.concat(parts or [nothing])
    found = found.rename_axis("prior").reset_index()
    return found.assign(label=found["prior"].map(dict(labels)))[COLUMNS]


def leading(answers: pd.DataFrame, labels: Mapping[str, str], most: int = 4) -> list[str]:
    """The methods that the answers name first, design by design; the first ones without answers."""
    return list(dict.fromkeys([*answers["prior"], *labels]))[:most]


def _compared(scores: pd.DataFrame) -> pd.DataFrame:
    """Simultaneous intervals of the regrets of the priors that hold, and verdicts, by prior."""
    regret, error = scores["regret"].to_numpy(float), scores["regret_mcse"].to_numpy(float)
    others = max(len(scores) - 1, 1)
    z = stats.norm.isf(0.025 / others)
    low, high = regret - z * error, regret + z * error
    best = np.arange(len(scores)) == (regret.argmin() if len(scores) else 0)  # one, if two tie
    verdict = np.select([best, high < ALIKE, low > 0.0], [BEST, EQUAL, WORSE], UNDECIDED)
    # the interval must shrink to the distance from 0 or from 2 %, whichever is farther
    share = z * error / np.maximum(np.abs(regret), np.abs(ALIKE - regret))
    needed = np.where(verdict == UNDECIDED, np.ceil(scores["n"] * share**2), np.nan)
    found = scores.drop(columns=["n", "mcse"]).assign(
        low=low, high=high, verdict=verdict, data_sets=needed
    )
    return found.set_index("prior")
