"""Gather the batches' estimates and fits into one table each."""

from joblog import open_log
from recovery.tables import stack_batches

open_log(snakemake.log[0])
keys = ["scenario", "prior"]
stack_batches(snakemake.input.estimates, keys).to_parquet(snakemake.output.estimates, index=False)
stack_batches(snakemake.input.fits, keys).to_csv(snakemake.output.fits, index=False)
