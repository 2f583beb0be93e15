"""Draw the real data and their posteriors: prior by prior, and all priors side by side."""

import xarray as xr

from recovery.data.coding import read_coded_csv
from recovery.files import delete_if_corrupt
from recovery.parameters import realised_correlation
from recovery.report.figures.forest import FOREST_FIGURES
from recovery.report.figures.posterior import PRIOR_FIGURES, data_panels
from recovery.report.figures.style import save_figure
from study.log import open_log

open_log(snakemake.log[0])
columns, labels = snakemake.params.columns, snakemake.params.labels
axes = columns["response"], snakemake.params.time_label
data = read_coded_csv(snakemake.input.data, **columns)
# the order of the rule's outputs
figures = [lambda: data_panels(data, *axes)]
posteriors = {}
for prior, path in zip(labels, snakemake.input.trees, strict=True):
    with delete_if_corrupt(path):
        tree = xr.load_datatree(path)
    draws = tree["posterior"].to_dataset()
    posteriors[prior] = draws.assign(r_u=realised_correlation(draws))
    for name in snakemake.params.by_prior:
        figures.append(lambda name=name, tree=tree: PRIOR_FIGURES[name](tree, data, *axes))
for name in snakemake.params.forests:
    figures.append(lambda name=name: FOREST_FIGURES[name](posteriors, labels))
for draw, *paths in zip(figures, snakemake.output.svg, snakemake.output.png, strict=True):
    save_figure(draw(), paths)
