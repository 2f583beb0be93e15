"""Tables that sort, filter and search in a browser, by DataTables through itables."""

import json
from pathlib import Path

import itables
import numpy as np
import pandas as pd
from itables.javascript import JavascriptCode, generate_init_offline_itables_html

BUNDLE = Path(itables.__file__).parent / "html/dt_bundle.js"
DASH = "–"
FEW = 12
"""A column of numbers with at most so many values is filtered by a list of them."""
# A type of DataTables: cells are ordered by the number they begin with, and those without a number
# come last in both directions.
MISSING_LAST = JavascriptCode(
    '($.fn.dataTable.type("measured", {className: "dt-type-numeric", order: {pre: parseFloat,'
    " asc: (a, b) => isNaN(a) - isNaN(b) || a - b,"
    ' desc: (a, b) => isNaN(a) - isNaN(b) || b - a}}), "measured")'
)


def sortable_table(table: pd.DataFrame, name: str) -> str:
    """A table that sorts by a click on its header, filters by column, searches and pages.

    It needs `sortable_tables_code` in its page, where no other table may have its name.
    """
    texts = readable(table)
    every = range(texts.shape[1])
    words = [i for i in every if isinstance(texts.dtypes.iloc[i], pd.CategoricalDtype)]
    listed = [i for i in every if i in words or texts.iloc[:, i].nunique() <= FEW]
    return itables.to_html_datatable(
        texts, table_id=f"table_{name}", connected=False, showIndex=False, maxBytes=0,
        pageLength=25, classes="display compact nowrap", style="width:auto;margin:0",
        display_logo_when_loading=False,
        # or only the arrows beside it would sort
        text_in_header_can_be_selected=False,
        columnDefs=[
            {"targets": [i for i in every if i not in words], "type": MISSING_LAST},
            # words are stored as their rank
            {"targets": words, "type": "num", "className": "dt-left"},
            {"targets": listed, "columnControl": [["searchList"]]},
            {"targets": [i for i in every if i not in listed],
             "columnControl": [["searchNumber"]]},
        ],
        layout={"topStart": "search", "topEnd": "pageLength", "bottomStart": "info",
                "bottomEnd": "paging"},
    )  # fmt: skip


def sortable_tables_code() -> str:
    """The whole script behind sortable tables, so that the page opens offline."""
    return generate_init_offline_itables_html(BUNDLE)


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """Every cell as text: numbers to the digits that their error supports, missing ones a dash.

    Text columns become categories in their own order, so that they sort as in the sheet and the
    config.
    """
    columns = {}
    for name in map(str, table):
        column, errors = table[name], table.get(_error_column(name))
        if pd.api.types.is_bool_dtype(column):
            columns[name] = _categories(column.map({True: "yes", False: "no"}))
        elif pd.api.types.is_numeric_dtype(column):
            pairs = zip(column, np.full(len(column), np.nan) if errors is None else errors)
            columns[name] = pd.Series([number_text(*pair) for pair in pairs], column.index, object)
        elif column.dropna().astype(str).str.contains(" ± ", regex=False).any():
            columns[name] = column.fillna(DASH).astype(object)
        else:
            columns[name] = _categories(column.astype(object).fillna(DASH).astype(str))
    return pd.DataFrame(columns, index=table.index)


def row_bytes(table: pd.DataFrame) -> pd.Series:
    """The size of every row in a page, nearly."""
    texts = readable(table)
    sizes = pd.Series(0, table.index)
    for name in texts:
        words = isinstance(texts[name].dtype, pd.CategoricalDtype)
        # a category is stored as its rank; JSON writes a dash as six characters
        sizes += 5 if words else texts[name].map(lambda text: len(json.dumps(text)) + 2)
    return sizes


def number_text(number: float, error: float = np.nan) -> str:
    """A number to the second digit of its error, or to four digits; a dash for NaN."""
    if pd.isna(number):
        return DASH
    if np.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"  # as JavaScript reads them
    if not 0 < error < np.inf:
        return f"{number:.0f}" if abs(number) >= 1000 else f"{number:.4g}"
    decimals = max(0, 1 - int(np.floor(np.log10(error))))
    return f"{number:.{decimals}f}"


def _error_column(name: str) -> str:
    """The column with the Monte Carlo standard error of a column; an error's is itself."""
    if name.endswith("mcse"):
        return name
    return "mcse" if name in ("estimate", "difference", "power") else f"{name}_mcse"


def _categories(texts: pd.Series) -> pd.Series:
    return pd.Series(pd.Categorical(texts, categories=texts.unique()), texts.index)
