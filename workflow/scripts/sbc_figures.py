"""Draw the ranks' distribution functions, one figure per method."""

import pandas as pd

from recovery.report.figures.calibration import rank_ecdf
from recovery.report.figures.style import save_figure
from study.log import open_log

open_log(snakemake.log[0])
ranks = pd.read_parquet(snakemake.input.ranks)
files = zip(snakemake.params.methods, snakemake.output.svg, snakemake.output.png, strict=True)
for method, *paths in files:
    save_figure(rank_ecdf(ranks[ranks["method"] == method], snakemake.params.labels), paths)
