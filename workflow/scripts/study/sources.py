"""The package's files that a script imports: the code inputs of its rule."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1]
PACKAGE = "recovery"


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
        imported by ``importlib`` is not followed: families of priors are separate inputs.
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
