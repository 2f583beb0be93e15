"""Read and check a study: its config, scenario sheet and data, before any job runs.

Every mistake in a user's files becomes an `InputError` with one plain sentence.
"""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml

from recovery.data.scenarios import Scenario
from recovery.errors import InputError
from recovery.model.families import family_class, make_prior
from recovery.model.prior import Prior
from recovery.summaries.measures import MEASURES, Proportion
from study.real_data import (
    RealData,
    check_defaults,
    fill_automatic,
    read_real_data,
    truth_of_data,
)
from study.scenarios import sample_size_scenarios, sheet_scenarios
from study.validation import validated

KNOWN_MEASURES = [name for name, measure in MEASURES.items() if measure.estimated]
MAX_JOBS = 200_000
NOT_HYPERPARAMETERS = ("family", "label")


@dataclass(frozen=True)
class Study:
    """A checked study.

    Attributes
    ----------
    config : dict
        The config, complete: every default is filled in, and truth and scales are numbers.
    real : RealData
        The real data.
    scenarios, sample_sizes : dict
        The scenarios of the sheet, and those of the target sample_size, by id.
    priors : dict
        The priors, by id.
    automatic : list of (str, str)
        Prior and hyperparameter for which the config says ``auto``.
    given_truth : frozenset of str or "data"
        Names of the true values that the config gives, or that it says ``truth: data``.
    """

    config: dict[str, Any]
    real: RealData
    scenarios: dict[str, Scenario]
    sample_sizes: dict[str, Scenario]
    priors: dict[str, Prior]
    automatic: list[tuple[str, str]]
    given_truth: frozenset[str] | str

    @property
    def nuts_priors(self) -> list[str]:
        """The priors that NUTS fits, in the order of the config."""
        wanted = self.config["sampler"]["priors"]
        return [prior for prior in self.priors if wanted == "all" or prior in wanted]


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
    given_truth = config.get("truth", {})
    if isinstance(given_truth, str) and given_truth != "data":
        raise InputError(
            f"{source}, key truth: '{given_truth}' is not valid; write data for the REML estimates "
            "of the data, or the six numbers."
        )
    if given_truth == "data":
        config["truth"] = {}
    elif isinstance(given_truth, dict):
        given_truth = dict(given_truth)
    validated(config, "config.schema.yaml", source)
    _check_families(config["priors"], source)
    _check_labels(config, source)
    _check_nuts_priors(config, source)
    real = read_real_data(config["data"])
    if real.foreign:
        check_defaults(config, given_truth, real.sleepstudy, source)
    if given_truth == "data":
        config["truth"] = truth_of_data(real.data, source)
    automatic = fill_automatic(config["priors"], real.data)
    priors = {name: _prior(name, block, source) for name, block in config["priors"].items()}
    _check_measures(config, source)
    study = Study(
        config,
        real,
        sheet_scenarios(config, real),
        sample_size_scenarios(config, real),
        priors,
        automatic,
        given_truth if given_truth == "data" else frozenset(given_truth),
    )
    _check_jobs(study, source)
    _check_calibration(study, source)
    return study


def _check_calibration(study: Study, source: str) -> None:
    """Refuse to calibrate in a design whose subjects have different visits."""
    first = next(iter(study.scenarios.values()))
    if study.config["sbc"]["design"] == "study" and len(set(first.design.patterns)) > 1:
        raise InputError(
            f"{source}, key sbc.design: the visits of the first scenario, '{first.scenario}', "
            "differ between subjects, but calibration needs the same for all; write small."
        )


def _check_measures(config: dict[str, Any], source: str) -> None:
    """Refuse targets and goals on measures that do not exist."""
    for key in ("mcse_target", "sample_size.goals"):
        block = config["mcse_target"] if key == "mcse_target" else config["sample_size"]["goals"]
        for parameter, targets in block.items():
            for measure in targets:
                if measure not in KNOWN_MEASURES:
                    raise InputError(
                        f"{source}, key {key}.{parameter}.{measure}: unknown measure "
                        f"(expected {', '.join(KNOWN_MEASURES)})."
                    )
    _check_goals(config, source)
    subjects = config["sample_size"]["subjects"]
    if subjects != sorted(subjects):
        raise InputError(f"{source}, key sample_size.subjects: the numbers must increase.")


def _check_goals(config: dict[str, Any], source: str) -> None:
    """Refuse goals that are reached always or never."""
    for parameter, measures in config["sample_size"]["goals"].items():
        for measure, goal in measures.items():
            where = f"{source}, key sample_size.goals.{parameter}.{measure}"
            if isinstance(MEASURES[measure], Proportion) and not 0 <= goal <= 1:
                raise InputError(f"{where}: {goal:g} is out of range; a share is from 0 to 1.")
            if goal < 0 and measure != "model_se_error":
                raise InputError(f"{where}: {goal:g} is out of range; it must be >= 0.")
            if measure == "reject" and parameter.startswith("sigma"):
                raise InputError(f"{where}: the interval of an sd always excludes 0; use width.")


def _check_labels(config: dict[str, Any], source: str) -> None:
    """Refuse ids and labels of priors that cannot be distinguished."""
    for name, block in config["priors"].items():
        for key, text in (("", name), (".label", block["label"])):
            if text.lower() == "reml":
                raise InputError(
                    f"{source}, key priors.{name}{key}: '{text}' is reserved for REML; use another."
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


def _check_nuts_priors(config: dict[str, Any], source: str) -> None:
    """Refuse ids of priors that do not exist."""
    wanted = config["sampler"]["priors"]
    for name in [] if wanted == "all" else wanted:
        if name not in config["priors"]:
            raise InputError(
                f"{source}, key sampler.priors: '{name}' is not a prior of the config (expected "
                f"{', '.join(config['priors'])}, or the word all)."
            )


def hyperparameters(block: dict[str, Any]) -> dict[str, Any]:
    """The hyperparameters of a prior's config block."""
    return {key: value for key, value in block.items() if key not in NOT_HYPERPARAMETERS}


def _check_families(priors: dict[str, dict[str, Any]], source: str) -> None:
    for name, block in priors.items():
        block.setdefault("label", name)
        try:
            family_class(block["family"])
        except InputError as error:
            raise InputError(f"{source}, key priors.{name}.{error}") from None


def _prior(name: str, block: dict[str, Any], source: str) -> Prior:
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
        return 2 * exact_batches + (1 + len(study.nuts_priors)) * nuts_batches

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
