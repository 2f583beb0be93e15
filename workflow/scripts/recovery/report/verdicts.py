"""What the tables say of each prior, design by design: rules that make verdicts and sentences.

A 95 % interval claims to miss the truth in 5 % of the data sets. A prior covers a parameter in a
design if its intervals are shown to miss in at most 10 %, whatever the true rho: at most twice as
often as they claim. It misses the parameter if they are shown to miss more often at some true rho.
Everything else cannot be told at this number of replicates.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from recovery.columns import HEADLINE_LEVEL
from recovery.summaries.monte_carlo import wilson_interval
from recovery.summaries.recovery import headline

ENOUGH = 0.9
"""A 95 % interval with a smaller coverage misses more than twice as often as it claims."""
COVERS, MISSES, UNKNOWN = "covers", "misses", "cannot be told"
SUBJECTS = {"intercept": "subjects' intercepts", "slope": "subjects' slopes"}
JUDGED = ("rho", "r_u", "sigma_u0", "sigma_u1", "beta0", "beta1", "sigma", *SUBJECTS.values())
"""What a prior is chosen by: parameters of the population, and the subjects' own lines."""
STRONGEST = 0.8
"""Verdicts leave out true correlations beyond, where a posterior interval of rho must fail."""
ALIKE = 0.01
"""Widths that differ by less than this share count as equal."""


def coverage_cells(recovery: pd.DataFrame, subjects: pd.DataFrame | None = None) -> pd.DataFrame:
    """Coverage of 95 % intervals of everything judged, one row per scenario, prior and parameter.

    Parameters
    ----------
    recovery : DataFrame
        ``recovery.csv``.
    subjects : DataFrame, optional
        ``subjects.csv``.

    Returns
    -------
    DataFrame
        Columns ``design, rho, prior, parameter, coverage, mcse, n, low`` and ``width``, of true
        correlations up to 0.8 in size; ``low`` is the lower end of the Monte Carlo interval.
    """
    keys = ["scenario", "design", "rho", "prior", "parameter"]
    found = headline(recovery, "coverage").dropna(subset="estimate").set_index(keys)
    width = headline(recovery, "width").set_index(keys)["estimate"].rename("width")
    cells = found[["estimate", "mcse", "n", "low"]].join(width).reset_index()
    if subjects is not None and len(subjects):
        cells = pd.concat([cells, _subject_cells(recovery, subjects)], ignore_index=True)
    cells = cells[cells["parameter"].isin(JUDGED) & (cells["rho"].abs() <= STRONGEST + 1e-9)]
    return cells.rename(columns={"estimate": "coverage"})


def _subject_cells(recovery: pd.DataFrame, subjects: pd.DataFrame) -> pd.DataFrame:
    """Coverage of the subjects' own lines, a mean over data sets."""
    chosen = subjects[subjects["level"] == HEADLINE_LEVEL]
    keys = ["scenario", "prior", "effect"]
    width = chosen[chosen["measure"] == "width"].set_index(keys)["estimate"].rename("width")
    cells = chosen[chosen["measure"] == "coverage"].join(width, on=keys)
    designs = recovery.drop_duplicates("scenario").set_index("scenario")[["design", "rho"]]
    cells = cells.join(designs, on="scenario").assign(parameter=cells["effect"].map(SUBJECTS))
    return cells.assign(low=cells["estimate"] - stats.t.isf(0.025, cells["n"] - 1) * cells["mcse"])


def verdict_table(cells: pd.DataFrame) -> pd.DataFrame:
    """A verdict per design, parameter and prior, of `coverage_cells`.

    That a prior covers is shown at every true rho, so each of its tests may use 2.5 %. That it
    misses is shown somewhere among k true values, so each of these tests uses 2.5 % / k.

    Returns
    -------
    DataFrame
        One row per design, parameter and prior: ``verdict``, the lowest ``coverage`` with its
        ``mcse``, data sets ``n`` and the ``rho`` where it is lowest, and ``truths``, the number of
        true values.
    """
    rows = []
    for keys, own in cells.groupby(["design", "parameter", "prior"], sort=False):
        tail = 0.025 / len(own)
        worst = own.loc[own["coverage"].idxmin()]
        highest = [_upper(cell, tail) for cell in own.itertuples()]
        if (own["low"] >= ENOUGH).all():
            verdict = COVERS
        elif min(highest) < ENOUGH:
            verdict = MISSES
        else:
            verdict = UNKNOWN
        numbers = [worst[name] for name in ("coverage", "mcse", "n", "rho")]
        rows.append((*keys, verdict, own["rho"].nunique(), *numbers))
    columns = ["design", "parameter", "prior", "verdict", "truths", "coverage", "mcse", "n", "rho"]
    table = pd.DataFrame(rows, columns=columns)
    order = table["parameter"].map({name: i for i, name in enumerate(JUDGED)})
    return table.assign(order=order).sort_values("order", kind="stable").drop(columns="order")


