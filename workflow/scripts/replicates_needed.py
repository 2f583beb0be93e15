"""Report how many replicates each scenario needs."""

from jobs.log import logger, open_log

from recovery.files import read_table
from recovery.summaries.precision import replicates_needed_sentences

open_log(snakemake.log[0])
table = read_table(snakemake.input.table)
for sentence in replicates_needed_sentences(table):
    logger.info("replicates_needed | %s", sentence)
