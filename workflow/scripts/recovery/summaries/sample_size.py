"""How many subjects reach a goal: a measure as a function of the number of subjects."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from recovery.columns import HEADLINE_LEVEL
from recovery.data.scenarios import shared_out
from recovery.summaries.measures import MEASURES
from recovery.summaries.recovery import recovery_table

Goals = dict[str, dict[str, float]]
SIGNED = ("bias", "relative_bias", "median_bias", "model_se_error")
"""Measures whose goals are bounds of their size."""


def sample_size_table(estimates: Sequence[tuple[int, pd.DataFrame]], goals: Goals) -> pd.DataFrame:
    """The measures of the goals for every number of subjects and prior.

    Parameters
    ----------
    estimates : sequence of (int, DataFrame)
        Number of subjects, and exact estimates with the columns of ``tables/estimates``.
    goals : dict
        Parameter -> measure -> value to reach; of an interval's measure it is that at 95 %.

    Returns
    -------
    DataFrame
        One row per goal, prior and number of subjects: ``parameter, measure, goal, at_least``
        (whether the goal is a lower bound), ``prior, subjects, estimate, mcse, low, high, n``.
    """
    parts = []
    for subjects, table in estimates:
        wanted = table[table["parameter"].isin(list(goals))]
        found = recovery_table(wanted, [HEADLINE_LEVEL])
        parts.append(found.assign(subjects=subjects))
    recovery = pd.concat(parts, ignore_index=True)
    order = {prior: i for i, prior in enumerate(recovery["prior"].unique())}
    rows = []
    for parameter, measures in goals.items():
        for measure, goal in measures.items():
            own = recovery[
                (recovery["parameter"] == parameter) & (recovery["measure"] == measure)
            ].dropna(subset="estimate")
            larger = MEASURES[measure].larger_is_better
            own = own.assign(goal=goal, at_least=larger, order=own["prior"].map(order))
            rows.append(own.sort_values(["order", "subjects"]))
    table = pd.concat(rows, ignore_index=True)
    columns = ["parameter", "measure", "goal", "at_least", "prior", "subjects"]
    return table[[*columns, "estimate", "mcse", "low", "high", "n"]]


def subjects_needed(curve: pd.DataFrame) -> tuple[float, float, float]:
    """The smallest number of subjects that reaches a goal, with its Monte Carlo interval.

    Linear in the logarithm of the number between grid points. The interval is where the ends of
    the estimates' 95 % Monte Carlo intervals reach the goal.

    Parameters
    ----------
    curve : DataFrame
        The rows of `sample_size_table` of one goal and prior.

    Returns
    -------
    best, low, high : float
        The least number of the grid if that is enough; infinite where the goal is not reached.
    """
    sizes = curve["subjects"].to_numpy(float)
    goal, larger = float(curve["goal"].iloc[0]), bool(curve["at_least"].iloc[0])
    estimate, low, high = (curve[name].to_numpy(float) for name in ("estimate", "low", "high"))
    if curve["measure"].iloc[0] in SIGNED:  # they count in size
        sizes_of = np.abs([low, high])
        straddles = (low <= 0.0) & (high >= 0.0)
        low, high = np.where(straddles, 0.0, sizes_of.min(axis=0)), sizes_of.max(axis=0)
        estimate = np.abs(estimate)
    lucky, unlucky = (high, low) if larger else (low, high)
    best, least, most = (_crossing(sizes, v, goal, larger) for v in (estimate, lucky, unlucky))
    return best, least, most


def _crossing(sizes: np.ndarray, values: np.ndarray, goal: float, larger: bool) -> float:
    gap = (goal - values) * (1.0 if larger else -1.0)  # what is missing
    reached = np.flatnonzero(gap <= 0.0)
    if len(reached) == 0:
        return math.inf
    k = reached[0]
    if k == 0:
        return sizes[0]
    share = gap[k - 1] / (gap[k - 1] - gap[k])
    return float(np.exp(np.log(sizes[k - 1]) + share * np.log(sizes[k] / sizes[k - 1])))


def sample_size_sentences(
    table: pd.DataFrame, goals: Goals, labels: dict[str, str], strata: dict[str, int]
) -> list[str]:
    """One sentence per goal and prior: how many subjects reach it, in all and by stratum.

    Parameters
    ----------
    table, goals
        See `sample_size_table`.
    labels : dict
        Label of each prior by its id.
    strata : dict
        Numbers of the real data's subjects by stratum, whose shares designs have; may be empty.
    """
    sentences = []
    for parameter, measures in goals.items():
        for measure, goal in measures.items():
            larger = MEASURES[measure].larger_is_better
            about = f"{parameter}, {measure} {'at least' if larger else 'at most'} {goal:g}"
            of_goal = table[(table["parameter"] == parameter) & (table["measure"] == measure)]
            for prior, label in labels.items():
                own = of_goal[of_goal["prior"] == prior]
                answer = _answer(own, strata) if len(own) else "the prior has no such estimate"
                sentences.append(f"{about}, under {label}: {answer}.")
    return sentences


def _answer(curve: pd.DataFrame, strata: dict[str, int]) -> str:
    smallest, largest = curve["subjects"].min(), curve["subjects"].max()
    best, low, high = subjects_needed(curve)
    if best == math.inf:
        answer = f"more than {largest} subjects"
    elif best == smallest:
        answer = f"{smallest} subjects or fewer, since the smallest size reaches the goal"
    else:
        answer = f"{math.ceil(best)} subjects"
        if strata:
            parts = shared_out(math.ceil(best), strata)
            answer += f" ({', '.join(f'{count} {name}' for name, count in parts.items())})"
    if low == math.inf or high == smallest:  # the whole interval is beyond an end of the grid
        return answer
    lower = f"{smallest} or fewer" if low == smallest else f"{math.ceil(low)}"
    upper = f"more than {largest}" if high == math.inf else f"{math.ceil(high)}"
    return f"{answer} (Monte Carlo interval {lower} to {upper})"
