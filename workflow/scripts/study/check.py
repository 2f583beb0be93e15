"""Read and check a study: its config, scenario sheet and data, before any job runs.

This is the one place where Snakemake's schema validation meets the package. Every mistake in
a user's files becomes an `InputError` with one plain sentence.
"""

import sys
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml
from jsonschema import ValidationError
from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

from recovery.data.longdata import LongData
from recovery.data.read import read_long_csv
from recovery.data.scenarios import Scenario
from recovery.data.sheet import read_sheet
from recovery.errors import InputError
from recovery.model.families import make_prior
from recovery.model.prior import Prior
from recovery.summaries.measures import MEASURES
from study.messages import sentence

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
KNOWN_MEASURES = [name for name, measure in MEASURES.items() if measure.estimated]
MAX_JOBS = 200_000
NOT_HYPERPARAMETERS = ("family", "label")


@dataclass(frozen=True)
class Study:
    """A checked study. ``config`` is complete: every default is filled in."""

    config: dict[str, Any]
    data: LongData
    scenarios: dict[str, Scenario]
    priors: dict[str, Prior]


class _NoDuplicates(yaml.SafeLoader):
    """A YAML loader that refuses duplicate keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise InputError(f"line {key.start_mark.line + 1}: duplicate key '{name}'.")
            seen.add(name)
        return super().construct_mapping(node, deep)


def check_yaml(path: str | Path) -> None:
    """Refuse a config file that is not plain YAML, whatever its keys.

    Raises
    ------
    InputError
        If it is not YAML or not a mapping of keys, if it has a duplicate key (YAML would silently
        drop the first), or if it asks Snakemake to run code in it.
    """
    try:
        # a safe loader, derived from yaml's
        content = yaml.load(Path(path).read_text(encoding="utf-8"), _NoDuplicates)
    except InputError as error:
        raise InputError(f"{path}, {error}") from None
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark or error.context_mark).line + 1
        raise InputError(
            f"{path}, line {line}: invalid YAML ({error.problem}); look for a tab, a missing "
            "colon, or a bracket or quote that is not closed."
        ) from None
    except (yaml.YAMLError, ValueError):
        raise InputError(
            f"{path}: invalid YAML (it has bytes that YAML does not allow); save it as UTF-8."
        ) from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: expected a mapping of keys; config/README.md lists them.")
    if "__use_yte__" in content:
        raise InputError(f"{path}: remove '__use_yte__'; a config must be plain YAML without code.")


def check_study(config: dict[str, Any], source: str = "config") -> Study:
    """Validate a config and the files that it names, and fill in its defaults.

    Parameters
    ----------
    config : dict
        The config as read; it is changed in place when defaults are filled in.
    source : str
        What to call the config in messages, normally its path.

    Raises
    ------
    InputError
        At the first mistake.
    """
    if isinstance(sampler := config.get("sampler"), dict) and "engine" in sampler:
        raise InputError(
            f"{source}, key sampler.engine: this key was replaced by sampler.replicates (every "
            "replicate is fitted exactly; 0, a number or 'all' of them by NUTS too)."
        )
    _validate(config, "config.schema.yaml", source)
    priors = {name: _prior(name, block, source) for name, block in config["priors"].items()}
    for parameter, targets in config["mcse_target"].items():
        for measure in targets:
            if measure not in KNOWN_MEASURES:
                raise InputError(
                    f"{source}, key mcse_target.{parameter}.{measure}: unknown measure "
                    f"(expected {', '.join(KNOWN_MEASURES)})."
                )
    for first, second in combinations(config["priors"], 2):
        if first.lower() == second.lower():  # on some file systems, one folder
            raise InputError(
                f"{source}, key priors.{second}: the ids '{first}' and '{second}' differ only in "
                "upper and lower case; rename one."
            )
        label = config["priors"][second]["label"]
        if config["priors"][first]["label"] == label:
            raise InputError(
                f"{source}, key priors.{second}.label: '{label}' is also the label of {first}; "
                "give each prior its own label."
            )
    study = Study(config, read_long_csv(**config["data"]), _scenarios(config), priors)
    _check_jobs(study, source)
    return study


def hyperparameters(block: dict[str, Any]) -> dict[str, Any]:
    """The hyperparameters of a prior's config block."""
    return {key: value for key, value in block.items() if key not in NOT_HYPERPARAMETERS}


