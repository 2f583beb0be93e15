"""Gather a scenario's batches into one table of estimates and one of fits."""

from jobs.log import open_log
from recovery.files import write_table
from recovery.summaries.stack import stack_batches

open_log(snakemake.log[0])
for kind in ("estimates", "fits"):
    table = stack_batches(snakemake.input[kind], snakemake.params.priors)
    table.insert(0, "scenario", snakemake.wildcards.scenario)
    if kind == "fits":  # those by NUTS and REML are all computed
        table["same_as"] = table["same_as"].fillna("")
    write_table(table, snakemake.output[kind])
