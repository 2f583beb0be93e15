"""Fit one batch of data sets by REML."""

import numpy as np
import xarray as xr

from jobs.log import logger, open_log
from recovery.data.simulate import replicate_data, true_values
from recovery.files import reading, write_table
from recovery.reml.tables import reml_batch

open_log(snakemake.log[0])
with reading(snakemake.input.datasets):
    datasets = xr.load_dataset(snakemake.input.datasets)
numbers = datasets["replicate"].to_numpy()
truths = np.stack([*true_values(datasets).values()], axis=1)
params = snakemake.params
found = reml_batch(replicate_data(datasets), params.levels, truths, numbers, params.interval)
logger.info("%s | REML: %d fits done", snakemake.wildcards.scenario, len(numbers))
for table, path in zip(found, snakemake.output, strict=True):
    table.insert(1, "prior", "reml")
    table.insert(2, "engine", "reml")
    write_table(table, path)
