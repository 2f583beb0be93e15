"""Refuse a study with more jobs than Snakemake can plan, before anything lists them."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from recovery.data.scenarios import Scenario
from recovery.errors import InputError

MAX_JOBS = 200_000
SBC_BATCH = 250
"""Data sets of a calibration job."""


def check_jobs(
    config: dict[str, Any],
    scenarios: Mapping[str, Scenario],
    sample_sizes: Mapping[str, Scenario],
    nuts_priors: Sequence[str],
    source: str,
) -> None:
    """Refuse a study with too many jobs; each job simulates or fits one batch.

    Raises
    ------
    InputError
        If the study, the target sample_size included, or the target sbc has too many.
    """
    batches = _batches(config, scenarios, sample_sizes, len(nuts_priors))

    def jobs(batch_size: int) -> int:
        return sum(times * -(-replicates // batch_size) for times, replicates in batches)

    size = config["batch_size"]
    if jobs(size) > MAX_JOBS:
        most = max(replicates for _, replicates in batches)
        enough = bisect_left(range(most), -MAX_JOBS, key=lambda n: -jobs(n + 1)) + 1
        advice = (
            f"use a batch_size of at least {enough}"
            if jobs(enough) <= MAX_JOBS
            else "use fewer scenarios or priors"
        )
        raise InputError(
            f"{source}, key batch_size: a batch size of {size} needs {jobs(size):,} simulation and "
            f"fitting jobs; the limit is {MAX_JOBS:,}; {advice}."
        )
    _check_calibration_jobs(config, len(nuts_priors), source)


def _batches(
    config: dict[str, Any],
    scenarios: Mapping[str, Scenario],
    sample_sizes: Mapping[str, Scenario],
    nuts_priors: int,
) -> list[tuple[int, int]]:
    """Jobs per batch, and replicates that are split into batches."""
    found = []
    for scenario in scenarios.values():
        found.append((2, scenario.replicates))  # simulated, and fitted exactly
        found.append((1 + nuts_priors, scenario.nuts))
        found.append((1, reml_replicates(config, scenario)))
    return found + [(2, scenario.replicates) for scenario in sample_sizes.values()]


def reml_replicates(config: dict[str, Any], scenario: Scenario) -> int:
    """How many data sets of a scenario, the first ones, REML fits."""
    wanted = config["reml"]
    return scenario.replicates if wanted is True else min(int(wanted), scenario.replicates)


def _check_calibration_jobs(config: dict[str, Any], nuts_priors: int, source: str) -> None:
    block, priors = config["sbc"], len(config["priors"])
    # each batch is simulated, and ranked by the exact engine or in both formulations of NUTS
    jobs = {
        "exact_replicates": 2 * priors * -(-block["exact_replicates"] // SBC_BATCH),
        "replicates": 3 * nuts_priors * -(-block["replicates"] // SBC_BATCH),
    }
    if sum(jobs.values()) > MAX_JOBS:
        key = max(jobs, key=lambda name: jobs[name])
        raise InputError(
            f"{source}, key sbc.{key}: {block[key]} replicates need {jobs[key]:,} calibration "
            f"jobs; the limit is {MAX_JOBS:,}; use fewer replicates or priors."
        )
