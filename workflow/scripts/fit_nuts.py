"""Fit one prior to one batch of data sets by NUTS."""

import xarray as xr

from jobs.log import open_log, progress
from recovery.files import reading, write_table
from recovery.model.families import make_prior
from recovery.nuts.sampler import NutsSampler, SamplerSettings
from recovery.replicates import fit_each, replicate_tables
from recovery.seeds import named_seed

open_log(snakemake.log[0])
scenario, prior, batch = (snakemake.wildcards[key] for key in ("scenario", "prior", "batch"))
with reading(snakemake.input.datasets):
    datasets = xr.load_dataset(snakemake.input.datasets)
sampler = NutsSampler(
    make_prior(**snakemake.params.prior).for_design(*datasets["planned"].to_numpy()),
    SamplerSettings(**snakemake.params.sampler),
    snakemake.params.levels,
)
fitted = fit_each(
    datasets,
    sampler,
    lambda replicate: named_seed(snakemake.params.seed, scenario, replicate, "fit", prior),
    progress(f"{scenario} | {prior} | {batch}"),
)
for table, path in zip(replicate_tables(fitted), snakemake.output, strict=True):
    table.insert(1, "prior", prior)
    table.insert(2, "engine", "nuts")
    write_table(table, path)
