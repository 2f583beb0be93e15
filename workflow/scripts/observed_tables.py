"""Tabulate the real data: posteriors under all priors, and their Bayes factors."""

from pathlib import Path

import pandas as pd

from recovery.data.coding import read_coded_csv
from recovery.exact.posterior import exact_posterior
from recovery.files import read_table, write_table
from recovery.model.families import make_prior
from recovery.summaries.bayes_factors import bayes_factors
from study.log import logger, open_log

open_log(snakemake.log[0])
tables = []
for path in map(Path, snakemake.input.estimates):
    table = read_table(path)
    table.insert(0, "prior", path.parent.name)
    table.insert(1, "formulation", path.stem)
    tables.append(table)
write_table(pd.concat(tables), snakemake.output.observed)

data = read_coded_csv(snakemake.input.data, **snakemake.params.columns)
posteriors = {}
for prior, block in snakemake.params.priors.items():
    posteriors[prior] = exact = exact_posterior(data, make_prior(**block).for_times(data.time))
    if not exact.adequate:
        logger.warning("%s: no Bayes factor, the quadrature's error is %.1e", prior, exact.error)
write_table(bayes_factors(posteriors), snakemake.output.bayes_factors)
