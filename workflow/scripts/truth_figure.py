"""Draw every replicate's estimate against its truth."""

import pandas as pd

from joblog import open_log
from recovery.figures.study import estimate_against_truth
from recovery.figures.style import save_figure

open_log(snakemake.log[0])
estimates = pd.read_parquet(snakemake.input.estimates)
figure = estimate_against_truth(estimates, snakemake.params.labels, snakemake.wildcards.name)
save_figure(figure, [snakemake.output.svg, snakemake.output.png])
