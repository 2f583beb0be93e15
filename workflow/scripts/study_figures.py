"""Draw the figures of the simulation study."""

import pandas as pd

from joblog import open_log
from recovery.figures.study import STUDY_FIGURES
from recovery.figures.style import save_figure

open_log(snakemake.log[0])
recovery = pd.read_csv(snakemake.input.recovery, dtype={"scenario": str})
estimates = pd.read_parquet(snakemake.input.estimates)
files = zip(snakemake.params.names, snakemake.output.svg, snakemake.output.png, strict=True)
for name, *paths in files:
    save_figure(STUDY_FIGURES[name](recovery, estimates, snakemake.params.labels), paths)
