"""Draw the zip plots: every interval of rho in some scenarios."""

import pandas as pd

from jobs.log import open_log
from recovery.figures.replicates import read_intervals, zip_plot
from recovery.figures.style import Methods, save_figure

open_log(snakemake.log[0])
estimates = pd.concat(map(read_intervals, snakemake.input.estimates), ignore_index=True)
labels, every = snakemake.params.labels, snakemake.params.methods
pages = zip(snakemake.params.pages, snakemake.output.svg, snakemake.output.png, strict=True)
for names, *paths in pages:
    methods = Methods({name: labels[name] for name in names}, every)
    save_figure(zip_plot(estimates, methods), paths)
