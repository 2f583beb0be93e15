"""Draw the zip plots: every interval of rho in some scenarios."""

import pandas as pd

from jobs.log import open_log
from recovery.figures.replicates import read_intervals, zip_plot
from recovery.figures.style import plain_labels, prior_styles, save_figure

open_log(snakemake.log[0])
estimates = pd.concat(map(read_intervals, snakemake.input.estimates), ignore_index=True)
labels, styles = plain_labels(snakemake.params.labels), prior_styles(snakemake.params.methods)
pages = zip(snakemake.params.pages, snakemake.output.svg, snakemake.output.png, strict=True)
for methods, *paths in pages:
    save_figure(zip_plot(estimates, {name: labels[name] for name in methods}, styles), paths)
