"""Draw the ranks' distribution functions, a figure a method."""

import pandas as pd

from joblog import open_log
from recovery.figures.calibration import rank_ecdf
from recovery.figures.style import save_figure

open_log(snakemake.log[0])
ranks = pd.read_parquet(snakemake.input.ranks)
files = zip(snakemake.params.methods, snakemake.output.svg, snakemake.output.png, strict=True)
for method, *paths in files:
    save_figure(rank_ecdf(ranks[ranks["method"] == method], snakemake.params.labels), paths)
