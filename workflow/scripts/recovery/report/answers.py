"""The answers in words, design by design; every sentence follows from a table by a rule."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from recovery.report.bookkeeping import checks, cost_sentence
from recovery.report.pages import plain_table, render
from recovery.report.verdicts import (
    COVERS,
    JUDGED,
    MISSES,
    UNKNOWN,
    coverage_cells,
    designs_missed,
    largest_bias,
    recommended,
    shortest,
    verdict_table,
)

MARKS = {COVERS: "✓", MISSES: "✗", UNKNOWN: "?"}
BIAS_OF = ("rho", "sigma_u0", "sigma_u1")
NO_ANSWER = "No prior can be judged: no measure has two estimates or more."


@dataclass(frozen=True)
class Evidence:
    """What the answers of one design rest on.

    Attributes
    ----------
    design : str
        The design.
    recovery, cells, verdicts : DataFrame
        Its rows of ``recovery.csv``, `coverage_cells` and `verdict_table`.
    missed : Series
        In how many designs of the study each prior misses something.
    labels : dict
        Label of each prior by its id; implementations of the same prior have one.
    """

    design: str
    recovery: pd.DataFrame
    cells: pd.DataFrame
    verdicts: pd.DataFrame
    missed: pd.Series
    labels: Mapping[str, str]

    @property
    def order(self) -> list[str]:
        """The priors, the preferred one first."""
        return recommended(self.verdicts, self.cells, self.missed)

    def of(self, prior: str, verdict: str) -> pd.DataFrame:
        """A prior's rows with a verdict."""
        own = self.verdicts
        return own[(own["prior"] == prior) & (own["verdict"] == verdict)]


def evidence(
    recovery: pd.DataFrame, labels: Mapping[str, str], subjects: pd.DataFrame | None = None
) -> list[Evidence]:
    """The evidence of each design that has estimates, in the order of the sheet."""
    shown = recovery[recovery["prior"].isin(list(labels))]
    if subjects is not None:
        subjects = subjects[subjects["prior"].isin(list(labels))]
    cells = coverage_cells(shown, subjects)
    verdicts = verdict_table(cells)

    missed = designs_missed(verdicts)

    def of(table: pd.DataFrame, design: str) -> pd.DataFrame:
        return table[table["design"] == design]

    return [
        Evidence(design, of(shown, design), of(cells, design), of(verdicts, design), missed, labels)
        for design in cells["design"].unique()
    ]


def answers_page(
    found: list[Evidence],
    warning: str,
    config: Mapping[str, Any],
    labels: Mapping[str, str],
    tables: Mapping[str, pd.DataFrame],
    compared: pd.DataFrame,
    fits: pd.DataFrame,
    **words: Any,
) -> str:
    """Fill the page of answers.

    Parameters
    ----------
    found : list of Evidence
        Of every design.
    warning : str
        Of `failures_warning`.
    config : mapping
        The complete config.
    labels : mapping
        Label of every method by its id.
    tables : mapping
        The study's tables by name.
    compared, fits : DataFrame
        Of `read_compared`, and rows of ``tables/fits``.
    **words
        The template's ``data``, a description of the data, and ``units``.
    """
    designs = [
        {
            "name": one.design,
            "scope": scope(one),
            "sentences": design_sentences(one),
            "table": plain_table(pd.DataFrame(verdict_rows(one))),
        }
        for one in found
    ]
    shown = found[0].labels if found else {}
    return render(
        "answers",
        study=config["study"],
        warning=warning,
        designs=designs,
        cost=cost_sentence(fits, labels),
        checks=checks(
            tables["missingness"], compared, tables["control"], tables["replicates_needed"]
        ),
        priors=plain_table(prior_rows(config["priors"], shown)),
        truth=", ".join(f"{name} = {value:g}" for name, value in config["truth"].items()),
        **words,
    )


def prior_rows(blocks: Mapping[str, Mapping[str, Any]], labels: Mapping[str, str]) -> pd.DataFrame:
    """The definitions of the priors, of config blocks, as a table: those that are shown."""
    rows = []
    for prior, label in labels.items():
        if prior in blocks:
            block = blocks[prior]
            numbers = [f"{k} = {v}" for k, v in block.items() if k not in ("family", "label")]
            rows.append({"prior": label, "family": block["family"], "with": ", ".join(numbers)})
    return pd.DataFrame(rows)


def scope(found: Evidence) -> str:
    """Which true values and how many data sets."""
    rho = found.cells["rho"].unique()
    n = found.cells.loc[~found.cells["parameter"].str.startswith("subjects"), "n"].max()
    if len(rho) == 1:
        return f"true rho {_number(rho[0])}; {int(n):,} data sets"
    span = f"from {_number(min(rho))} to {_number(max(rho))}"
    return f"{len(rho)} true values of rho {span}; {int(n):,} data sets each"