def _prior(name: str, block: dict[str, Any], source: str) -> Prior:
    block.setdefault("label", name)
    try:
        return make_prior(block["family"], **hyperparameters(block))
    except InputError as error:
        raise InputError(f"{source}, key priors.{name}.{error}") from None


def _check_jobs(study: Study, source: str) -> None:
    """Refuse a study with too many jobs for Snakemake; each job simulates or fits one batch."""
    scenarios = study.scenarios.values()
    exact = [scenario.replicates for scenario in scenarios]
    nuts = [scenario.nuts for scenario in scenarios]

    def jobs(batch_size: int) -> int:
        exact_batches = sum(-(-n // batch_size) for n in exact)
        nuts_batches = sum(-(-n // batch_size) for n in nuts)
        return 2 * exact_batches + (1 + len(study.priors)) * nuts_batches

    size = study.config["batch_size"]
    if jobs(size) <= MAX_JOBS:
        return
    enough = bisect_left(range(max(exact)), -MAX_JOBS, key=lambda n: -jobs(n + 1)) + 1
    advice = (
        f"use a batch_size of at least {enough}"
        if jobs(enough) <= MAX_JOBS
        else "use fewer scenarios or priors"
    )
    raise InputError(
        f"{source}, key batch_size: {size} plans {jobs(size):,} jobs of simulating and fitting, "
        f"but Snakemake can plan at most {MAX_JOBS:,}; {advice}."
    )


def _scenarios(config: dict[str, Any]) -> dict[str, Scenario]:
    sheet = config["scenarios"]
    scenarios: dict[str, Scenario] = {}
    for line, cells in read_sheet(sheet):
        where = f"{sheet}, line {line}"
        _validate(cells, "scenario.schema.yaml", where, "column")
        row = {**config["truth"], "replicates": config["replicates"], **cells}
        nuts = config["sampler"]["replicates"]
        row.setdefault("nuts", row["replicates"] if nuts == "all" else nuts)
        scenario = Scenario.from_row(row)
        design = scenario.design
        if design.missing_rows > design.subjects * (design.days - 1):
            raise InputError(
                f"{where}, column missing: {design.missing:g} of {design.subjects} x {design.days} "
                f"rows leaves a subject without data; it must be at most 1 - 1/{design.days}."
            )
        # ids that differ only in case would share a folder on some file systems
        if scenario.scenario.lower() in (known.lower() for known in scenarios):
            raise InputError(
                f"{where}, column scenario: duplicate id '{scenario.scenario}' "
                "(upper and lower case count as equal)."
            )
        scenarios[scenario.scenario] = scenario
    return scenarios


def _validate(instance: dict[str, Any], schema: str, where: str, what: str = "key") -> None:
    for path, name in _names(instance):
        if not isinstance(name, str):
            raise InputError(
                f"{where}, {what} {path}: a name must be text that starts with a letter, but YAML "
                f"reads this one as {name!r}."
            )
    for path, number in _numbers(instance):
        # schemas accept NaN, and integers that no float can hold
        if not abs(number) <= sys.float_info.max:
            raise InputError(f"{where}, {what} {path}: must be a finite number.")
    try:
        validate(instance, str(SCHEMAS / schema))
    except WorkflowError as error:
        cause = error.__context__
        if not isinstance(cause, ValidationError):
            raise
        raise InputError(sentence(cause, where, what)) from None


def _names(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every name in nested mappings, with its path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            place = f"{path}.{name}" if path else str(name)
            yield place, name
            yield from _names(inner, place)


def _numbers(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Every number in nested mappings and lists, with its path."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield from _numbers(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, int | float):
        yield path, value
