"""Draw the ranks' distribution functions, one figure per method."""

from jobs.log import open_log
from recovery.figures.calibration import rank_ecdf
from recovery.figures.style import Methods, save_figure
from recovery.files import read_table

open_log(snakemake.log[0])
ranks = read_table(snakemake.input.ranks)
files = zip(snakemake.params.methods, snakemake.output.svg, snakemake.output.png, strict=True)
methods = Methods(snakemake.params.labels)
for method, *paths in files:
    save_figure(rank_ecdf(ranks[ranks["method"] == method], methods), paths)
