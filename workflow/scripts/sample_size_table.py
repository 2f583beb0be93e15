"""Measure every number of subjects, and draw the measures with their goals."""

import pandas as pd

from recovery.errors import InputError
from recovery.files import delete_if_corrupt
from recovery.report.figures.sample_size import sample_size_curves
from recovery.report.figures.style import prior_styles, save_figure
from recovery.summaries.sample_size import sample_size_sentences, sample_size_table
from study.log import open_log

open_log(snakemake.log[0])
parts = {}
for path, subjects in zip(snakemake.input.estimates, snakemake.params.subjects, strict=True):
    with delete_if_corrupt(path):
        parts.setdefault(subjects, []).append(pd.read_parquet(path))
estimates = [
    (subjects, pd.concat(batches, ignore_index=True).assign(scenario=str(subjects)))
    for subjects, batches in parts.items()
]
labels = snakemake.params.labels
table = sample_size_table(estimates, snakemake.params.goals)
if table.empty:
    raise InputError("sample_size.goals: no prior of the study has such an estimate.")
table.to_csv(snakemake.output.table, index=False)
figure = sample_size_curves(
    table, snakemake.params.shown, prior_styles(snakemake.params.methods), snakemake.params.units
)
save_figure(figure, [snakemake.output.svg, snakemake.output.png])
with open(snakemake.output.answer, "w", encoding="utf-8") as file:
    file.write("\n".join(sample_size_sentences(table, snakemake.params.goals, labels)) + "\n")
