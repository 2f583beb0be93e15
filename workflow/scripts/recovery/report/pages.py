"""HTML pages of the report, filled from templates."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from recovery.errors import InputError
from recovery.files import written_whole

MAX_BYTES = 1_400_000
"""Chromium refuses data: URLs of 2 MiB, as which the report embeds its pages, in base64."""


TEMPLATES = Path(__file__).resolve().parents[3] / "report/pages"


def render(template: str, **values: Any) -> str:
    """Fill a template of ``workflow/report/pages``; all but the index link to `explore_page`."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True
    )
    return environment.get_template(f"{template}.html.jinja").render(**values)


def write_page(path: str | Path, text: str) -> None:
    """Write a page of the report.

    Raises
    ------
    InputError
        If the page is too large to open in the report.
    """
    size = len(text.encode("utf-8"))
    if size > MAX_BYTES:
        raise InputError(
            f"{path} would have {size / 1e6:.1f} MB, and browsers open embedded pages of at most "
            f"{MAX_BYTES / 1e6:.1f} MB; give the page fewer rows."
        )
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8")


def plain_table(table: pd.DataFrame) -> str:
    """A small table as HTML, with numbers to four digits."""
    return table.to_html(
        index=False, border=0, na_rep="", classes="plain", float_format=four_digits
    )


def four_digits(number: float) -> str:
    """A number to four digits; an empty string for NaN."""
    return "" if np.isnan(number) else f"{number:.4g}"
