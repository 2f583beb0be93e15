"""Gather the ranks and test their uniformity."""

from joblog import logger, open_log
from recovery.answers import calibration_sentence
from recovery.calibration import calibration_table
from recovery.tables import stack_batches

open_log(snakemake.log[0])
ranks = stack_batches(snakemake.input.ranks, ["prior", "method"])
ranks.to_parquet(snakemake.output.ranks, index=False)
table = calibration_table(ranks)
table.to_csv(snakemake.output.table, index=False)
logger.info("sbc | %s", calibration_sentence(table))
