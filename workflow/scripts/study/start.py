"""What a run prints when it starts."""

from pathlib import Path

from study.check import Study
from study.stale import stale_folders


def start_lines(study: Study, results: Path) -> list[str]:
    """The data that were read, what is suspect, and results that nothing reads any more."""
    return [
        f"Data: {study.real.description}.",
        *(f"Warning: {warning}" for warning in study.warnings),
        *(
            f"Note: {folder} is stale, the config no longer has this prior."
            for folder in stale_folders(results, study.priors)
        ),
    ]
