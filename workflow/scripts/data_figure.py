"""Draw the raw data."""

from joblog import open_log
from recovery.figures.posterior import data_panels
from recovery.figures.style import save_figure
from recovery.longdata import read_long_csv

open_log(snakemake.log[0])
columns = snakemake.params.columns
data = read_long_csv(snakemake.input.data, **columns)
figure = data_panels(data, columns["response"], columns["time"])
save_figure(figure, [*snakemake.output.svg, *snakemake.output.png])
