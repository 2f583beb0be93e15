"""Draw the zip plot of every scenario."""

import pandas as pd

from recovery.report.figures.replicates import ZIP_COLUMNS, zip_plot
from recovery.report.figures.style import save_figure
from study.log import open_log

SHOWN = 500  # replicates: more intervals cannot be distinguished in print

open_log(snakemake.log[0])
files = zip(snakemake.input.estimates, snakemake.output.svg, snakemake.output.png, strict=True)
for path, *figures in files:
    chosen = [("engine", "==", "exact"), ("replicate", "<=", SHOWN)]
    estimates = pd.read_parquet(path, columns=list(ZIP_COLUMNS), filters=chosen)
    save_figure(zip_plot(estimates, snakemake.params.labels), figures)
