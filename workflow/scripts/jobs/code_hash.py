"""The hash of a rule's code: its script, all that the script imports, and its templates.

It is a parameter of the rule, and Snakemake reruns a job whose parameters have changed: an edit of
an imported file reruns what depends on it, and a copy of the folder reruns nothing.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1]
REPORT = SCRIPTS.parent / "report"
FAMILIES = "recovery/model/priors"
PACKAGE = "recovery"


def code_hash(script: str, *others: str) -> str:
    """The script's name with a hash of its content, its imports and other files.

    `others` are files of ``workflow/report`` that the script reads, such as templates.
    """
    paths = [SCRIPTS / file for file in (script, *code_files(script))]
    return f"{script} {_hash(paths + [REPORT / name for name in others])}"


def family_hash(*families: str) -> str:
    """The names of families of priors with a hash of their files: they are imported by name."""
    files = {f"{FAMILIES}/{family}.py" for family in families}
    every = files.union(*map(code_files, files))
    return f"{', '.join(sorted(set(families)))} {_hash([SCRIPTS / file for file in sorted(every)])}"


def _hash(paths: list[Path]) -> str:
    return hashlib.sha256(b"".join(map(_content_hash, paths))).hexdigest()[:12]


@cache
def _content_hash(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


@cache
def code_files(file: str) -> tuple[str, ...]:
    """Files of the package that a file imports, directly or through other files of the package.

    Parameters
    ----------
    file : str
        A script or a module, relative to ``workflow/scripts``.

    Returns
    -------
    tuple of str
        Paths relative to ``workflow/scripts``, sorted, without `file` itself. A module that is
        imported by ``importlib`` is not followed: see `family_hash`.
    """
    found: set[str] = set()
    waiting = [file]
    while waiting:
        new = imported_files(waiting.pop()) - found
        found |= new
        waiting.extend(new)
    return tuple(sorted(found))


@cache
def imported_files(file: str) -> frozenset[str]:
    """Files of the package that one file imports itself, anywhere in its code."""
    tree = ast.parse((SCRIPTS / file).read_text(encoding="utf-8"))
    names = (name for node in ast.walk(tree) for name in _imported_names(node))
    paths = (
        Path(*name.split(".")).with_suffix(".py") for name in names if name.startswith(PACKAGE)
    )
    return frozenset(str(path) for path in paths if (SCRIPTS / path).is_file())


def _imported_names(node: ast.AST) -> Iterator[str]:
    """Dotted names that may be modules: of ``from a import b``, both ``a`` and ``a.b``."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
