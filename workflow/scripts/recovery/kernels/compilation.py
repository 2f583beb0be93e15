"""How the functions of this package are compiled, and where their machine code is kept.

Python calls entries, whose machine code is kept on disk. Entries call helpers, which are inlined by
force. If either were called otherwise, its results would differ in the last bit between a process
that compiles and one that loads code from the disk.

numba knows a cached function by its own file only, and would run old code after an edit of a helper
in another file. So the folder of the cache is named by the content of all files of this package.
numba does not notice damaged machine code either, so every entry keeps checksums of its files.

Sums may be reordered, so that loops handle several nodes at once. NaN is still respected.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba
import platformdirs

FOLDER = Path(__file__).parent
settings: Any = numba.config
FASTMATH: set[str] | bool = {"contract", "reassoc", "nsz", "arcp"}
SUMS = "sha256.json"


def cache_folder() -> Path:
    """The folder of the machine code, named by the code that it was made from.

    It is below ``NUMBA_CACHE_DIR`` if that is set, else beside this file, or in the user's cache
    if this folder is read-only.

    Raises
    ------
    PermissionError
        If no such folder can be written.
    """
    content = b"".join(path.read_bytes() for path in sorted(FOLDER.glob("*.py")))
    name = f"kernels-{hashlib.sha256(content).hexdigest()[:16]}"
    usual = (FOLDER / "__pycache__", platformdirs.user_cache_path("lkj-recovery"))
    for above in [Path(settings.CACHE_DIR)] if settings.CACHE_DIR else usual:
        if _writable(above / name):
            return above / name
    raise PermissionError(
        f"compiled code cannot be written to {above}; set NUMBA_CACHE_DIR to a folder that can"
    )


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


CACHE = cache_folder()


class Entry:
    """A compiled function that Python calls, whose machine code is kept in a folder of its own.

    Before its first use the folder's files are compared with their checksums. If one differs, all
    are deleted and the function is compiled again. Files are replaced as a whole, so that jobs may
    do this side by side.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.folder = CACHE / f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        self._loaded = 0
        before = settings.CACHE_DIR  # that of other packages, such as PyTensor
        settings.CACHE_DIR = str(self.folder)
        try:
            self._compiled = numba.njit(cache=True, error_model="numpy", fastmath=FASTMATH)(
                function
            )
        finally:
            settings.CACHE_DIR = before

    def __call__(self, *arguments: Any) -> Any:
        """Call the compiled function."""
        if not self._loaded:
            self._delete_damaged()
        result = self._compiled(*arguments)
        if len(self._compiled.overloads) > self._loaded:
            self._loaded = len(self._compiled.overloads)
            self._write_sums()
        return result

    def _files(self) -> list[Path]:
        return sorted(self.folder.rglob("*.nb?"))

    def _sums(self) -> dict[str, str]:
        """SHA-256 of every file, by its path in the folder."""
        sums = {}
        for path in self._files():
            with suppress(FileNotFoundError):  # another job has just deleted or replaced it
                sums[str(path.relative_to(self.folder))] = hashlib.sha256(
                    path.read_bytes()
                ).hexdigest()
        return sums

    def _known_sums(self) -> dict[str, str] | None:
        try:
            return json.loads((self.folder / SUMS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _delete_damaged(self) -> None:
        if self._known_sums() != self._sums():
            for path in self._files():
                path.unlink(missing_ok=True)

    def _write_sums(self) -> None:
        sums = self._sums()
        if sums != self._known_sums():
            own = self.folder / f"{SUMS}.{os.getpid()}"
            own.write_text(json.dumps(sums), encoding="utf-8")
            own.replace(self.folder / SUMS)


entry = Entry


def helper(function: Callable[..., Any]) -> Any:
    """Compile a function that only other compiled functions call."""
    return numba.njit(forceinline=True, error_model="numpy", fastmath=FASTMATH)(function)


def generated(function: Callable[..., Any]) -> Any:
    """Compile a function that was made for some sizes, whose machine code is not kept here."""
    return numba.njit(error_model="numpy", fastmath=FASTMATH)(function)
