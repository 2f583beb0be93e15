"""Intermediate files: a corrupt one is named and deleted, so that a rerun recreates it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recovery.errors import InputError


@contextmanager
def delete_if_corrupt(path: str | Path) -> Iterator[None]:
    """Read a file within this context: if that fails, delete it, so that a rerun recreates it.

    Raises
    ------
    InputError
        If the file cannot be read, for example because a full disk or a kill left half of it.
        Errors that are not the file's, such as missing permission, are raised unchanged.
    """
    try:
        yield
    except (FileNotFoundError, MemoryError, ImportError):
        raise
    except Exception as error:
        if getattr(error, "errno", None):  # the system's own errors have a number
            raise
        Path(path).unlink(missing_ok=True)
        raise InputError(
            f"{path}: corrupt file deleted ({type(error).__name__}); rerun to recreate it."
        ) from error
