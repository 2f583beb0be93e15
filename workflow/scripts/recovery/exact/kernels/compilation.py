"""How the functions of this package are compiled, and where their machine code is kept.

Python calls entries, whose machine code is kept on disk. Entries call helpers, which are inlined by
force. If either were called otherwise, its results would differ in the last bit between a process
that compiles and one that loads code from the disk.

numba knows a cached function by its own file only, and would run old code after an edit of a helper
in another file. So the folder of the cache is named by the content of all files of this package.

Sums may be reordered, so that loops handle several nodes at once. NaN is still respected.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

FOLDER = Path(__file__).parent
settings: Any = numba.config
FASTMATH: set[str] | bool = {"contract", "reassoc", "nsz", "arcp"}


def cache_folder() -> Path:
    """The folder of the machine code, named by the code that it was made from."""
    content = b"".join(path.read_bytes() for path in sorted(FOLDER.glob("*.py")))
    above = Path(settings.CACHE_DIR or FOLDER / "__pycache__")
    return above / f"kernels-{hashlib.sha256(content).hexdigest()[:16]}"


CACHE = str(cache_folder())


def entry(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls; its machine code is kept."""
    before = settings.CACHE_DIR  # that of other packages, such as PyTensor
    settings.CACHE_DIR = CACHE
    try:
        return numba.njit(cache=True, error_model="numpy", fastmath=FASTMATH)(function)
    finally:
        settings.CACHE_DIR = before


def helper(function: Callable[..., Any]) -> Any:
    """Compile a function that only other compiled functions call."""
    return numba.njit(forceinline=True, error_model="numpy", fastmath=FASTMATH)(function)
