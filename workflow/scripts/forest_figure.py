"""Draw one forest plot of the real data's posteriors under all priors."""

import xarray as xr

from joblog import open_log
from recovery.estimates import realised_correlation
from recovery.figures.forest import FORESTS
from recovery.figures.style import save_figure

open_log(snakemake.log[0])
labels = snakemake.params.labels
posteriors = {}
for prior, path in zip(labels, snakemake.input.trees, strict=True):
    draws = xr.load_dataset(path, group="posterior")
    posteriors[prior] = draws.assign(r_u=realised_correlation(draws))
figure = FORESTS[snakemake.wildcards.name](posteriors, labels)
save_figure(figure, [snakemake.output.svg, snakemake.output.png])
