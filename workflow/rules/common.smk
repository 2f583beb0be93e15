"""The checked study, its paths and its batches. No rules."""

import re
import sys
from pathlib import Path

RULES = Path(workflow.current_basedir.get_path_or_uri(secret_free=True))
sys.path.insert(0, str(RULES.parent / "scripts"))

from recovery.errors import InputError
from recovery.scenarios import batches
from study import check_study, hyperparameters

try:
    study = check_study(config, source=" + ".join(map(str, workflow.configfiles)) or "config")
except InputError as error:
    sys.exit(f"Error: {error}")


pathvars:
    results=f"results/{config['study']}",
    logs=f"results/{config['study']}/logs",


wildcard_constraints:
    scenario="|".join(map(re.escape, study.scenarios)),
    prior="|".join(study.priors),
    batch=r"\d+-\d+",


SCENARIOS = list(study.scenarios)
PRIORS = list(study.priors)
LABELS = {prior: config["priors"][prior]["label"] for prior in PRIORS}


def code(*modules):
    """Files of the package that a step depends on: a change of their content reruns it."""
    return [workflow.source_path(f"../scripts/recovery/{module}.py") for module in modules]


def scenario_design(wildcards):
    """A scenario's columns less its replicates: more of them must not redo the others."""
    columns = study.scenarios[wildcards.scenario].columns()
    return {name: value for name, value in columns.items() if name != "replicates"}


def prior_block(wildcards):
    """A prior's family and hyperparameters; a new label must not refit anything."""
    block = config["priors"][wildcards.prior]
    return {"family": block["family"], **hyperparameters(block)}


def batch_files(pattern):
    """The files of all batches of all scenarios and priors, by scenario and prior."""
    return [
        pattern.format(scenario=scenario, prior=prior, batch=batch)
        for scenario in SCENARIOS
        for prior in PRIORS
        for batch in batches(study.scenarios[scenario].replicates, config["batch_size"])
    ]


# Figures by file name; the functions that draw them are in recovery/figures.
PRIOR_FIGURES = ["trace", "rank", "lines", "effects"]
FORESTS = ["fixed_effects", "intercepts", "slopes", "correlation"]
MEASURE_FIGURES = ["coverage", "bias", "width"]
TRUTH_FIGURES = ["rho", "r_u"]


def figure_files(pattern, **wildcards):
    """A figure's files, in both formats."""
    return expand(f"<results>/figures/{pattern}.{{format}}", format=["svg", "png"], **wildcards)
