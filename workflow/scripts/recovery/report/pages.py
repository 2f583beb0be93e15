"""HTML pages of the report, filled from templates."""

from pathlib import Path
from typing import Any

import itables
import numpy as np
import pandas as pd
from itables.javascript import generate_init_offline_itables_html
from jinja2 import DictLoader, Environment, StrictUndefined

BUNDLE = Path(itables.__file__).parent / "html/dt_bundle.js"


def render(template: str | Path, *extended: str | Path, **values: Any) -> str:
    """Fill a template, given also the templates that it extends."""
    paths = [Path(path) for path in (template, *extended)]
    environment = Environment(
        loader=DictLoader({path.name: path.read_text(encoding="utf-8") for path in paths}),
        undefined=StrictUndefined,
        autoescape=True,
    )
    return environment.get_template(paths[0].name).render(**values)


def plain_table(table: pd.DataFrame) -> str:
    """A small table as HTML, with numbers to four digits."""
    return table.to_html(
        index=False, border=0, na_rep="", classes="plain", float_format=four_digits
    )


def sortable_table(table: pd.DataFrame) -> str:
    """A table that sorts, searches and pages; needs `sortable_tables_code` in its page."""
    text = table.select_dtypes(exclude="number").columns
    with pd.option_context("display.float_format", four_digits):
        return itables.to_html_datatable(
            table.fillna(dict.fromkeys(text, "")), connected=False, showIndex=False, maxBytes=0,
            layout={"topStart": "search", "topEnd": "pageLength", "bottomStart": "info",
                    "bottomEnd": "paging"},
        )  # fmt: skip


def sortable_tables_code() -> str:
    """The whole script behind sortable tables, so that the page opens offline."""
    return generate_init_offline_itables_html(BUNDLE)


def four_digits(number: float) -> str:
    """A number to four digits; an empty string for NaN."""
    return "" if np.isnan(number) else f"{number:.4g}"
