"""Draw the density that each prior implies before data."""

from jobs.log import open_log
from recovery.data.coding import read_coded_data
from recovery.figures.densities import implied_densities, implied_priors
from recovery.figures.style import Methods, save_figure
from recovery.model.families import make_prior

open_log(snakemake.log[0])
params = snakemake.params
data = read_coded_data(snakemake.input.data, **params.columns)
densities = {
    name: implied_densities(data, make_prior(**params.priors[name]).for_times(data.time))
    for name in params.labels
}
figure = implied_priors(densities, Methods(params.labels, params.methods, params.units))
save_figure(figure, [snakemake.output.svg, snakemake.output.png])
