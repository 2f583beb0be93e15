"""The answers in words: every sentence follows from ``answers.csv`` by the rule of `rule`."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from recovery.report.bookkeeping import checks, cost_sentence
from recovery.report.pages import plain_table, render
from recovery.summaries.recovery import headline
from recovery.summaries.rule import (
    ALIKE,
    BEST,
    COVERAGE,
    EQUAL,
    FAILS,
    NO_SCORE,
    UNDECIDED,
    WORSE,
    coverage_cells,
    lowest_coverage,
)

NO_ANSWER = "No prior can be judged: no measure has two estimates or more."
OPEN = (BEST, EQUAL, UNDECIDED)
MARKS = {BEST: "✓ best", EQUAL: "✓ alike", UNDECIDED: "? open", NO_SCORE: "·"}
CLASSES = {BEST: "good", EQUAL: "good", UNDECIDED: "open", WORSE: "worse", FAILS: "fails"}
BIAS_OF = ("rho", "sigma_u0", "sigma_u1")


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
    kind = config["interval"]
    lowest, other = (
        lowest_coverage(coverage_cells(recovery, tables.get("subjects"), belief, one))
        for one in sorted(COVERAGE, key=kind.__ne__)
    )
    regret = designs_of(tables["regret"])
    columns, rows = matrix(answers)
    designs = [
        {
            "name": design,
            "answer": answer(own),
            "regret": regret_matrix(regret[design]) if design in regret else "",
            "beside": beside(regret[design]) if design in regret else [],
            "coverage": coverage_rows(lowest[lowest["design"] == design], labels),
            "biases": largest_biases(recovery[recovery["design"] == design], labels),
        }
        for design, own in designs_of(answers).items()
    ]
    return render(
        "answers",
        study=config["study"],
        answer=short_answer(answers, belief),
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


def designs_of(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of each design, in the order of the sheet."""
    return dict(iter(table.groupby("design", sort=False)))


def short_answer(answers: pd.DataFrame, belief: Mapping[str, Any]) -> str:
    """The answer of the first design, and what holds of the others, for the terminal."""
    if answers.empty:
        return NO_ANSWER
    design, own = next(iter(designs_of(answers).items()))
    text = f"{design}, {belief_in_words(belief)}: {answer(own)}"
    if (number := answers["design"].nunique()) > 1:
        text += f"\n{over_designs(answers, number)}"
    return text


def over_designs(answers: pd.DataFrame, number: int) -> str:
    """In how many designs each prior is one to take."""
    taken = answers[answers["verdict"].isin(OPEN)].groupby("label")["design"].nunique()
    parts = [f"{label} in {n}" for label, n in taken.sort_values(ascending=False).items()]
    fails = answers[answers["verdict"] == FAILS].groupby("label")["design"].nunique()
    failing = [f"{label} in {n}" for label, n in fails.sort_values(ascending=False).items()]
    text = f"Of {number} designs, best or not shown to be worse: {_and(parts) or 'none'}."
    return f"{text} Shown to fail: {_and(failing)}." if failing else text


def belief_in_words(belief: Mapping[str, Any]) -> str:
    """The true values that the answer is for."""
    if belief["weights"]:
        return f"true rho {_and(_number(rho) for rho, weight in belief['weights'] if weight)}"
    return f"true rho from {_number(belief['low'])} to {_number(belief['high'])}"


def answer(own: pd.DataFrame) -> str:
    """The answer of one design, from its rows of ``answers.csv``."""
    by_verdict = {verdict: rows for verdict, rows in own.groupby("verdict", sort=False)}
    holding = own[own["verdict"] != FAILS]
    sentences = []
    if len(own) == 1:
        sentences.append(f"{own['label'].item()} is the only method. {_lowest(own.iloc[0])}")
    elif holding.empty:
        sentences.append("Every method is shown to fail.")
    elif BEST in by_verdict:
        sentences += _among(by_verdict)
    else:
        sentences.append(f"Not shown to fail: {_and(holding['label'])}.")
    if NO_SCORE in by_verdict and BEST in by_verdict:
        names = _and(by_verdict[NO_SCORE]["label"])
        sentences.append(f"Not compared, for want of intervals of rho on the same data: {names}.")
    if FAILS in by_verdict and len(own) > 1:
        rows = by_verdict[FAILS].itertuples()
        sentences.append("Shown to fail: " + "; ".join(f"{r.label} ({_coverage(r)})" for r in rows))
        sentences[-1] += "."
    return " ".join(sentences)


