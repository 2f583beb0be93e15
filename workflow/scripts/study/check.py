"""Read and check a study: its config, scenario sheet and data, before any job runs.

Every mistake in a user's files becomes an `InputError` with one plain sentence.
"""

import copy
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from recovery.data.text import read_text
from recovery.errors import InputError
from recovery.parameters import correlations
from recovery.summaries.designs import with_design_names
from recovery.summaries.measures import MEASURES, Proportion
from study.job_limits import check_jobs
from study.priors import center_warnings, made_priors, scale_warnings
from study.real_data import RealData, read_real_data
from study.scenarios import sample_size_scenarios, sheet_scenarios
from study.schema import validated
from study.study import Study
from study.truth import check_not_sleepstudys, spread_rho, truth_of_data


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
    text = read_text(path, "config")
    try:
        content = yaml.load(text, _NoDuplicates)  # a safe loader, derived from yaml's
    except InputError as error:
        raise InputError(f"{path}, {error}") from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}, line {mark.line + 1}" if mark else path
        raise InputError(
            f"{place}: invalid YAML ({getattr(error, 'problem', error)}); look for a tab, a "
            "missing colon, or a bracket or quote that is not closed."
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
    given = copy.deepcopy(config)
    if given.get("truth") == "data":
        config["truth"] = {}
    if isinstance(config.get("priors"), dict):  # those of another config that this one leaves out
        kept = {key: block for key, block in config["priors"].items() if block != "leave out"}
        config["priors"] = kept
    validated(config, "config.schema.yaml", source)
    given_truth = given.get("truth", {})
    _check_names(config, source)
    try:
        real = read_real_data(config["data"])
    except InputError as error:
        at = f"{source}, key " if str(error).startswith("data.") else ""
        raise InputError(f"{at}{error}") from None
    if real.data.q > 2:
        _for_more_effects(config, real.data.q, source)
    _name_effects(config, real, source)
    if given_truth == "data":
        config["truth"] = truth_of_data(real, source)
    else:
        check_not_sleepstudys(config["truth"], real, source)
    priors, automatic = made_priors(config["priors"], real, source)
    has_rho = any(prior.has_rho for prior in priors.values())
    if not has_rho and "goals" not in given.get("sample_size", {}):
        config["sample_size"]["goals"].pop("rho", None)
    _check_goals(config, has_rho, source)
    _check_estimands(config, real, source)
    _check_belief(config["belief"], source)
    scenarios = sheet_scenarios(config, real)
    sample_sizes = sample_size_scenarios(config, real)
    warnings = real.warnings + scale_warnings(priors, automatic, real)
    warnings += center_warnings(priors, real)
    study = Study(config, real, scenarios, sample_sizes, priors, automatic, given_truth, warnings)
    if not study.exact:
        _check_designs(study)
    check_jobs(study, source)
    _check_labels(study, source)
    return study


def _check_designs(study: Study) -> None:
    """Refuse scenarios that nothing but further correlations sets apart; note unfitted priors."""
    rows = pd.DataFrame([scenario.columns() for scenario in study.scenarios.values()])
    named = with_design_names(rows)
    for twin in named.loc[named.duplicated(["design", "rho"]), "scenario"]:
        raise InputError(
            f"{study.config['scenarios']}: '{twin}' and another scenario of its design have the "
            "same correlation of the first two effects, by which they are told apart; change one."
        )
    study.warnings.extend(
        f"the prior {prior} is not in sampler.priors, so that nothing fits it."
        for prior in study.priors
        if prior not in study.nuts_priors
    )


def _for_more_effects(config: dict[str, Any], q: int, source: str) -> None:
    """The true rho is that of all pairs; elsewhere rho is that of the first two effects."""
    first = correlations(q)[0]
    spread_rho(config["truth"], q, f"{source}, key truth.rho")
    if not config["sampler"]["priors"]:
        raise InputError(
            f"{source}, key sampler.priors: name at least one prior; of more than two random "
            "effects NUTS is the only engine."
        )
    if config["focus"] == "rho":
        config["focus"] = first
    targets = config["mcse_target"]
    config["mcse_target"] = {first: targets.pop("rho")} | targets if "rho" in targets else targets
    config["sample_size"]["goals"] = {}


def _name_effects(config: dict[str, Any], real: RealData, source: str) -> None:
    """Write the formula's names for the further effects where the config names them otherwise."""
    goals, targets = config["sample_size"]["goals"], config["mcse_target"]
    blocks = {"truth": config["truth"], "sample_size.goals": goals, "mcse_target": targets}
    for key, block in blocks.items():
        for name in list(block):
            if key == "truth" and name in correlations(real.data.q, "r_u"):
                raise InputError(f"{source}, key truth.{name}: follows from the subjects drawn.")
            if name in real.data.parameters:
                continue
            known = _effect(name, real, f"{source}, key {key}.{name}")
            block[known] = block.pop(name)
    if config["focus"] != "rho":
        config["focus"] = _effect(config["focus"], real, f"{source}, key focus")


def _effect(name: str, real: RealData, where: str) -> str:
    """The further effect that a name in the config means."""
    if name in real.data.parameters:
        return name
    if real.part:
        from recovery.data.formula import same_effect

        if (found := same_effect(name, real.data.effects)) in real.data.effects:
            return found
    expected = ", ".join(real.data.parameters)
    raise InputError(f"{where}: unknown effect '{name}' (expected one of {expected}).")


def _check_names(config: dict[str, Any], source: str) -> None:
    """Refuse ids of priors that cannot be distinguished, or that do not exist."""
    for first, second in combinations(config["priors"], 2):
        if first.lower() == second.lower():  # on some file systems, one folder
            raise InputError(
                f"{source}, key priors.{second}: the ids '{first}' and '{second}' differ only in "
                "upper and lower case; rename one."
            )
    wanted = config["sampler"]["priors"]
    for name in [] if wanted == "all" else wanted:
        if name not in config["priors"]:
            raise InputError(
                f"{source}, key sampler.priors: '{name}' is not a prior of the config (expected "
                f"{', '.join(config['priors'])}, or 'all')."
            )


def _check_goals(config: dict[str, Any], has_rho: bool, source: str) -> None:
    """Refuse targets and goals of unknown measures, and goals that are reached always or never."""
    block = config["sample_size"]
    known = [name for name, measure in MEASURES.items() if measure.estimated]
    for key, targets in (
        ("mcse_target", config["mcse_target"]), ("sample_size.goals", block["goals"]),
    ):  # fmt: skip
        for parameter, measures in targets.items():
            for measure, value in measures.items():
                problem = ""
                if measure not in known:
                    problem = f"unknown measure (expected {', '.join(known)})"
                elif key == "sample_size.goals":
                    problem = _problem_of_goal(parameter, measure, value, config["truth"], has_rho)
                if problem:
                    raise InputError(f"{source}, key {key}.{parameter}.{measure}: {problem}.")
    if block["subjects"] != sorted(block["subjects"]):
        raise InputError(f"{source}, key sample_size.subjects: the numbers must increase.")


def _check_belief(belief: dict[str, Any], source: str) -> None:
    """Refuse a range of no value, and weights that are no weights."""
    if belief["low"] > belief["high"]:
        raise InputError(f"{source}, key belief: low must not be above high.")
    weights = [weight for _, weight in belief["weights"]]
    if weights and (min(weights) < 0 or not any(weights)):
        raise InputError(f"{source}, key belief.weights: must be at least 0, and one above 0.")


def _check_estimands(config: dict[str, Any], real: RealData, source: str) -> None:
    """Refuse lines where the formula has further effects: a line then depends on covariates."""
    asked = [key for key in ("subjects", "lines_at", "new_subject_at") if config["estimands"][key]]
    if real.part and asked:
        raise InputError(
            f"{source}, key estimands.{asked[0]}: not available with data.formula; leave it out."
        )


def _problem_of_goal(
    parameter: str, measure: str, goal: float, truth: dict[str, float], has_rho: bool
) -> str:
    if parameter == "rho" and not has_rho:
        return "no prior estimates rho; leave the goal out, or add a prior with a correlation"
    if isinstance(MEASURES[measure], Proportion) and goal > 1:
        return f"{goal:g} is not valid (expected a share between 0 and 1)"
    if measure == "reject" and parameter.startswith("sigma"):
        return "the interval of an sd always excludes 0; use width"
    if measure == "relative_bias" and not truth.get(parameter):
        return "relative bias needs a fixed, nonzero true value; use bias"
    return ""


def _check_labels(study: Study, source: str) -> None:
    """Refuse equal labels, also where priors of one density are shown as one."""
    for labels in (study.labels, study.shown_labels):
        for first, second in combinations(labels, 2):
            if labels[first] == labels[second]:
                raise InputError(
                    f"{source}, key priors.{second}.label: {first} is also shown as "
                    f"'{labels[second]}'; give each prior its own label."
                )
