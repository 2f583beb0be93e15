"""What a run prints when it starts."""

from collections.abc import Iterable
from pathlib import Path

from study.real_data import RealData
from study.study import Study


def data_lines(real: RealData) -> list[str]:
    """The data that were read, how, and what is suspect in them."""
    warnings = [f"Warning: {warning}" for warning in real.warnings]
    return [f"Data: {real.description}.", *real.notes, *warnings]


def start_lines(study: Study, results: Path) -> list[str]:
    """The data that were read, what is suspect, and results that nothing reads any more."""
    truth = ", ".join(f"{name} = {value:g}" for name, value in study.config["truth"].items())
    return [
        *data_lines(study.real),
        *([f"Truth, the REML estimates: {truth}."] if study.given_truth == "data" else []),
        *(f"Warning: {w}" for w in study.warnings if w not in study.real.warnings),
        *(
            f"Note: {folder} is stale, the config no longer has this prior."
            for folder in stale_folders(results, study.priors)
        ),
    ]


def stale_folders(results: Path, priors: Iterable[str]) -> list[Path]:
    """Folders of a study's results whose prior is no longer in the config.

    Nothing reads them any more. They are not deleted, since a prior may come back.
    """
    known = set(priors)
    return [
        folder for folder in sorted((results / "observed").glob("*/")) if folder.name not in known
    ]
