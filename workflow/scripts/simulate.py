"""Simulate one batch of data sets of a scenario."""

from jobs.log import open_log
from recovery.data.batches import batch_replicates
from recovery.data.scenarios import Design
from recovery.data.simulate import simulate_batch
from recovery.data.tables import read_coded_data
from recovery.files import written_whole

open_log(snakemake.log[0])
table, paths = None, snakemake.input.data
if paths:
    data, design = (*paths, "")[:2]
    table = read_coded_data(data, **snakemake.params.columns, design=design)
datasets = simulate_batch(
    Design.from_row(snakemake.params.design, table),
    batch_replicates(snakemake.wildcards.batch),
    snakemake.params.seed,
    snakemake.wildcards.scenario,
)
with written_whole(snakemake.output[0]) as path:
    datasets.to_netcdf(path)
