"""Gather the ranks and test their uniformity."""

from recovery.calibration.power import power_table
from recovery.calibration.ranks import calibration_table
from recovery.report.bookkeeping import calibration_sentence
from recovery.summaries.stack import read_batches
from study.log import logger, open_log

open_log(snakemake.log[0])
ranks = read_batches(snakemake.input.ranks, ["prior", "method"])
ranks.to_parquet(snakemake.output.ranks, index=False)
table = calibration_table(ranks)
table.to_csv(snakemake.output.table, index=False)
power = power_table(snakemake.params.replicates, len(table))
power.to_csv(snakemake.output.power, index=False)
logger.info("sbc | %s", calibration_sentence(table))
