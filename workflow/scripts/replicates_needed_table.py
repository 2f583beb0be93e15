"""Tabulate how many replicates the wanted Monte Carlo standard errors take."""

from jobs.log import open_log
from recovery.files import read_table, write_table
from recovery.summaries.precision import replicates_needed

open_log(snakemake.log[0])
recovery, designs = (read_table(snakemake.input[name]) for name in ("recovery", "designs"))
table = replicates_needed(recovery, designs, snakemake.params.targets)
write_table(table, snakemake.output[0])
