"""Measure the recovery of the truth, scenario by scenario, so that memory does not grow."""

import pandas as pd

from jobs.log import open_log
from recovery.files import read_table, write_table
from recovery.model.families import make_prior
from recovery.summaries.accuracy import accuracy_table
from recovery.summaries.comparison import comparison_table
from recovery.summaries.designs import with_design_names
from recovery.summaries.pairs import compared_pairs
from recovery.summaries.recovery import (
    coverage_table,
    missingness_table,
    recovery_table,
    with_design,
    with_label,
)

open_log(snakemake.log[0])
levels = snakemake.params.levels
priors = {name: make_prior(**block) for name, block in snakemake.params.priors.items()}
pairs = compared_pairs(priors)
designs = with_design_names(pd.DataFrame(snakemake.params.scenarios))
MEASURED = ("recovery", "missingness", "comparison", "accuracy")
parts = {name: [] for name in MEASURED}
for estimates_path, fits_path in zip(snakemake.input.estimates, snakemake.input.fits, strict=True):
    estimates = read_table(estimates_path)
    parts["recovery"].append(recovery_table(estimates, levels))
    parts["missingness"].append(missingness_table(read_table(fits_path)))
    parts["comparison"].append(comparison_table(estimates, levels, pairs))
    parts["accuracy"].append(accuracy_table(estimates))
tables = {name: pd.concat(part, ignore_index=True) for name, part in parts.items()}
tables["coverage"] = coverage_table(tables["recovery"])
recovery = with_design(tables["recovery"], designs)
tables["recovery"] = with_label(recovery, snakemake.params.labels)
tables["designs"] = designs
tables["settings"] = pd.DataFrame(snakemake.params.settings)
for name, table in tables.items():
    write_table(table, snakemake.output[name])