def _upper(cell: Any, tail: float) -> float:
    """Upper confidence limit of a cell's coverage."""
    if cell.parameter in SUBJECTS.values():
        return cell.coverage + stats.t.isf(tail, cell.n - 1) * cell.mcse
    return wilson_interval(cell.coverage, cell.n, stats.norm.isf(tail))[1]


def designs_missed(verdicts: pd.DataFrame) -> pd.Series:
    """In how many designs each prior is shown to miss something."""
    missed = verdicts[verdicts["verdict"] == MISSES].groupby("prior")["design"].nunique()
    return missed.reindex(verdicts["prior"].unique(), fill_value=0)


def recommended(verdicts: pd.DataFrame, cells: pd.DataFrame, missed: pd.Series) -> list[str]:
    """The priors of one design in order of preference.

    Fewest misses first, then fewest designs of the study in which a prior misses anything (`missed`
    of `designs_missed`), then fewest that are undecided, then the shortest intervals of what is
    judged (geometric mean over parameters and true values, so that units do not matter).
    """
    counts = verdicts.groupby("prior", sort=False)["verdict"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=[MISSES, UNKNOWN], fill_value=0)
    # only what every prior has: a prior without rho would gain by not having it
    shared = cells.groupby("parameter")["prior"].nunique() == cells["prior"].nunique()
    widths = cells[cells["parameter"].map(shared)].groupby("prior")["width"]
    size = widths.apply(lambda width: np.log(width).mean())
    # a prior without rho has no interval for it, and REML none for r_u: these count as misses
    lacking = verdicts["parameter"].nunique() - verdicts.groupby("prior")["parameter"].nunique()
    order = counts.assign(misses=counts[MISSES] + lacking, missed=missed, width=size)
    return list(order.sort_values(["misses", "missed", UNKNOWN, "width"], kind="stable").index)


def shortest(cells: pd.DataFrame, verdicts: pd.DataFrame, parameter: str) -> dict[str, list[float]]:
    """Which priors have the shortest intervals of a parameter, of those that do not miss.

    Returns
    -------
    dict
        Prior -> true values of rho at which its mean width is the shortest, or within 1 % of it;
        priors in order of how many there are.
    """
    own = verdicts[(verdicts["parameter"] == parameter) & (verdicts["verdict"] != MISSES)]
    chosen = cells[(cells["parameter"] == parameter) & cells["prior"].isin(own["prior"])]
    found: dict[str, list[float]] = {prior: [] for prior in own["prior"]}
    for rho, at_rho in chosen.groupby("rho"):
        limit = at_rho["width"].min() * (1.0 + ALIKE)
        for prior in at_rho.loc[at_rho["width"] <= limit, "prior"]:
            found[prior].append(float(rho))
    return {prior: found[prior] for prior in sorted(found, key=lambda name: -len(found[name]))}


def largest_bias(recovery: pd.DataFrame, design: str, prior: str, parameter: str) -> dict[str, Any]:
    """The largest bias over the true values of rho, in sds of the estimate, with its error."""
    own = recovery[(recovery["design"] == design) & (recovery["prior"] == prior)]
    own = own[own["parameter"] == parameter]
    bias = headline(own, "bias").set_index("rho")[["estimate", "mcse"]]
    sd = headline(own, "empirical_se").set_index("rho")["estimate"]
    in_sds = bias.div(sd, axis=0).dropna()
    if in_sds.empty:
        return {}
    rho = in_sds["estimate"].abs().idxmax()
    return {"rho": rho, "bias": in_sds.loc[rho, "estimate"], "mcse": in_sds.loc[rho, "mcse"]}
