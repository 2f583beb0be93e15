"""Fit real data sets under all priors, each with its own scales; a table and a figure."""

from pathlib import Path

import pandas as pd

from jobs.log import logger, open_log
from recovery.figures.style import Methods, save_figure
from recovery.figures.survey import survey_figure
from recovery.files import write_table
from recovery.model.families import family_class
from recovery.seeds import named_seed
from recovery.summaries.survey import survey_rows
from study.priors import made_priors
from study.real_data import read_real_data

open_log(snakemake.log[0])
params, output = snakemake.params, snakemake.output
tables = []
for path, columns in zip(snakemake.input, params.columns, strict=True):
    name = Path(path).stem
    real = read_real_data(params.data | columns | {"path": path})
    blocks = {
        prior: block | dict.fromkeys(family_class(block["family"]).scales(), "auto")
        for prior, block in params.priors.items()
    }
    made, _ = made_priors(blocks, real, path)
    priors = {prior: one.for_design(real.data.time) for prior, one in made.items()}
    reference = next(prior for prior in priors if priors[prior].has_rho)
    seed = named_seed(params.seed, "survey", name)
    tables.append(survey_rows(name, real.data, priors, reference, seed))
    logger.info("%s: %s subjects", name, real.data.subjects)
table = pd.concat(tables, ignore_index=True)
write_table(table, output.table)
save_figure(survey_figure(table, Methods(params.labels)), [output.svg, output.png])
