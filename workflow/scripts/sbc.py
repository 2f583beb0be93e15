"""Gather the ranks and test their uniformity; tables, and a figure per method."""

from jobs.log import open_log
from recovery.calibration.power import power_table
from recovery.calibration.ranks import calibration_table
from recovery.figures.calibration import rank_ecdf
from recovery.figures.style import Methods, save_figure
from recovery.files import write_table
from recovery.report.bookkeeping import calibration_sentence
from recovery.summaries.stack import read_batches

open_log(snakemake.log[0])
params, output = snakemake.params, snakemake.output
ranks = read_batches(snakemake.input.ranks, ["prior", "method"])
write_table(ranks, output.ranks)
table = calibration_table(ranks)
write_table(table, output.table)
write_table(power_table(params.replicates, len(table)), output.power)
for method, *paths in zip(params.replicates, output.svg, output.png, strict=True):
    save_figure(rank_ecdf(ranks[ranks["method"] == method], Methods(params.labels)), paths)
print(f"sbc | {calibration_sentence(table)}")
