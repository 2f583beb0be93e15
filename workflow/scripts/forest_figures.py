"""Draw the forest plots of the real data's posteriors under all priors."""

import xarray as xr

from joblog import open_log
from recovery.estimates import realised_correlation
from recovery.figures.forest import FOREST_FIGURES
from recovery.figures.style import save_figure

open_log(snakemake.log[0])
labels = snakemake.params.labels
posteriors = {}
for prior, path in zip(labels, snakemake.input.trees, strict=True):
    draws = xr.load_dataset(path, group="posterior")
    posteriors[prior] = draws.assign(r_u=realised_correlation(draws))
files = zip(snakemake.params.names, snakemake.output.svg, snakemake.output.png, strict=True)
for name, *paths in files:
    save_figure(FOREST_FIGURES[name](posteriors, labels), paths)
