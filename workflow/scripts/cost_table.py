"""Summarise the benchmark in a table and its figures."""

import pandas as pd

from recovery.benchmark.table import cost_table
from recovery.files import read_table, write_table
from recovery.report.figures.benchmark import BENCHMARK_FIGURES
from recovery.report.figures.style import plain_labels, save_figure
from study.log import open_log

open_log(snakemake.log[0])
cost = cost_table(pd.concat(map(read_table, snakemake.input.repeats)))
write_table(cost, snakemake.output.cost)
scaling = read_table(snakemake.input.scaling)
labels = plain_labels(snakemake.params.labels)
files = zip(snakemake.params.names, snakemake.output.svg, snakemake.output.png, strict=True)
for name, *paths in files:
    save_figure(BENCHMARK_FIGURES[name](cost, scaling, labels), paths)
