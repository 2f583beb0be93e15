"""Files between jobs: written as a whole; a damaged one is named, with how to recreate it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from recovery.errors import InputError


@contextmanager
def written_whole(path: str | Path) -> Iterator[Path]:
    """A path to write to, renamed to `path` at the end: whatever happens, no half file is left."""
    path = Path(path)
    part = path.with_name(f".part-{path.name}")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def reading(path: str | Path) -> Iterator[None]:
    """Read a file of the study within this context.

    Raises
    ------
    InputError
        If the file is damaged. Errors that are not the file's, such as missing permission, are
        raised unchanged.
    """
    try:
        yield
    except (FileNotFoundError, MemoryError, ImportError):
        raise
    except Exception as error:
        if getattr(error, "errno", None):  # the system's own errors have a number
            raise
        raise InputError(
            f"{path}: the file is damaged ({type(error).__name__}); delete it and repeat the "
            "command, which recreates it."
        ) from error


def read_table(path: str | Path, **options: Any) -> pd.DataFrame:
    """A table of the study, CSV or parquet by its ending; `options` are those of pandas."""
    with reading(path):
        if str(path).endswith(".csv"):
            return pd.read_csv(path, dtype={"scenario": str}, **options)
        return pd.read_parquet(path, **options)


def write_table(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table as CSV or parquet, by the path's ending."""
    with written_whole(path) as part:
        if str(path).endswith(".csv"):
            table.to_csv(part, index=False)
        else:
            table.to_parquet(part, index=False)
