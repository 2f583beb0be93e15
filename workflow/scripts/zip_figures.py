"""Draw the zip plot of every scenario."""

import pandas as pd

from joblog import open_log
from recovery.figures.replicates import zip_plot
from recovery.figures.style import save_figure

open_log(snakemake.log[0])
estimates = pd.read_parquet(snakemake.input.estimates)
files = zip(snakemake.params.scenarios, snakemake.output.svg, snakemake.output.png, strict=True)
for scenario, *paths in files:
    own = estimates[estimates["scenario"] == scenario]
    save_figure(zip_plot(own, snakemake.params.labels), paths)
