"""The answers in words: every sentence follows from ``answers.csv`` by the rule of `rule`."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from recovery.summaries.rule import ALIKE, BEST, ENOUGH, EQUAL, FAILS, NO_SCORE, UNDECIDED, WORSE

NO_ANSWER = "No prior can be judged: no measure has two estimates or more."
OPEN = (BEST, EQUAL, UNDECIDED)


def designs_of(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of each design, in the order of the sheet."""
    return dict(iter(table.groupby("design", sort=False)))


def short_answer(answers: pd.DataFrame, belief: Mapping[str, Any], focus: str = "rho") -> str:
    """The answer of the first design, and what holds of the others, for the terminal."""
    if answers.empty:
        return NO_ANSWER
    design, own = next(iter(designs_of(answers).items()))
    n = own["n"].max()
    text = f"{design}, {belief_in_words(belief)}: {answer(own, focus)}"
    text += f" ({n:,.0f} data sets at each true rho; ± is one Monte Carlo standard error.)"
    if (number := answers["design"].nunique()) > 1:
        text += f"\n{over_designs(answers, number)}"
    return text


def over_designs(answers: pd.DataFrame, number: int) -> str:
    """In how many designs each prior is one to take."""
    taken = answers[answers["verdict"].isin(OPEN)].groupby("label")["design"].nunique()
    parts = [f"{label} in {n}" for label, n in taken.sort_values(ascending=False).items()]
    fails = answers[answers["verdict"] == FAILS].groupby("label")["design"].nunique()
    failing = [f"{label} in {n}" for label, n in fails.sort_values(ascending=False).items()]
    text = f"Of {number} designs, best or not shown to be worse: {conjoined(parts) or 'none'}."
    return f"{text} Shown to fail: {conjoined(failing)}." if failing else text


def belief_in_words(belief: Mapping[str, Any]) -> str:
    """The true values that the answer is for."""
    if belief["weights"]:
        return f"true rho {conjoined(number(rho) for rho, weight in belief['weights'] if weight)}"
    return f"true rho from {number(belief['low'])} to {number(belief['high'])}"


def answer(own: pd.DataFrame, focus: str = "rho") -> str:
    """The answer of one design, from its rows of ``answers.csv``.

    Methods are compared by the interval score of the focus.
    """
    by_verdict = {verdict: rows for verdict, rows in own.groupby("verdict", sort=False)}
    holding = own[own["verdict"] != FAILS]
    sentences = []
    if len(own) == 1:
        sentences.append(f"{own['label'].item()} is the only method. {_lowest(own.iloc[0])}")
    elif holding.empty:
        sentences.append("Every method is shown to fail.")
    elif BEST in by_verdict:
        sentences += _among(by_verdict, focus)
    else:
        sentences.append(f"Not shown to fail: {conjoined(holding['label'])}.")
    if NO_SCORE in by_verdict and BEST in by_verdict:
        names = conjoined(by_verdict[NO_SCORE]["label"])
        reason = f"for want of intervals of {focus} on the same data"
        sentences.append(f"Not compared, {reason}: {names}.")
    if FAILS in by_verdict and len(own) > 1:
        rows = by_verdict[FAILS].itertuples()
        shown = "; ".join(f"{row.label} ({_coverage(row)})" for row in rows)
        sentences.append(f"Shown to cover less than {ENOUGH:.2f}: {shown}.")
    return " ".join(sentences)


def _among(by_verdict: Mapping[str, pd.DataFrame], focus: str) -> list[str]:
    """The sentences on those that do not fail and are compared."""
    best = by_verdict[BEST].iloc[0]
    alike, open_, worse = (by_verdict.get(name) for name in (EQUAL, UNDECIDED, WORSE))
    others = [rows for rows in (alike, open_) if rows is not None]
    names = [best["label"], *(label for rows in others for label in rows["label"])]
    if open_ is not None and alike is None and worse is None:
        sentences = [f"Not decided between {conjoined(names)}."]
    else:
        sentences = [f"Take {conjoined(names, 'or')}."]
    sentences.append(_lowest(best))
    if alike is not None:
        limit = f"At most {100 * ALIKE:g} % worse by the interval score of {focus}"
        sentences.append(f"{limit}: {conjoined(alike['label'])}.")
    for rows, words in ((open_, "Not decided"), (worse, "Worse")):
        if rows is not None:
            parts = [f"{row.label} by {percent(row)}{_needed(row)}" for row in rows.itertuples()]
            averaged = f"by the interval score of {focus}, averaged over these true values"
            sentences.append(f"{words} {averaged}: {'; '.join(parts)}.")
    return sentences


def percent(row: Any, sign: str = " %") -> str:
    """A regret with its error in per cent; 0 of the best."""
    if row.regret == 0.0:
        return "0"
    return f"{100 * row.regret:.1f} ± {100 * row.regret_mcse:.1f}{sign}"


def _needed(row: Any) -> str:
    return "" if pd.isna(row.data_sets) else f" (some {row.data_sets:,.0f} data sets would decide)"


def _lowest(row: pd.Series) -> str:
    """The lowest coverage of a method."""
    name, rho = row["parameter"], number(row["rho"])
    shown = f"{row['coverage']:.3f} ± {row['mcse']:.3f}"
    return f"Lowest coverage of all its 95 % intervals: {shown} ({name} at rho = {rho})."


def _coverage(row: Any) -> str:
    """The lowest coverage, in counts where none or all data sets are covered."""
    share = f"{row.coverage:.3f} ± {row.mcse:.3f}"
    if row.coverage in (0.0, 1.0):
        share = f"{row.coverage * row.n:,.0f} of {row.n:,.0f}"
    return f"{row.parameter} {share} at rho = {number(row.rho)}"


def conjoined(words: Iterable[str], last_word: str = "and") -> str:
    """Words in a sentence."""
    *rest, last = [*words] or [""]
    return f"{', '.join(rest)} {last_word} {last}" if rest else last


def number(value: float) -> str:
    """A number with a true minus sign."""
    return f"{value:.3g}".replace("-", "−")
