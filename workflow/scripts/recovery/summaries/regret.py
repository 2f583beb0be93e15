"""How much worse a prior's intervals are than the best prior's: paired differences of scores.

The interval score is proper: on average over a distribution of true values it is smallest for the
posterior intervals under that very distribution as the prior (Gneiting & Raftery 2007, JASA
102:359). So a score averaged over a belief favours the prior that is this belief.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from recovery.columns import HEADLINE_LEVEL
from recovery.parameters import ADDITIONAL
from recovery.summaries.recovery import (
    MIN_REPLICATES,
    groups,
    read_rows,
    replicates_at,
    with_interval,
)
from recovery.summaries.scores import crps, interval_score

SCORES = {"interval_score": interval_score, "crps": crps}
REGRETS = ["prior", "score", "mcse", "regret", "regret_mcse", "n"]
MOST_LACKING = 0.01
"""Share of the data sets that a method may lack and still be compared with the others."""


def score_sums(estimates: pd.DataFrame) -> pd.DataFrame:
    """Mean interval scores of a scenario, the CRPS of rho, and their covariances between methods.

    Methods that lack more than 1 % of the data sets are left out; the others are compared on the
    data sets that all of them have.

    Returns
    -------
    DataFrame
        Columns ``scenario, parameter, measure, prior, other, score, covariance, n``: the mean score
        of prior, and the covariance of this mean with that of other.
    """
    read, parts = read_rows(estimates), []
    chosen = read[~read["parameter"].str.match(ADDITIONAL)]
    for keys, group in groups(chosen, ["scenario", "parameter"]):
        usable = with_interval(group.dropna(subset="mean"), HEADLINE_LEVEL)
        replicates = replicates_at(usable, HEADLINE_LEVEL)
        for measure, score in SCORES.items():
            if measure == "crps" and not keys[1].startswith("rho"):
                continue
            wide = usable.assign(score=score(replicates)).pivot(
                index="replicate", columns="prior", values="score"
            )
            known = wide.notna().sum()
            common = wide.loc[:, known >= (1.0 - MOST_LACKING) * known.max()].dropna()
            if len(common) < MIN_REPLICATES:
                continue
            part = (common.cov() / len(common)).stack().rename("covariance")
            part = part.rename_axis(["prior", "other"]).reset_index()
            part = part.assign(score=part["prior"].map(common.mean()), n=len(common))
            parts.append(part.assign(**dict(zip(["scenario", "parameter"], keys)), measure=measure))
    columns = ["scenario", "parameter", "measure", "prior", "other", "score", "covariance", "n"]
    return pd.concat(parts)[columns] if parts else pd.DataFrame(columns=columns)


def belief_weights(rho: Sequence[float], belief: Mapping[str, Any]) -> np.ndarray:
    """Weights of true correlations, by the trapezoidal rule over those from low to high.

    Parameters
    ----------
    rho : sequence of float
        The true values of a design, which differ.
    belief : mapping
        ``low`` and ``high``; or ``weights``, pairs of a true value and its weight, if not empty.

    Returns
    -------
    ndarray, shape (len(rho),)
        Their sum is 1; all 0 if no value is within the belief.
    """
    values = np.asarray(rho, float)
    if belief["weights"]:
        at, weights = np.transpose(belief["weights"])
        found = np.where(np.abs(values[:, None] - at) < 1e-9, weights, 0.0).sum(axis=1)
    else:
        inside = (values > belief["low"] - 1e-9) & (values < belief["high"] + 1e-9)
        order = np.flatnonzero(inside)[np.argsort(values[inside])]
        found = np.zeros(len(values))
        if len(order) == 1:
            found[order] = 1.0
        for left, right in pairwise(order):
            found[[left, right]] += 0.5 * (values[right] - values[left])
    return found / found.sum() if found.any() else found


def regret_table(
    sums: pd.DataFrame,
    designs: pd.DataFrame,
    belief: Mapping[str, Any],
    labels: Mapping[str, str],
    focus: str = "rho",
) -> pd.DataFrame:
    """Scores and regrets: how much worse each method is than the best, as a share of its score.

    Parameters
    ----------
    sums : DataFrame
        `score_sums` of every scenario.
    designs : DataFrame
        Columns ``scenario, design, rho``.
    belief : mapping
        See `belief_weights`.
    labels : mapping
        The methods compared, by id: implementations of one prior are one.
    focus : str
        The parameter whose regret is wanted at each rho, too.

    Returns
    -------
    DataFrame
        Columns ``design, rho, parameter, measure, prior, label, score, mcse, regret, regret_mcse,
        n``. Where rho is empty the score is averaged over the belief; rows at each rho are of the
        interval score of the focus only. n is the least number of data sets at one rho.
    """
    rows = []
    shown = sums[sums["prior"].isin(list(labels)) & sums["other"].isin(list(labels))]
    for design, own in designs.groupby("design", sort=False):
        scenarios, weights = own.set_index("scenario")["rho"], scenario_weights(own, belief)
        of_design = shown[shown["scenario"].isin(scenarios.index)]
        for (parameter, measure), part in groups(of_design, ["parameter", "measure"]):
            single = parameter == focus and measure == "interval_score"
            cases = [(scenarios[name], pd.Series({name: 1.0})) for name in scenarios.index]
            for rho, weight in [(np.nan, weights), *(cases if single else [])]:
                for row in regrets(part, weight):
                    rows.append((design, rho, parameter, measure, *row))
    table = pd.DataFrame(rows, columns=["design", "rho", "parameter", "measure", *REGRETS])
    table.insert(5, "label", table["prior"].map(dict(labels)))
    return table


def scenario_weights(designs: pd.DataFrame, belief: Mapping[str, Any]) -> pd.Series:
    """`belief_weights` of a design's scenarios, by scenario; only those above 0."""
    found = pd.Series(belief_weights(designs["rho"].tolist(), belief), list(designs["scenario"]))
    return found[found > 0.0]


def regrets(sums: pd.DataFrame, weights: pd.Series) -> list[tuple]:
    """Rows of `REGRETS` of the methods in every scenario, for scores averaged by weights."""
    chosen = sums[sums["scenario"].isin(weights.index)]
    if chosen.empty:
        return []
    weight = chosen["scenario"].map(weights)
    chosen = chosen.assign(score=weight * chosen["score"], square=weight**2 * chosen["covariance"])
    found = chosen.groupby(["prior", "other"], sort=False).agg(
        score=("score", "sum"), square=("square", "sum"), n=("n", "min"), seen=("n", "size")
    )
    found = found[found["seen"] == len(weights)]
    if found.empty:
        return []
    covariance, n = found["square"].unstack(), found["n"].min()
    score = found["score"].groupby("prior").first()
    best = score.idxmin()
    rows = []
    for prior in found.index.unique("prior"):
        ratio = score[prior] / score[best]
        square = (
            covariance.loc[prior, prior]
            + ratio**2 * covariance.loc[best, best]
            - 2.0 * ratio * covariance.loc[prior, best]
        )
        error = np.sqrt(max(square, 0.0)) / score[best] if prior != best else 0.0
        own = np.sqrt(covariance.loc[prior, prior])
        rows.append((prior, score[prior], own, ratio - 1.0, error, n))
    return rows
