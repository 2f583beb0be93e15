"""Fit all priors to one batch of data sets exactly."""

import pandas as pd
import xarray as xr

from jobs.log import logger, open_log
from recovery.data.simulate import replicate_data
from recovery.exact.batch import Targets
from recovery.exact.tables import exact_batches
from recovery.files import reading, write_table
from recovery.model.families import make_prior
from recovery.seeds import named_seed
from recovery.summaries.pairs import equal_pairs

open_log(snakemake.log[0])
scenario, params = snakemake.wildcards.scenario, snakemake.params
with reading(snakemake.input.datasets):
    datasets = xr.load_dataset(snakemake.input.datasets)
data = replicate_data(datasets)
numbers = datasets["replicate"].to_numpy()
targets = Targets.of(datasets, params.estimands)
# the same seeds for all priors: random numbers in common make their differences more precise
seeds = [named_seed(params.seed, scenario, number, "exact") for number in numbers]
planned = datasets["planned"].to_numpy()
priors = {name: make_prior(**block).for_design(*planned) for name, block in params.priors.items()}
first = dict(reversed(equal_pairs(priors)))  # a prior -> the first of the same density
computed = {name: prior for name, prior in priors.items() if name not in first}
found = exact_batches(data, computed, params.levels, targets, numbers, seeds)
found = {name: found[first.get(name, name)] for name in priors}
logger.info("%s: %d data sets fitted exactly under %d priors", scenario, len(numbers), len(priors))
for kind, path in snakemake.output.items():
    tables = [
        getattr(batch, kind).assign(prior=name, engine="exact", same_as=first.get(name, ""))
        for name, batch in found.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    if kind != "fits":
        table = table.drop(columns="same_as")
    keys = ["replicate", "prior", "engine"]
    write_table(table[keys + [name for name in table if name not in keys]], path)
