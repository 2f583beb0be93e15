"""What columns, measures and parameters mean: workflow/report/columns.yaml."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

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
