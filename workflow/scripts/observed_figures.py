"""Draw the real data, their posteriors (by prior, and side by side), and the priors themselves."""

from dataclasses import replace

import xarray as xr

from jobs.log import open_log
from recovery.data.tables import read_coded_data
from recovery.figures.densities import implied_densities, implied_priors
from recovery.figures.forest import forest, forest_table
from recovery.figures.posterior import PRIOR_FIGURES, data_panels
from recovery.figures.style import Methods, plain, save_figure
from recovery.files import read_table, reading
from recovery.model.families import make_prior
from recovery.parameters import with_realised_correlations

open_log(snakemake.log[0])
methods = Methods(snakemake.params.labels, units=snakemake.params.units)
data = read_coded_data(snakemake.input.data, **snakemake.params.columns)
data = replace(data, labels=tuple(map(plain, data.labels)))
# the order of the rule's outputs
figures = [lambda: data_panels(data, methods)]
draws = {}
for prior, path in zip(snakemake.params.priors, snakemake.input.trees, strict=True):
    with reading(path):
        tree = xr.load_datatree(path)
    posterior = tree["posterior"].to_dataset().assign_coords(subject=list(data.labels))
    draws[prior] = with_realised_correlations(posterior)
    for name in snakemake.params.by_prior:
        of_prior = (tree, data, methods, prior)
        figures.append(lambda name=name, of_prior=of_prior: PRIOR_FIGURES[name](*of_prior))
table = read_table(snakemake.input.table)
exact = table[table["engine"] == "exact"].set_index(["prior", "parameter"])
forests = forest_table(draws, exact) if draws else exact
for name in snakemake.params.forests:
    figures.append(lambda name=name: forest(forests, methods, name))
for draw, *paths in zip(figures, snakemake.output.svg, snakemake.output.png, strict=True):
    save_figure(draw(), paths)

blocks, shown = snakemake.params.blocks, snakemake.params.shown
columns = data.fixed.T[1:]
densities = {
    name: implied_densities(data, make_prior(**blocks[name]).for_design(*columns)) for name in shown
}
figure = implied_priors(densities, Methods(shown, methods.labels, snakemake.params.units))
save_figure(figure, [snakemake.output.prior_svg, snakemake.output.prior_png])
