"""Gather the ranks and test their uniformity."""

from jobs.log import open_log
from recovery.calibration.power import power_table
from recovery.calibration.ranks import calibration_table
from recovery.files import write_table
from recovery.report.bookkeeping import calibration_sentence
from recovery.summaries.stack import read_batches

open_log(snakemake.log[0])
ranks = read_batches(snakemake.input.ranks, ["prior", "method"])
write_table(ranks, snakemake.output.ranks)
table = calibration_table(ranks)
write_table(table, snakemake.output.table)
power = power_table(snakemake.params.replicates, len(table))
write_table(power, snakemake.output.power)
print(f"sbc | {calibration_sentence(table)}")
