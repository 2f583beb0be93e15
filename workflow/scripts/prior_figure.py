"""Draw the density that each prior implies before data."""

from recovery.data.coding import read_coded_csv
from recovery.exact.prior import prior_grid
from recovery.model.families import make_prior
from recovery.report.figures.densities import implied_priors
from recovery.report.figures.style import save_figure
from study.log import open_log

open_log(snakemake.log[0])
data = read_coded_csv(snakemake.input.data, **snakemake.params.columns)
grids = {}
for name, block in snakemake.params.priors.items():
    grids[name] = prior_grid(data, make_prior(**block).for_times(data.time))
figure = implied_priors(grids, snakemake.params.labels)
save_figure(figure, [snakemake.output.svg, snakemake.output.png])
