"""The checked study, its paths and its batches. No rules."""

import re
import sys
from pathlib import Path

from recovery.errors import InputError
from recovery.formulations import model_variant
from recovery.scenarios import batches
from study import check_study, check_yaml, hyperparameters

try:
    for path in workflow.configfiles:
        check_yaml(path)
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
    variant=r"latent-\d+|marginal-(un)?balanced",
    method="marginal|latent|exact",


SCENARIOS = list(study.scenarios)
PRIORS = list(study.priors)
FORMULATIONS = ["marginal", "latent"]
METHODS = [*FORMULATIONS, "exact"]  # what is calibrated
REAL_DATA_VARIANTS = [
    model_variant(formulation, study.data.subjects, study.data.balanced)
    for formulation in FORMULATIONS
]
DATA_COLUMNS = {key: config["data"][key] for key in ("response", "time", "group")}
NUTS = {key: value for key, value in config["sampler"].items() if key != "engine"}
# Single fits are refitted until they are good; of replicates that would select (config/README.md).
NUTS_REFITTED = {**NUTS, "refits": max(2, NUTS["refits"])}
LABELS = {prior: config["priors"][prior]["label"] for prior in PRIORS}


def code(*modules):
    """Files of the package that a step depends on: a change of their content reruns it."""
    return [workflow.source_path(f"../scripts/recovery/{module}.py") for module in modules]


def template(name):
    """A template of the report's pages."""
    return workflow.source_path(f"../report/pages/{name}.html.jinja")


def scenario_design(wildcards):
    """A scenario's columns less its replicates: more of them must not redo the others."""
    columns = study.scenarios[wildcards.scenario].columns()
    return {name: value for name, value in columns.items() if name != "replicates"}


def prior_block(wildcards):
    """A prior's family and hyperparameters; a new label must not refit anything."""
    return prior_blocks()[wildcards.prior]


def prior_blocks(wildcards=None):
    """Every prior's family and hyperparameters."""
    return {
        prior: {"family": block["family"], **hyperparameters(block)}
        for prior, block in config["priors"].items()
    }


def replicates_model(wildcards):
    """The compiled model that fits a scenario's replicates; none if exact."""
    if config["sampler"]["engine"] == "exact":
        return []
    design = study.scenarios[wildcards.scenario].design
    variant = model_variant(
        config["sampler"]["formulation"], design.subjects, balanced=design.missing_rows == 0
    )
    return f"<results>/compiled/{wildcards.prior}/{variant}.model"


def calibration_model(wildcards):
    """The compiled model that a method of calibration samples; none if exact."""
    if wildcards.method == "exact":
        return []
    variant = model_variant(wildcards.method, config["sbc"]["subjects"], balanced=True)
    return f"<results>/compiled/{wildcards.prior}/{variant}.model"


def batch_files(pattern):
    """The files of all batches of all scenarios and priors, by scenario and prior."""
    return [
        pattern.format(scenario=scenario, prior=prior, batch=batch)
        for scenario in SCENARIOS
        for prior in PRIORS
        for batch in batches(study.scenarios[scenario].replicates, config["batch_size"])
    ]


# Tables of the report's page, the most read first.
TABLES = [
    "coverage",
    "recovery",
    "comparison",
    "control",
    "accuracy",
    "missingness",
    "plan",
    "observed",
    "bayes_factors",
]

# Figures by file name: drawn by functions of the same name in recovery/figures, each with its
# caption in workflow/report/<group>/<name>.rst.
PRIOR_FIGURES = ["trace", "rank", "lines", "effects"]
FOREST_FIGURES = ["fixed_effects", "intercepts", "slopes", "correlation"]
OBSERVED_FIGURES = [
    "data",
    *(f"{prior}/{name}" for prior in PRIORS for name in PRIOR_FIGURES),
    *FOREST_FIGURES,
]
STUDY_FIGURES = [
    "headline",
    "coverage",
    "bias",
    "width",
    "model_se_error",
    "estimates_rho",
    "estimates_r_u",
    "agreement",
    "running_coverage",
    "running_bias",
    "accuracy",
]
BENCHMARK_FIGURES = ["cost", "scaling"]


def figure_files(group, names):
    """A group's figures as SVG and PNG."""
    return {
        format: [f"<results>/figures/{group}/{name}.{format}" for name in names]
        for format in ("svg", "png")
    }


def reported(group, name, caption=None, **place):
    """A figure's PNG as an item of the report, its caption that of its name if not given."""
    figure = Path(name).name
    return report(
        f"<results>/figures/{group}/{name}.png",
        caption=f"../report/{group}/{caption or figure}.rst",
        labels={"figure": figure.replace("_", " ")},
        **place,
    )
