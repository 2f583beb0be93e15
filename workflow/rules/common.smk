"""The checked study, its paths and its batches. No rules."""

import re
import sys
from collections import Counter
from pathlib import Path

from jobs.code_hash import code_hash, family_hash
from recovery.data.batches import batches
from recovery.errors import InputError
from recovery.exact.estimands import Estimands
from recovery.figures.layout import page_names
from study.check import check_study, check_yaml
from study.job_limits import SBC_BATCH, reml_replicates
from study.scenarios import shown_columns
from study.start import start_lines

try:
    for path in workflow.configfiles:
        check_yaml(path)
    sources = [
        *map(str, workflow.configfiles),
        *["--config"] * bool(workflow.config_settings.config),
    ]
    study = check_study(config, source=" + ".join(sources))
except InputError as error:
    sys.exit(f"Error: {error}")


pathvars:
    results=f"results/{config['study']}",
    logs=f"results/{config['study']}/logs",


wildcard_constraints:
    scenario="|".join(map(re.escape, study.all_scenarios)),
    prior="|".join(study.priors),
    batch=r"\d+-\d+",
    method="marginal|latent|exact",


REAL_DATA_FORMULATIONS = config["data"]["formulations"]
# Single fits are refitted until they are good; of replicates that would select (config/README.md).
NUTS_REFITTED = {**study.sampler, "refits": 2}


code = code_hash  # a change of a rule's code is a change of its parameters


def family(wildcards):
    """The code of a prior's family; its jobs depend on no other family."""
    return family_hash(config["priors"][wildcards.prior]["family"])


def families(wildcards):
    """The code of the families of all priors."""
    return family_hash(*(block["family"] for block in config["priors"].values()))


def designed(wildcards):
    """The scenario that is simulated: one of the study, or the calibration's."""
    name = wildcards.get("scenario")
    return study.all_scenarios[name] if name else study.calibration_scenario


def scenario_design(wildcards):
    """A scenario's columns without its numbers of replicates: more must not redo the others."""
    columns = designed(wildcards).columns()
    return {name: value for name, value in columns.items() if name not in ("replicates", "nuts")}


def data_of_design(wildcards):
    """The real data, and a table of planned visits, if a scenario's visits are theirs."""
    design = designed(wildcards).design
    if not design.table:
        return []
    return [
        config["data"]["path"],
        *([design.source] if design.table is not study.real.data else []),
    ]


def columns_of_design(wildcards):
    """How to read these tables."""
    return study.data_columns if designed(wildcards).design.table else {}


def prior_block(wildcards):
    """A prior's family and hyperparameters; a new label must not refit anything."""
    return study.prior_blocks[wildcards.prior]


def batch_files(kind):
    """A scenario's files of a kind, estimates or fits: exact batches, those by study.sampler, REML."""

    def files(wildcards):
        scenario, size = study.all_scenarios[wildcards.scenario], config["batch_size"]
        exact = expand(
            f"<results>/exact/{{{{scenario}}}}/{{batch}}.{kind}.parquet",
            batch=batches(scenario.replicates if study.exact else 0, size),
        )
        nuts = [
            f"<results>/nuts/{{scenario}}/{prior}/{batch}.{kind}.parquet"
            for prior in study.nuts_priors
            for batch in batches(study.nuts_replicates(scenario, prior), size)
        ]
        reml = expand(
            f"<results>/reml/{{{{scenario}}}}/{{batch}}.{kind}.parquet",
            batch=batches(reml_replicates(config, scenario), size),
        )
        return exact + nuts + reml

    return files


def estimands(wildcards):
    """What is estimated; in the target sample_size r_u, which costs most, for a goal only."""
    realised = wildcards.scenario in study.scenarios or "r_u" in config["sample_size"]["goals"]
    return study.estimands | {"realised": realised}


def subject_files(wildcards):
    """The exact batches' scores of the subjects' own lines, if they are asked for."""
    scored = study.scenarios if config["estimands"]["subjects"] else {}
    return [
        f"<results>/exact/{name}/{batch}.subjects.parquet"
        for name, scenario in scored.items()
        for batch in batches(scenario.replicates, config["batch_size"])
    ]


def sample_size_files(wildcards):
    """The exact batches of the scenarios of the target sample_size."""
    if not study.exact:
        sys.exit(
            "Error: sample_size is for two random effects; with data.random, give the sheet rows of "
            "different subjects."
        )
    return [
        f"<results>/exact/{name}/{batch}.estimates.parquet"
        for name, scenario in study.sample_sizes.items()
        for batch in batches(scenario.replicates, config["batch_size"])
    ]


def scenario_tables(kind):
    """The folder of tables of a kind, estimates or fits: one file per scenario."""
    return [f"<results>/tables/{kind}/{scenario}.parquet" for scenario in study.scenarios]


def captions(group):
    """Names of a group's figures: those that have a caption, workflow/report/<group>/<name>.rst."""
    return sorted(path.stem for path in (RULES.parent / "report" / group).glob("*.rst"))


# Tables of the study and their labels in the report, the most read first.
STUDY_TABLES = {
    "answers": "answers",
    "regret": "regret",
    "coverage": "coverage",
    "recovery": "recovery",
    "comparison": "comparison of priors",
    "control": "negative control",
    "accuracy": "accuracy of the sampler",
    "missingness": "missingness",
    "designs": "designs",
    "replicates_needed": "replicates needed",
    "settings": "truth, scales and time as used",
}
if config["estimands"]["subjects"]:
    STUDY_TABLES["subjects"] = "subjects' own lines"
# Tables of so many scenarios and methods have tens of MB: the report names them, without a copy.
MOST_CELLS = 100
LARGE_TABLES = (
    ["recovery", "comparison"]
    if len(study.scenarios) * len(study.method_labels) > MOST_CELLS
    else []
)

# What the pages are made with.
PAGE_FILES = sorted(
    f"pages/{path.name}" for path in (RULES.parent / "report/pages").glob("*.jinja")
)
EXPLORE_PAGES = page_names(
    # bias and RMSE, and coverage and width at each level
    len(study.scenarios) * len(study.method_labels) * (2 + 2 * len(config["intervals"])),
    [
        *study.parameters,
        *Estimands(study.estimands["lines_at"], study.estimands["new_subject_at"]).names,
    ],
)

# Figures by file name: drawn by functions of the same name in recovery/figures.
PRIOR_FIGURES = ["trace", "rank", "lines", "effects"]
SUBJECT_FIGURES = [
    "intercepts",
    "slopes",
    *(f"effects_{k}" for k in range(2, study.real.data.q)),
]
FOREST_FIGURES = ["fixed_effects", *SUBJECT_FIGURES, "correlation"] if study.nuts_priors else []
OBSERVED_FIGURES = [
    "data",
    *(f"{prior}/{name}" for prior in study.nuts_priors for name in PRIOR_FIGURES),
    *FOREST_FIGURES,
]


def figure_files(group, names):
    """A group's figures as SVG and PNG."""
    return {
        format: [f"<results>/figures/{group}/{name}.{format}" for name in names]
        for format in ("svg", "png")
    }
