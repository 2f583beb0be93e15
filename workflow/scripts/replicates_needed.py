"""Report how many replicates each scenario needs."""

from recovery.files import read_table
from recovery.summaries.precision import replicates_needed_sentences
from study.log import logger, open_log

open_log(snakemake.log[0])
if snakemake.rule.endswith("plan"):
    logger.info(
        "The target plan is now called replicates_needed: it counts replicates of the simulation. "
        "For the number of subjects of your own study, run the target sample_size."
    )
table = read_table(snakemake.input.table)
for sentence in replicates_needed_sentences(table):
    logger.info("replicates_needed | %s", sentence)
