"""Simulate one batch of data sets of a scenario."""

from joblog import open_log
from recovery.scenarios import Design, batch_replicates
from recovery.simulate import simulate_batch

open_log(snakemake.log[0])
datasets = simulate_batch(
    Design.from_row(snakemake.params.design),
    batch_replicates(snakemake.wildcards.batch),
    snakemake.params.seed,
    snakemake.wildcards.scenario,
)
datasets.to_netcdf(snakemake.output[0])
