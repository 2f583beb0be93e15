"""Measure every number of subjects, and draw the measures with their goals."""

import pandas as pd

from jobs.log import open_log
from recovery.errors import InputError
from recovery.figures.sample_size import sample_size_curves
from recovery.figures.style import Methods, save_figure
from recovery.files import read_table, write_table
from recovery.summaries.sample_size import sample_size_sentences, sample_size_table

open_log(snakemake.log[0])
parts = {}
for path, subjects in zip(snakemake.input.estimates, snakemake.params.subjects, strict=True):
    parts.setdefault(subjects, []).append(read_table(path))
estimates = [
    (subjects, pd.concat(batches, ignore_index=True).assign(scenario=str(subjects)))
    for subjects, batches in parts.items()
]
labels = snakemake.params.labels
table = sample_size_table(estimates, snakemake.params.goals)
if table.empty:
    raise InputError("sample_size.goals: no prior of the study has such an estimate.")
write_table(table, snakemake.output.table)
params = snakemake.params
figure = sample_size_curves(table, Methods(params.shown, params.methods, params.units))
save_figure(figure, [snakemake.output.svg, snakemake.output.png])
with open(snakemake.output.answer, "w", encoding="utf-8") as file:
    sentences = sample_size_sentences(table, params.goals, labels, params.strata)
    file.write("\n".join(sentences) + "\n")
