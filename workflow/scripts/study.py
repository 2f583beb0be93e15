"""Read and check a study: its config, scenario sheet and data, before any job runs.

The one place where Snakemake's schema validation meets the package; everything wrong that a user
can write is raised here as an `InputError` with one plain sentence.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema import ValidationError
from sentences import sentence
from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

from recovery.errors import InputError
from recovery.longdata import LongData, read_long_csv
from recovery.measures import DENSITY_MEASURES, INTERVAL_MEASURES, MEASURES
from recovery.priors import Prior, make_prior
from recovery.scenarios import Scenario, read_sheet

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
KNOWN_MEASURES = [*MEASURES, *INTERVAL_MEASURES, *DENSITY_MEASURES]
NOT_HYPERPARAMETERS = ("family", "label")


@dataclass(frozen=True)
class Study:
    """A checked study. ``config`` is complete: every default is filled in."""

    config: dict[str, Any]
    data: LongData
    scenarios: dict[str, Scenario]
    priors: dict[str, Prior]


class _NoRepeats(yaml.SafeLoader):
    """A YAML loader that does not let a later key take an earlier one's place."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise InputError(
                    f"line {key.start_mark.line + 1}: the key '{name}' stands twice; "
                    "put what belongs to it in one place."
                )
            seen.add(name)
        return super().construct_mapping(node, deep)


def check_yaml(path: str | Path) -> None:
    """Refuse a config file that is no plain YAML, whatever its keys.

    Raises
    ------
    InputError
        If it is no YAML, or no block of keys; if a block has a key twice, of which YAML would
        silently drop the first; if it asks Snakemake to run the code that it contains.
    """
    try:
        # a safe loader, derived from yaml's
        content = yaml.load(Path(path).read_text(encoding="utf-8"), _NoRepeats)
    except InputError as error:
        raise InputError(f"{path}, {error}") from None
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark or error.context_mark).line + 1
        raise InputError(
            f"{path}, line {line}: this is no YAML ({error.problem}); look for a tab, a missing "
            "colon, or a bracket or quote that is not closed."
        ) from None
    except (yaml.YAMLError, ValueError):
        raise InputError(f"{path}: this is no text that YAML allows; save it as UTF-8.") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: this is no block of keys; see config/README.md for them.")
    if "__use_yte__" in content:
        raise InputError(f"{path}: leave out '__use_yte__'; a config here is plain YAML, no code.")


def check_study(config: dict[str, Any], source: str = "config") -> Study:
    """Validate a config with all it names, filling in its defaults.

    Parameters
    ----------
    config : dict
        The config as read; defaults are filled in in place.
    source : str
        What to call the config in messages, normally its path.

    Raises
    ------
    InputError
        At the first thing that is wrong.
    """
    _validate(config, "config.schema.yaml", source)
    priors = {name: _prior(name, block, source) for name, block in config["priors"].items()}
    for parameter, targets in config["mcse_target"].items():
        for measure in targets:
            if measure not in KNOWN_MEASURES:
                raise InputError(
                    f"{source}, key mcse_target.{parameter}.{measure}: there is no such measure; "
                    f"choose from {', '.join(KNOWN_MEASURES)}."
                )
    names = [name.lower() for name in config["priors"]]
    for name in config["priors"]:
        if names.count(name.lower()) > 1:  # on some file systems, one folder
            raise InputError(
                f"{source}, key priors.{name}: another prior's id differs in upper and lower case "
                "only; give each its own."
            )
    labels = [block["label"] for block in config["priors"].values()]
    for name, block in config["priors"].items():
        if labels.count(block["label"]) > 1:
            raise InputError(
                f"{source}, key priors.{name}.label: '{block['label']}' is the label of two "
                "priors; give each its own."
            )
    return Study(config, read_long_csv(**config["data"]), _scenarios(config), priors)


def hyperparameters(block: dict[str, Any]) -> dict[str, Any]:
    """The hyperparameters of a prior's config block."""
    return {key: value for key, value in block.items() if key not in NOT_HYPERPARAMETERS}


def _prior(name: str, block: dict[str, Any], source: str) -> Prior:
    block.setdefault("label", name)
    try:
        return make_prior(block["family"], **hyperparameters(block))
    except InputError as error:
        raise InputError(f"{source}, key priors.{name}.{error}") from None


def _scenarios(config: dict[str, Any]) -> dict[str, Scenario]:
    sheet = config["scenarios"]
    scenarios: dict[str, Scenario] = {}
    for line, cells in read_sheet(sheet):
        where = f"{sheet}, line {line}"
        _validate(cells, "scenario.schema.yaml", where, "column")
        row = {**config["truth"], "replicates": config["replicates"], **cells}
        scenario = Scenario.from_row(row)
        design = scenario.design
        if design.missing_rows > design.subjects * (design.days - 1):
            raise InputError(
                f"{where}, column missing: {design.missing:g} of {design.subjects} x {design.days} "
                f"rows leaves some subject without one; at most 1 - 1/{design.days} can miss."
            )
        # ids that differ in case only would share a folder on some file systems
        if scenario.scenario.lower() in (known.lower() for known in scenarios):
            raise InputError(
                f"{where}, column scenario: the id '{scenario.scenario}' stands twice; "
                "each scenario needs an id of its own."
            )
        scenarios[scenario.scenario] = scenario
    return scenarios


def _validate(instance: dict[str, Any], schema: str, where: str, what: str = "key") -> None:
    for path, name in _names(instance):
        if not isinstance(name, str):
            raise InputError(
                f"{where}, {what} {path}: a name must be text that starts with a letter, and YAML "
                f"reads this one as {name!r}; give another."
            )
    for path, number in _numbers(instance):
        # schemas let NaN through, and integers that no float can hold
        if not abs(number) <= sys.float_info.max:
            raise InputError(f"{where}, {what} {path}: this is no finite number.")
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
