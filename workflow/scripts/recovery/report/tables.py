"""Tables to work with: which rows a page of the report shows, and what it says about them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from recovery.columns import HEADLINE_LEVEL
from recovery.figures.layout import parameter_group
from recovery.report.bookkeeping import calibration_sentence
from recovery.report.pages import render
from recovery.report.sortable import (
    DASH,
    readable,
    row_bytes,
    sortable_table,
    sortable_tables_code,
)
from recovery.summaries.recovery import READ

MAX_BYTES = 380_000
"""Rows of a page: 1 MB of DataTables and they stay below `pages.MAX_BYTES`."""
FIRST_MEASURES = ("coverage", "bias", "width", "rmse")
"""The measures that a page shows first, and in large studies instead of all of them."""


@dataclass(frozen=True)
class Section:
    """A table of a page.

    Attributes
    ----------
    name : str
        That of the CSV, without its ending.
    html : str
        The table; empty if it has no rows.
    notes : list of str
        Sentences: where the CSV is, what was left out, and which columns have one value.
    glossary : list of tuple
        Names and meanings of columns, measures and parameters.
    """

    name: str
    html: str
    notes: list[str]
    glossary: list[tuple[str, str]]


def tables_page(
    page: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    study: str,
    labels: Mapping[str, str],
    csv_note: Mapping[str, str],
) -> str:
    """Fill a page of sortable tables.

    Parameters
    ----------
    page : mapping
        Its ``title``, the names of its ``tables`` and, if it shows only these, a ``group`` of
        parameters.
    tables : mapping
        Tables by name.
    study : str
        The study's name.
    labels : mapping
        Label of each method by its id.
    csv_note : mapping
        Where each table's CSV is, in words.
    """
    names = page["tables"]
    return render(
        "tables",
        title=page["title"],
        study=study,
        verdict=calibration_sentence(tables["sbc"]) if "sbc" in names else "",
        code=sortable_tables_code(),
        dash=DASH,
        sections=[
            section(
                name,
                tables[name],
                labels=labels,
                csv_note=csv_note[name],
                group=page.get("group", ""),
                max_bytes=MAX_BYTES // len(names),
            )
            for name in names
        ],
    )


def csv_notes(paths: Iterable[str], large: Iterable[str] = ()) -> dict[str, str]:
    """Where each table's CSV is, by the table's name; a `large` one is not in the report."""
    return {
        (name := Path(path).stem): f"All rows, columns and digits: {path} ("
        + ("too large for the report" if name in large else "in the report under Tables, CSV")
        + ")."
        for path in paths
    }


def section(
    name: str,
    table: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    csv_note: str,
    group: str = "",
    max_bytes: int = MAX_BYTES,
) -> Section:
    """A table and what a reader must know about it.

    Parameters
    ----------
    name, table
        A table of the study and the name of its CSV.
    labels : mapping
        Priors, id -> label.
    csv_note : str
        Where the CSV is.
    group : str
        A key of `layout.GROUPS` to show only these parameters, exact fits and 95 % intervals.
    max_bytes : int
        What does not fit into it is left out.
    """
    notes = [csv_note]
    left_out: list[str] = []
    if group:
        table, left_out = headline_rows(table, group)
        notes.insert(0, "Exact fits, REML where it was asked for, and 95 % intervals.")
    labelled = with_labels(table, labels)
    varying, same = without_constants(labelled)
    shown, cut = fitting_rows(varying, max_bytes)
    if left_out + cut:
        notes.append(f"Left out here: {'; '.join(left_out + cut)}.")
    if same:
        values = "; ".join(f"{column} = {value}" for column, value in same.items())
        notes.append(f"The same in every row: {values}.")
    html = sortable_table(shown, name) if len(shown) else ""
    return Section(name, html, notes, _glossary(name, labelled))


def headline_rows(table: pd.DataFrame, group: str) -> tuple[pd.DataFrame, list[str]]:
    """Rows of recovery.csv or comparison.csv to read, and what is left out.

    They are those of a group of parameters, by the exact engine and REML, at 95 %, the measures
    of `FIRST_MEASURES` first.
    """
    by = table.loc[~table["engine"].isin(READ), "engine"].str.upper().unique()
    levels = table.loc[table["level"].notna() & (table["level"] != HEADLINE_LEVEL), "level"]
    rows = table[table["level"].isna() | (table["level"] == HEADLINE_LEVEL)]
    rows = rows[rows["engine"].isin(READ) & (rows["parameter"].map(parameter_group) == group)]
    measures = list(rows["measure"].unique())
    measures.sort(key=lambda name: (*FIRST_MEASURES, name).index(name))
    order = rows["measure"].map(measures.index).sort_values(kind="stable").index
    columns = [name for name in ("low", "high") if name in rows]
    left_out = [
        f"{what} {', '.join(names)}"
        for what, names in (
            ("fits by", by),
            ("the levels", [f"{level:.10g}" for level in levels.unique()]),
            ("the columns", columns),
        )
        if len(names)
    ]
    dropped = {"engine", "level", *columns}
    # the truth is last, so that the estimates are in view beside the report's menu
    names = sorted((name for name in rows if name not in dropped), key="truth".__eq__)
    return rows.loc[order, names], left_out


def fitting_rows(table: pd.DataFrame, max_bytes: int) -> tuple[pd.DataFrame, list[str]]:
    """The first measures of a table that fit, or its first rows; and what that leaves out."""
    fits = row_bytes(table).cumsum() <= max_bytes
    if fits.all():
        return table, []
    if "measure" in table and fits[table["measure"] == table["measure"].iloc[0]].all():
        whole = fits.groupby(table["measure"], sort=False).all()
        left_out = whole.index[~whole]
        return table[~table["measure"].isin(left_out)], [f"the measures {', '.join(left_out)}"]
    return table[fits], [f"the last {(~fits).sum()} of {len(fits)} rows"]


def with_labels(table: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Priors by their labels, not ids: in the cells and, of coverage.csv, in the header."""
    found = table.drop(columns="label", errors="ignore").rename(columns=dict(labels))
    for name in {"prior", "reference"}.intersection(found):
        found[name] = found[name].map(lambda prior: labels.get(prior, prior))
    if "what" in found:  # settings.csv
        found["what"] = found["what"].replace(
            {f"prior {k}": f"prior {v}" for k, v in labels.items()}
        )
    return found


