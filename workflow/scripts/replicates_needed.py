"""Report how many replicates each scenario needs."""

from jobs.log import open_log
from recovery.files import read_table
from recovery.summaries.precision import replicates_needed_sentences

open_log(snakemake.log[0])
table = read_table(snakemake.input.table)
for sentence in replicates_needed_sentences(table):
    print(f"replicates_needed | {sentence}")