def _among(by_verdict: Mapping[str, pd.DataFrame]) -> list[str]:
    """The sentences on those that do not fail and are compared."""
    best = by_verdict[BEST].iloc[0]
    alike, open_, worse = (by_verdict.get(name) for name in (EQUAL, UNDECIDED, WORSE))
    others = [rows for rows in (alike, open_) if rows is not None]
    names = [best["label"], *(label for rows in others for label in rows["label"])]
    if open_ is not None and alike is None and worse is None:
        sentences = [f"Not decided between {_and(names)}."]
    else:
        sentences = [f"Take {_or(names)}."]
    sentences.append(_lowest(best))
    if alike is not None:
        limit = f"{100 * ALIKE:g} %"
        sentences.append(f"{_and(alike['label'])}: intervals of rho score alike (within {limit}).")
    for rows, words in ((open_, "not decidedly worse than with"), (worse, "worse than with")):
        if rows is not None:
            parts = [f"{row.label} by {_percent(row)}{_needed(row)}" for row in rows.itertuples()]
            text = f"Intervals of rho score {words} {best['label']}: {'; '.join(parts)}."
            sentences.append(text)
    return sentences


def _percent(row: Any, sign: str = " %") -> str:
    """A regret with its error in per cent; 0 of the best."""
    if row.regret == 0.0:
        return "0"
    return f"{100 * row.regret:.1f} ± {100 * row.regret_mcse:.1f}{sign}"


def _needed(row: Any) -> str:
    return "" if pd.isna(row.data_sets) else f" (some {row.data_sets:,.0f} data sets would decide)"


def _lowest(row: pd.Series) -> str:
    """The lowest coverage of a method."""
    name, rho = row["parameter"], _number(row["rho"])
    shown = f"{row['coverage']:.3f} ± {row['mcse']:.3f}"
    return f"Lowest coverage of its 95 % intervals: {shown}, of {name} at rho = {rho}."


def _coverage(row: Any) -> str:
    """The lowest coverage, in counts where none or all data sets are covered."""
    share = f"{row.coverage:.3f} ± {row.mcse:.3f}"
    if row.coverage in (0.0, 1.0):
        share = f"{row.coverage * row.n:,.0f} of {row.n:,.0f}"
    return f"{row.parameter} covered {share} at rho = {_number(row.rho)}"


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


def regret_matrix(regret: pd.DataFrame) -> str:
    """A table of one design for reading: methods by true rho, in per cent, the largest last."""
    own = regret[(regret["parameter"] == "rho") & (regret["measure"] == "interval_score")]
    rows = []
    for label, part in own.groupby("label", sort=False):
        cells = {
            "belief" if pd.isna(row.rho) else _number(row.rho): _percent(row, "")
            for row in part.itertuples()
        }
        largest = part.loc[part.dropna(subset="rho")["regret"].idxmax()]
        rows.append({"prior": label, **cells, "largest": _percent(largest, "")})
    return plain_table(pd.DataFrame(rows))


def beside(regret: pd.DataFrame) -> list[str]:
    """What is worse than the best by over 2 % and two errors, of other parameters and by CRPS."""
    own = regret[regret["rho"].isna()]
    own = own[~((own["parameter"] == "rho") & (own["measure"] == "interval_score"))]
    own = own[(own["regret"] > ALIKE) & (own["regret"] > 2.0 * own["regret_mcse"])]
    crps = " (CRPS)"
    return [
        f"{label}: "
        + _and(
            f"{row.parameter}{crps * (row.measure == 'crps')} {_percent(row)}"
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
    for parameter in BIAS_OF:
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
                parts.append(f"{label} {shown} (rho = {_number(rho)})")
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
    return f"By {kinds[kind]} intervals it would be otherwise for {_and(names)}."


def prior_rows(blocks: Mapping[str, Mapping[str, Any]], labels: Mapping[str, str]) -> pd.DataFrame:
    """The definitions of the priors, of config blocks, as a table: those that are shown."""
    rows = []
    for prior, label in labels.items():
        if prior in blocks:
            block = blocks[prior]
            numbers = [f"{k} = {v}" for k, v in block.items() if k not in ("family", "label")]
            rows.append({"prior": label, "family": block["family"], "with": ", ".join(numbers)})
    return pd.DataFrame(rows)


def _and(words: Iterable[str], last_word: str = "and") -> str:
    *rest, last = [*words] or [""]
    return f"{', '.join(rest)} {last_word} {last}" if rest else last


def _or(words: Iterable[str]) -> str:
    return _and(words, "or")


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")
