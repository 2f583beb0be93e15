"""Results of priors that are no longer in the config."""

from collections.abc import Iterable
from pathlib import Path

FOLDERS = ("observed", "compiled")


def stale_folders(results: Path, priors: Iterable[str]) -> list[Path]:
    """Folders of a study's results whose prior is no longer in the config.

    Nothing reads them any more. They are not deleted, since a prior may come back.
    """
    known = set(priors)
    return [
        folder
        for name in FOLDERS
        for folder in sorted((results / name).glob("*/"))
        if folder.name not in known
    ]
