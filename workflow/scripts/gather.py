"""Gather a scenario's batches into one table of estimates and one of fits."""

from recovery.summaries.stack import stack_batches
from study.log import open_log

open_log(snakemake.log[0])
for kind in ("estimates", "fits"):
    table = stack_batches(snakemake.input[kind], snakemake.params.priors)
    table.insert(0, "scenario", snakemake.wildcards.scenario)
    table.to_parquet(snakemake.output[kind], index=False)