def without_constants(table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """The columns that vary, and the value of each that does not."""
    if len(table) < 2:
        return table, {}
    constant = [name for name in table if table[name].nunique(dropna=False) == 1]
    values = readable(table[constant][:1])
    return table.drop(columns=constant), {name: str(values[name].iloc[0]) for name in constant}


def _glossary(name: str, rows: pd.DataFrame) -> list[tuple[str, str]]:
    tables = [name, "comparison"] if name == "control" else [name]  # whose columns it has, too
    values = {*rows.get("measure", ()), *rows.get("parameter", ())}
    return glossary(tables, rows) + glossary(("measures", "parameters"), values)


FILE = Path(__file__).resolve().parents[3] / "report/columns.yaml"


@cache
def meanings() -> dict[str, dict[str, Any]]:
    """Table -> names, separated by commas -> meaning in Markdown."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def glossary(tables: Iterable[str], used: Iterable[str]) -> list[tuple[str, str]]:
    """The names that a page uses with their meanings.

    Parameters
    ----------
    tables : iterable of str
        Keys of `meanings`. The first that explains a name is used.
    used : iterable of str
        Names of columns, measures and parameters.

    Returns
    -------
    list of tuple
        Names, separated by commas, and what they mean, without Markdown.
    """
    wanted = set(used)
    found = []
    for table in tables:
        for names, meaning in meanings().get(table, {}).items():
            if own := [name for name in re.split(r", | \.\.\.", names) if name in wanted]:
                text = meaning["meaning"] if isinstance(meaning, dict) else meaning
                found.append((", ".join(own), _plain(text)))
                wanted.difference_update(own)
    return found


def _plain(markdown: str) -> str:
    """Text without backquotes, emphasis and links."""
    return re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", markdown).replace("`", "").strip()
