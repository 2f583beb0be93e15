"""Read a user's tables as text."""

from pathlib import Path

from recovery.errors import InputError


def read_text(path: str | Path, what: str, key: str) -> str:
    """Read the text of a file.

    Parameters
    ----------
    path : str or Path
        The file.
    what : str
        What to call it in messages, for example "data file".
    key : str
        The key of the config that names it.

    Raises
    ------
    InputError
        If the file does not exist, cannot be read, is empty or is not UTF-8 text.
    """
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: the {what} does not exist ({key} in the config).") from None
    except IsADirectoryError:
        raise InputError(
            f"{path}: the {what} is a folder; give the path of a file ({key} in the config)."
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: the {what} cannot be read, {error} ({key} in the config)."
        ) from None
    if content.startswith(b"PK"):
        raise InputError(
            f"{path}: this is a spreadsheet workbook; save it as text (CSV or TSV, UTF-8)."
        )
    if not content.strip():
        raise InputError(f"{path}: the {what} is empty ({key} in the config).")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: the {what} is not UTF-8 text; save it as UTF-8.") from None
