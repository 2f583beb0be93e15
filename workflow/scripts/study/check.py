"""Read and check a study: its config, scenario sheet and data, before any job runs.

Every mistake in a user's files becomes an `InputError` with one plain sentence.
"""

from itertools import combinations
from pathlib import Path
from typing import Any

import yaml

from recovery.errors import InputError
from recovery.model.families import family_class, make_prior
from recovery.model.prior import Prior
from study.centers import center_warnings
from study.goals import check_goals
from study.job_limits import check_jobs
from study.real_data import fill_automatic, read_real_data
from study.scenarios import sample_size_scenarios, sheet_scenarios
from study.study import Study, hyperparameters
from study.truth import check_defaults, scale_warnings, truth_of_data
from study.validation import validated

RESERVED = ("reml", "scenario", "parameter")
"""Ids and labels that tables have other uses for."""


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
    except OSError as error:
        kind = "it is a folder" if Path(path).is_dir() else error.strerror
        raise InputError(f"{path}: the config cannot be read ({kind}); give a file.") from None
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
    given_truth = config.get("truth", {})
    if isinstance(given_truth, str) and given_truth != "data":
        raise InputError(
            f"{source}, key truth: '{given_truth}' is not valid; write 'data' to use the REML "
            "estimates, or give all six numbers."
        )
    if given_truth == "data":
        config["truth"] = {}
    elif isinstance(given_truth, dict):
        given_truth = dict(given_truth)
    given_goals = _has(config, "sample_size", "goals")
    validated(config, "config.schema.yaml", source)
    _check_families(config["priors"], source)
    _check_labels(config, source)
    _check_nuts_priors(config, source)
    real = read_real_data(config["data"])
    check_defaults(config, given_truth, real, source)
    if given_truth == "data":
        config["truth"] = truth_of_data(real, source)
    warnings = real.warnings + scale_warnings(config["priors"], real)
    automatic = fill_automatic(config["priors"], real.data)
    priors = {name: _prior(name, block, source) for name, block in config["priors"].items()}
    warnings += center_warnings(priors, real)
    check_goals(config, priors, given_goals, source)
    study = Study(
        config,
        real,
        sheet_scenarios(config, real),
        sample_size_scenarios(config, real),
        priors,
        automatic,
        given_truth if given_truth == "data" else frozenset(given_truth),
        warnings,
    )
    check_jobs(config, study.scenarios, study.sample_sizes, study.nuts_priors, source)
    _check_calibration(study, source)
    _check_shown_labels(study, source)
    return study


def _has(config: dict[str, Any], key: str, inner: str) -> bool:
    """Whether a config, not yet validated, has a key in a block."""
    return isinstance(block := config.get(key), dict) and inner in block


def _check_calibration(study: Study, source: str) -> None:
    """Refuse to calibrate in a design whose subjects have different visits."""
    first = next(iter(study.scenarios.values()))
    if study.config["sbc"]["design"] == "study" and len(set(first.design.patterns)) > 1:
        raise InputError(
            f"{source}, key sbc.design: the visits of the first scenario, '{first.scenario}', "
            "differ between subjects, but calibration needs the same for all; set it to 'small'."
        )


def _check_shown_labels(study: Study, source: str) -> None:
    """Refuse labels that are equal where priors of one density have one label."""
    shown = study.shown_labels
    for first, second in combinations(shown, 2):
        if shown[first] == shown[second]:
            raise InputError(
                f"{source}, key priors.{second}.label: '{shown[second]}' is also what {first} and "
                "the priors of the same density are called; use another label."
            )


def _check_labels(config: dict[str, Any], source: str) -> None:
    """Refuse ids and labels of priors that cannot be distinguished."""
    for name, block in config["priors"].items():
        for key, text in (("", name), (".label", block["label"])):
            if text.lower() in RESERVED:
                raise InputError(
                    f"{source}, key priors.{name}{key}: '{text}' is reserved; use another."
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
                f"{', '.join(config['priors'])}, or 'all')."
            )


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
