"""Tabulate the real data: posteriors under all priors, sampled and exact, and Bayes factors."""

from pathlib import Path

import numpy as np
import pandas as pd

from jobs.log import logger, open_log
from recovery.data.tables import read_coded_data
from recovery.exact.posterior import exact_posterior
from recovery.exact.tables import exact_batches
from recovery.files import read_table, write_table
from recovery.model.families import make_prior
from recovery.parameters import PARAMETERS
from recovery.seeds import named_seed
from recovery.summaries.bayes_factors import bayes_factors

open_log(snakemake.log[0])
params = snakemake.params
data = read_coded_data(snakemake.input.data, **params.columns)
columns = data.fixed.T[1:]
priors = {name: make_prior(**block).for_design(*columns) for name, block in params.priors.items()}
tables = []
for path in map(Path, snakemake.input.estimates):
    keys = {"prior": path.parent.name, "engine": "nuts", "formulation": path.stem}
    tables.append(read_table(path).assign(**keys))
unknown = np.full((1, len(PARAMETERS) + len(data.effects)), np.nan)
seed = named_seed(params.seed, "observed", "exact")
fitted = priors if data.q == 2 else {}
for name, exact in exact_batches([data], fitted, params.levels, unknown, [1], [seed]).items():
    table = exact.estimates.drop(columns=["replicate", "truth", "crps"])
    tables.append(table.assign(prior=name, engine="exact", formulation=""))
table = pd.concat(tables, ignore_index=True)
keys = ["prior", "engine", "formulation", "parameter"]
write_table(table[keys + [name for name in table if name not in keys]], snakemake.output.observed)

posteriors = {name: exact_posterior(data, prior) for name, prior in fitted.items()}
for name, exact in posteriors.items():
    if not exact.adequate:
        logger.warning("%s: no Bayes factor, the quadrature's error is %.1e", name, exact.error)
write_table(bayes_factors(posteriors), snakemake.output.bayes_factors)
