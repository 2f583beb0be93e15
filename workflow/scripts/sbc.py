"""Gather the ranks and test their uniformity; tables, a page and a figure per method."""

from jobs.log import open_log
from recovery.calibration.power import power_table
from recovery.calibration.ranks import calibration_table
from recovery.figures.calibration import rank_ecdf
from recovery.figures.style import Methods, save_figure
from recovery.files import write_table
from recovery.report.bookkeeping import calibration_sentence
from recovery.report.pages import write_page
from recovery.report.tables import csv_notes, tables_page
from recovery.summaries.stack import read_batches

open_log(snakemake.log[0])
params, output = snakemake.params, snakemake.output
ranks = read_batches(snakemake.input.ranks, ["prior", "method"])
write_table(ranks, output.ranks)
table = calibration_table(ranks)
write_table(table, output.table)
power = power_table(params.replicates, len(table))
write_table(power, output.power)
page = {"title": "Calibration", "tables": ["sbc", "sbc_power"]}
tables = {"sbc": table, "sbc_power": power}
notes = csv_notes([output.table, output.power])
write_page(output.page, tables_page(page, tables, params.study, params.labels, notes))
for method, *paths in zip(params.replicates, output.svg, output.png, strict=True):
    save_figure(rank_ecdf(ranks[ranks["method"] == method], Methods(params.labels)), paths)
print(f"sbc | {calibration_sentence(table)}")
