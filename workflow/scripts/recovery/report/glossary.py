"""What columns, measures and parameters mean, as results/README.md explains them."""

import re
from collections.abc import Iterable


def glossary(readme: str, sections: Iterable[str], used: Iterable[str]) -> list[tuple[str, str]]:
    """The names that a page uses with their meanings, from the tables of the README's sections.

    Parameters
    ----------
    readme : str
        Text of results/README.md. A row of a table begins with names in backquotes.
    sections : iterable of str
        Headings, such as ``tables/recovery.csv``. The first that explains a name is used.
    used : iterable of str
        Names of columns, measures and parameters.

    Returns
    -------
    list of tuple
        Names, separated by commas, and what they mean, without Markdown.
    """
    wanted = set(used)
    found = []
    for heading in sections:
        for names, meaning in _rows(readme, heading):
            if own := [name for name in names if name in wanted]:
                found.append((", ".join(own), _plain(meaning)))
                wanted.difference_update(own)
    return found


def _rows(readme: str, heading: str) -> list[tuple[list[str], str]]:
    """Names and meaning, from the first two cells of every row of a section's tables."""
    start = re.search(rf"^##+ {re.escape(heading)}$", readme, re.M)
    if start is None:
        return []
    text = re.split(r"^##+ ", readme[start.end() :], maxsplit=1, flags=re.M)[0]
    rows = re.findall(r"^\| (`[^|]+`) \| ([^|]+) \|", text, re.M)
    return [(re.findall(r"`([^`]+)`", names), meaning) for names, meaning in rows]


def _plain(markdown: str) -> str:
    """Text without backquotes, emphasis and links."""
    return re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", markdown).replace("`", "").strip()
