"""The page of answers: the verdicts as a matrix, and what lies behind them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from recovery.report.answers import (
    answer,
    belief_in_words,
    conjoined,
    designs_of,
    number,
    percent,
    short_answer,
)
from recovery.report.bookkeeping import checks, cost_sentence
from recovery.report.pages import plain_table, render
from recovery.summaries.recovery import headline
from recovery.summaries.regret import belief_weights
from recovery.summaries.rule import (
    ALIKE,
    BEST,
    COVERAGE,
    EQUAL,
    FAILS,
    NO_SCORE,
    RHOS,
    SDS,
    UNDECIDED,
    WORSE,
    coverage_cells,
    lowest_coverage,
)

MARKS = {BEST: "✓ best", EQUAL: "✓ alike", UNDECIDED: "? open", NO_SCORE: "·"}
CLASSES = {BEST: "good", EQUAL: "good", UNDECIDED: "open", WORSE: "worse", FAILS: "fails"}
IN_FOCUS = {
    "coverage": "coverage",
    "width": "mean width",
    "reject": "share that excludes 0",
    "bias": "bias",
    "rmse": "RMSE",
}
"""Measures of the effect in focus, with their titles."""


def answers_page(
    config: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    compared: pd.DataFrame,
    fits: pd.DataFrame,
    labels: Mapping[str, str],
    **words: Any,
) -> str:
    """Fill the page of answers.

    Parameters
    ----------
    config : mapping
        The complete config.
    tables : mapping
        The study's tables by name.
    compared, fits : DataFrame
        Of `read_compared`, and rows of ``tables/fits``.
    labels : mapping
        Label of every method shown, by its id.
    **words
        The template's ``warning``, ``data``, ``units`` and ``explore_page``.
    """
    answers, recovery, belief = tables["answers"], tables["recovery"], config["belief"]
    kind, focus = config["interval"], config["focus"]
    lowest, other = (
        lowest_coverage(coverage_cells(recovery, tables.get("subjects"), belief, one))
        for one in sorted(COVERAGE, key=kind.__ne__)
    )
    regret = designs_of(tables["regret"])
    columns, rows = matrix(answers)
    designs = [
        {
            "name": design,
            "answer": answer(own, focus),
            "regret": regret_matrix(regret[design], focus) if design in regret else "",
            "beside": beside(regret[design], focus) if design in regret else [],
            "focus": focus_rows(recovery[recovery["design"] == design], labels, belief, focus),
            "coverage": coverage_rows(lowest[lowest["design"] == design], labels),
            "biases": largest_biases(recovery[recovery["design"] == design], labels),
        }
        for design, own in designs_of(answers).items()
    ]
    return render(
        "answers",
        study=config["study"],
        answer=short_answer(answers, belief, focus),
        focus=focus,
        labels=columns,
        rows=rows,
        belief=belief_in_words(belief),
        other_interval=other_interval(lowest, other, kind),
        designs=designs,
        cost=cost_sentence(fits, {k: block["label"] for k, block in config["priors"].items()}),
        checks=checks(
            tables["missingness"], compared, tables["control"], tables["replicates_needed"]
        ),
        priors=plain_table(prior_rows(config["priors"], labels)),
        truth=", ".join(f"{name} = {value:g}" for name, value in config["truth"].items()),
        **words,
    )


def matrix(answers: pd.DataFrame) -> tuple[list[str], list[dict[str, Any]]]:
    """The verdicts as cells for the page: the methods, and one row per design."""
    labels = list(dict.fromkeys(answers["label"]))
    rows = []
    for design, own in designs_of(answers).items():
        by_label = own.set_index("label")
        known = [label in by_label.index for label in labels]
        cells = [_cell(by_label.loc[label]) if k else None for label, k in zip(labels, known)]
        rows.append({"design": design, "cells": cells})
    return labels, rows


def _cell(row: pd.Series) -> dict[str, str]:
    verdict, mark = row["verdict"], MARKS.get(row["verdict"], "")
    if verdict == WORSE:
        mark = f"{100 * row['regret']:.1f} % worse"
    elif verdict == FAILS:
        mark = f"✗ {row['parameter']} {row['coverage']:.3f}"
    return {"class": CLASSES.get(verdict, ""), "mark": mark}


def regret_matrix(regret: pd.DataFrame, focus: str = "rho") -> str:
    """A table of one design for reading: methods by true rho, in per cent, the largest last."""
    own = regret[(regret["parameter"] == focus) & (regret["measure"] == "interval_score")]
    rows = []
    own = own.sort_values("rho", na_position="first", kind="stable")
    for label, part in own.groupby("label", sort=False):
        cells = {
            "belief" if pd.isna(row.rho) else number(row.rho): percent(row, "")
            for row in part.itertuples()
        }
        largest = part.loc[part.dropna(subset="rho")["regret"].idxmax()]
        rows.append({"prior": label, **cells, "largest": percent(largest, "")})
    return plain_table(pd.DataFrame(rows))


def focus_rows(
    recovery: pd.DataFrame, labels: Mapping[str, str], belief: Mapping[str, Any], focus: str
) -> str:
    """How well each method does on the effect in focus: a table of means over the belief."""
    own = recovery[(recovery["parameter"] == focus) & recovery["prior"].isin(list(labels))]
    rows: dict[str, dict[str, str]] = {}
    for measure, title in IN_FOCUS.items():
        for prior, part in headline(own, measure).dropna(subset="estimate").groupby("prior"):
            weights = belief_weights(part["rho"].tolist(), belief)
            mean = weights @ part["estimate"]
            error = np.sqrt(np.square(weights) @ np.square(part["mcse"]))
            shown = f"{mean:.3g} ± {error:.1g}".replace("-", "−")
            rows.setdefault(str(prior), {})[title] = shown
    named = [{"method": label, **rows[name]} for name, label in labels.items() if name in rows]
    return plain_table(pd.DataFrame(named).fillna("–"))


def beside(regret: pd.DataFrame, focus: str = "rho") -> list[str]:
    """What is worse than the best by over 2 % and two errors, of other parameters and by CRPS."""
    own = regret[regret["rho"].isna()]
    own = own[~((own["parameter"] == focus) & (own["measure"] == "interval_score"))]
    own = own[(own["regret"] > ALIKE) & (own["regret"] > 2.0 * own["regret_mcse"])]
    crps = " (CRPS)"
    return [
        f"{label}: "
        + conjoined(
            f"{row.parameter}{crps * (row.measure == 'crps')} {percent(row)}"
            for row in part.itertuples()
        )
        for label, part in own.groupby("label", sort=False)
    ]


def coverage_rows(lowest: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """The lowest coverage over the belief: a row per parameter, a column per method."""
    shown = lowest[lowest["prior"].isin(list(labels))]
    text = shown["coverage"].map("{:.3f}".format) + shown["fails"].map({True: " ✗", False: ""})
    wide = shown.assign(text=text, label=shown["prior"].map(dict(labels))).pivot(
        index="parameter", columns="label", values="text"
    )
    order = [name for name in labels.values() if name in wide]
    wide = wide.loc[list(shown["parameter"].unique()), order].fillna("–")
    return plain_table(wide.rename_axis(columns=None).reset_index())


def largest_biases(recovery: pd.DataFrame, labels: Mapping[str, str]) -> list[str]:
    """The largest bias of each method over the true rho, in sds of its estimate."""
    sentences = []
    for parameter in (*RHOS, *SDS):
        own, parts = recovery[recovery["parameter"] == parameter], []
        for prior, label in labels.items():
            part = own[own["prior"] == prior]
            bias = headline(part, "bias").set_index("rho")[["estimate", "mcse"]]
            sd = headline(part, "empirical_se").set_index("rho")["estimate"]
            in_sds = bias.div(sd, axis=0).dropna()
            if len(in_sds):
                rho = in_sds["estimate"].abs().idxmax()
                value, error = in_sds.loc[rho]
                shown = f"{value:+.2f} ± {error:.2f}".replace("-", "−")
                parts.append(f"{label} {shown} (rho = {number(rho)})")
        if parts:
            start = f"Largest bias of {parameter}, in sds of its estimate over the data sets"
            sentences.append(f"{start}: {', '.join(parts)}.")
    return sentences


def other_interval(lowest: pd.DataFrame, other: pd.DataFrame, kind: str) -> str:
    """Where the other kind of interval would decide differently."""
    keys = ["design", "prior"]
    fails, fails_too = (table.groupby(keys)["fails"].any() for table in (lowest, other))
    differing = fails[fails != fails_too.reindex(fails.index)]
    kinds = {"equal-tailed": "highest-density", "hdi": "equal-tailed"}
    if differing.empty:
        return f"By {kinds[kind]} intervals the same methods would be shown to fail."
    names = [f"{prior} ({design})" for design, prior in differing.index]
    return f"By {kinds[kind]} intervals it would be otherwise for {conjoined(names)}."


def prior_rows(blocks: Mapping[str, Mapping[str, Any]], labels: Mapping[str, str]) -> pd.DataFrame:
    """The definitions of the priors, of config blocks, as a table: those that are shown."""
    rows = []
    for prior, label in labels.items():
        if prior in blocks:
            block = blocks[prior]
            values = {k: v for k, v in block.items() if k not in ("family", "label")}
            for key, what in (("effects_sd", "sd"), ("random_scales", "scale")):
                own = values.pop(key, {})
                values |= {f"{what} of {name}": number for name, number in own.items()}
            numbers = [f"{name} = {value}" for name, value in values.items()]
            rows.append({"prior": label, "family": block["family"], "with": ", ".join(numbers)})
    return pd.DataFrame(rows)
