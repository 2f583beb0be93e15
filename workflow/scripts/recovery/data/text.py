"""Read a user's files as text."""

import gzip
import zlib
from pathlib import Path

from recovery.errors import InputError

FORMATS = {
    b"PK\x03\x04": "an Excel workbook (or another zip file)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}
"""Formats that are not read, by how their files begin."""
GZIP = b"\x1f\x8b"


def read_bytes(path: str | Path, what: str) -> bytes:
    """The content of a file, decompressed if it is gzip's.

    Parameters
    ----------
    path : str or Path
        The file.
    what : str
        What to call it in messages, for example "config".

    Raises
    ------
    InputError
        If the file does not exist, cannot be read or is empty, or if its format is one of
        `FORMATS`.
    """
    try:
        content = Path(path).read_bytes()
        if content.startswith(GZIP):
            content = gzip.decompress(content)
    except FileNotFoundError:
        raise InputError(f"{path}: the {what} does not exist.") from None
    except (OSError, ValueError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: the {what} cannot be read ({reason}); give a file.") from None
    for start, form in FORMATS.items():
        if content.startswith(start):
            raise InputError(f"{path}: the {what} is {form}; save it as text in UTF-8.")
    if not content.strip():
        raise InputError(f"{path}: the {what} is empty.")
    return content


def read_text(path: str | Path, what: str) -> str:
    """The text of a file, see `read_bytes`.

    Raises
    ------
    InputError
        Also if it is not UTF-8 text.
    """
    return decoded(read_bytes(path, what), path, what)


def decoded(content: bytes, path: str | Path, what: str) -> str:
    """UTF-8 text, without a byte order mark."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: the {what} is not UTF-8 text; save it as UTF-8.") from None
