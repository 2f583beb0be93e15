"""Summarise the benchmark in a table and its figures."""

import pandas as pd

from jobs.log import open_log
from recovery.benchmark.table import cost_table
from recovery.errors import InputError
from recovery.figures.benchmark import cost as cost_figure
from recovery.figures.style import Methods, save_figure
from recovery.files import read_table, write_table

open_log(snakemake.log[0])
if not snakemake.input.repeats:
    raise InputError("key sampler.priors: it is empty, and the benchmark times what NUTS fits.")
cost = cost_table(pd.concat(map(read_table, snakemake.input.repeats)))
write_table(cost, snakemake.output.cost)
figure = cost_figure(cost, Methods(snakemake.params.labels))
save_figure(figure, [snakemake.output.svg, snakemake.output.png])
