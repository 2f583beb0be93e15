"""Draw the figures of one prior's fit of the real data."""

import xarray as xr

from joblog import open_log
from recovery.figures.posterior import PRIOR_FIGURES
from recovery.figures.style import save_figure
from recovery.longdata import read_long_csv

open_log(snakemake.log[0])
columns = snakemake.params.columns
data = read_long_csv(snakemake.input.data, **columns)
tree = xr.load_datatree(snakemake.input.tree)
files = zip(snakemake.params.names, snakemake.output.svg, snakemake.output.png, strict=True)
for name, *paths in files:
    save_figure(PRIOR_FIGURES[name](tree, data, columns["response"], columns["time"]), paths)
