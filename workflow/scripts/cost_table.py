"""Summarise the benchmark in a table and its figures."""

import pandas as pd

from recovery.benchmark.table import cost_table
from recovery.report.figures.benchmark import BENCHMARK_FIGURES
from recovery.report.figures.style import save_figure
from study.log import open_log

open_log(snakemake.log[0])
cost = cost_table(pd.concat(map(pd.read_parquet, snakemake.input.repeats)))
cost.to_csv(snakemake.output.cost, index=False)
scaling = pd.read_csv(snakemake.input.scaling)
files = zip(snakemake.params.names, snakemake.output.svg, snakemake.output.png, strict=True)
for name, *paths in files:
    save_figure(BENCHMARK_FIGURES[name](cost, scaling, snakemake.params.labels), paths)