def verdict_rows(found: Evidence) -> list[dict[str, str]]:
    """The verdicts as a table for reading: a row per parameter, a column per prior."""
    rows = []
    for parameter in JUDGED:
        own = found.verdicts[found.verdicts["parameter"] == parameter].set_index("prior")
        if own.empty:
            continue
        row = {"parameter": parameter}
        for prior in found.order:
            cell = own.loc[prior] if prior in own.index else None
            row[found.labels[prior]] = (
                "–" if cell is None else f"{MARKS[cell['verdict']]} {cell['coverage']:.3f}"
            )
        rows.append(row)
    return rows


def design_sentences(found: Evidence) -> list[str]:
    """The answers for one design: whom to prefer, who misses what, widths, bias."""
    first, *others = found.order
    sentences = [_preference(found, first)]
    sentences += [_misses(found, prior) for prior in others]
    sentences.append(_shortest(found, "rho"))
    sentences += [_biases(found, parameter) for parameter in BIAS_OF]
    return [sentence for sentence in sentences if sentence]


def short_answer(found: Evidence) -> str:
    """The answer of one design in a line, with its Monte Carlo error."""
    first, *others = found.order
    own = found.cells[(found.cells["prior"] == first) & (found.cells["parameter"] == "rho")]
    text = f"{found.design}: prefer {found.labels[first]}"
    if len(own):
        text += (
            f", whose 95 % intervals of rho cover {own['coverage'].min():.3f} to "
            f"{own['coverage'].max():.3f} over {own['rho'].nunique()} true values "
            f"(Monte Carlo standard error at most {own['mcse'].max():.3f})"
        )
    if len(own := found.of(first, MISSES)):
        text += f". It misses {_with_coverage(own)}"
    missing = [found.labels[prior] for prior in others if len(found.of(prior, MISSES))]
    if missing:
        others_too = "Also shown" if len(own) else "Shown"
        text += f". {others_too} to miss something: {', '.join(missing)}"
    return f"{text}."


def _preference(found: Evidence, prior: str) -> str:
    """Whom to prefer and how sure that is."""
    label = found.labels[prior]
    covered, misses, unknown = (found.of(prior, kind) for kind in (COVERS, MISSES, UNKNOWN))
    text = f"Prefer {label}."
    if len(covered):
        text += f" Its 95 % intervals cover {_and(covered['parameter'])}{_where(found)}."
    if len(misses):
        text += f" They miss {_with_coverage(misses)}."
    if len(unknown):
        text += f" Undecided for {_with_coverage(unknown)}: too close to 0.90."
    elsewhere = int(found.missed[prior]) - bool(len(misses))
    if elsewhere:
        text += f" It misses something in {elsewhere} other design{'s' if elsewhere > 1 else ''}."
    return text


def _where(found: Evidence) -> str:
    truths = int(found.verdicts["truths"].max())
    return f" at each of the {truths} true values of rho" if truths > 1 else ""


def _misses(found: Evidence, prior: str) -> str:
    """What another prior misses."""
    label, misses = found.labels[prior], found.of(prior, MISSES)
    unknown = found.of(prior, UNKNOWN)
    if len(misses):
        text = f"{label} misses {_with_coverage(misses)}."
    elif len(unknown):
        text = f"{label} is not shown to miss anything."
    else:
        text = f"{label} covers everything, too."
    if len(unknown):
        text += f" Undecided for {_and(unknown['parameter'])}."
    if not (found.verdicts.query("prior == @prior")["parameter"] == "rho").any():
        text += " It fixes rho, so it has no interval for it."
    return text


def _shortest(found: Evidence, parameter: str) -> str:
    """Whose intervals are shortest among the priors that do not miss."""
    places = shortest(found.cells, found.verdicts, parameter)
    if len(places) < 2:
        return ""
    truths = found.cells["rho"].nunique()
    parts = [
        f"{found.labels[prior]} at {len(rho)} of {truths} true values"
        for prior, rho in places.items()
        if rho
    ]
    return (
        f"Shortest intervals of {parameter} among the priors that do not miss {parameter}: "
        f"{', '.join(parts)} (within 1 % of the shortest; several may be)."
    )


def _biases(found: Evidence, parameter: str) -> str:
    """The largest bias of each prior in sds of its estimate."""
    parts = []
    for prior in found.order:
        bias = largest_bias(found.recovery, found.design, prior, parameter)
        if bias:
            value = f"{bias['bias']:+.2f} ± {bias['mcse']:.2f}".replace("-", "−")
            parts.append(f"{found.labels[prior]} {value} (rho = {_number(bias['rho'])})")
    if not parts:
        return ""
    return (
        f"Largest bias of the estimate of {parameter}, divided by its sd over the data sets: "
        f"{', '.join(parts)}."
    )


def _with_coverage(rows: pd.DataFrame) -> str:
    return _and(
        f"{row.parameter} ({_coverage(row)} at rho = {_number(row.rho)})"
        for row in rows.itertuples()
    )


def _coverage(row: Any) -> str:
    """With its error; in counts where none or all data sets are covered."""
    if row.coverage in (0.0, 1.0):
        return f"{row.coverage * row.n:,.0f} of {row.n:,.0f}"
    return f"{row.coverage:.3f} ± {row.mcse:.3f}"


def _and(words: Iterable[str]) -> str:
    *rest, last = words
    return f"{', '.join(rest)} and {last}" if rest else last


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")
