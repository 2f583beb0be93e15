"""Refuse a study with more jobs than Snakemake can plan, before anything lists them."""

from typing import Any

from recovery.data.scenarios import Scenario
from recovery.errors import InputError
from study.study import Study

MAX_JOBS = 200_000
SBC_BATCH = 250
"""Data sets of a calibration job."""


def check_jobs(study: Study, source: str) -> None:
    """Refuse a study with too many jobs, each of which simulates, fits or ranks one batch.

    Raises
    ------
    InputError
        If the study, the target sample_size included, or the target sbc has too many.
    """
    config, nuts_priors = study.config, len(study.nuts_priors)
    size, sbc = config["batch_size"], config["sbc"]
    each = 2 if study.exact else 1
    jobs = sum(each * _batches(plan.replicates, size) for plan in study.all_scenarios.values())
    for scenario in study.scenarios.values():
        jobs += _batches(scenario.nuts, size)  # which are simulated apart
        for prior in study.nuts_priors:
            jobs += _batches(study.nuts_replicates(scenario, prior), size)
        jobs += _batches(reml_replicates(config, scenario), size)
    ranked = 2 * len(study.priors) * _batches(sbc["exact_replicates"], SBC_BATCH)
    ranked += 2 * nuts_priors * _batches(sbc["replicates"], SBC_BATCH)
    for key, count, advice in (
        ("batch_size", jobs, "use a larger batch_size, or fewer replicates, scenarios or priors"),
        ("sbc", ranked, "use fewer replicates or priors"),
    ):
        if count > MAX_JOBS:
            raise InputError(
                f"{source}, key {key}: the study needs {count:,} jobs, but at most {MAX_JOBS:,} "
                f"can be planned; {advice}."
            )


def _batches(replicates: int, size: int) -> int:
    return -(-replicates // size)


def reml_replicates(config: dict[str, Any], scenario: Scenario) -> int:
    """How many data sets of a scenario, the first ones, REML fits."""
    wanted = config["reml"]
    return scenario.replicates if wanted is True else min(int(wanted), scenario.replicates)
