"""Tables that a user wrote, as text."""

from pathlib import Path

from .errors import InputError


def read_text(path: str | Path, what: str, key: str) -> str:
    """The text of a file.

    Parameters
    ----------
    path : str or Path
        The file.
    what : str
        What it is to the user, for example "data file".
    key : str
        The key of the config that names it.

    Raises
    ------
    InputError
        If there is no such file, or it is empty or no text in UTF-8.
    """
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: the {what} does not exist ({key} in the config).") from None
    except IsADirectoryError:
        raise InputError(
            f"{path}: this is a folder; give the path of a file ({key} in the config)."
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: the {what} cannot be read, {error} ({key} in the config)."
        ) from None
    if content.startswith(b"PK"):
        raise InputError(f"{path}: this is a workbook of a spreadsheet; save it as text (UTF-8).")
    if not content.strip():
        raise InputError(f"{path}: the {what} is empty ({key} in the config).")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: this is not text in UTF-8; save it as such.") from None
