"""Draw what each prior says before data."""

from joblog import open_log
from recovery.figures.densities import implied_priors
from recovery.figures.style import save_figure
from recovery.longdata import read_long_csv
from recovery.priors import make_prior
from recovery.quadrature import prior_grid

SIZES = (80, 80, 24, 32)

open_log(snakemake.log[0])
data = read_long_csv(snakemake.input.data, **snakemake.params.columns)
grids = {}
for name, block in snakemake.params.priors.items():
    grids[name] = prior_grid(data, make_prior(**block), SIZES)
figure = implied_priors(grids, snakemake.params.labels)
save_figure(figure, [snakemake.output.svg, snakemake.output.png])
