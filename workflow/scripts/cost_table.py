"""Summarise the benchmark in a table and its figures."""

import pandas as pd

from joblog import open_log
from recovery.cost_table import cost_table
from recovery.figures.benchmark import BENCHMARK_FIGURES
from recovery.figures.style import save_figure

open_log(snakemake.log[0])
cost = cost_table(pd.concat(map(pd.read_parquet, snakemake.input.repeats)))
cost.to_csv(snakemake.output.cost, index=False)
scaling = pd.read_csv(snakemake.input.scaling)
files = zip(snakemake.params.names, snakemake.output.svg, snakemake.output.png, strict=True)
for name, *paths in files:
    save_figure(BENCHMARK_FIGURES[name](cost, scaling, snakemake.params.labels), paths)
