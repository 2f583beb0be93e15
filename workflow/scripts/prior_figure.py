"""Draw one figure of one prior's fit of the real data."""

import xarray as xr

from joblog import open_log
from recovery.figures.posterior import PRIOR_FIGURES
from recovery.figures.style import save_figure
from recovery.longdata import read_long_csv

open_log(snakemake.log[0])
columns = snakemake.params.columns
data = read_long_csv(snakemake.input.data, **columns)
tree = xr.load_datatree(snakemake.input.tree)
draw = PRIOR_FIGURES[snakemake.wildcards.name]
figure = draw(tree, data, columns["response"], columns["time"])
save_figure(figure, [snakemake.output.svg, snakemake.output.png])
