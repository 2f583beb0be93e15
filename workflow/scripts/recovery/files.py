"""Intermediate files: a broken one is named and removed, not read as data."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import InputError


@contextmanager
def intact(path: str | Path) -> Iterator[None]:
    """Read a file within this context: if that fails, the file goes, so that a rerun makes it.

    Raises
    ------
    InputError
        If the file cannot be read, for example since a full disk or a kill left half of it. What
        is no fault of the file, as a lack of memory or of permission, is raised as it is.
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
            f"{path}: the file is broken and was removed ({type(error).__name__}); "
            "run again, and it is made anew."
        ) from error
