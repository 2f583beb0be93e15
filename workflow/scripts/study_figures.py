"""Draw the figures of the simulation study."""

from pathlib import Path

import pandas as pd

from jobs.log import open_log
from recovery.figures import curves, estimates  # noqa: F401 - they register
from recovery.figures.layout import Part
from recovery.figures.results import STUDY_FIGURES, StudyResults
from recovery.figures.style import Methods, save_figure
from recovery.figures.zips import read_intervals, zip_plot
from recovery.files import read_table
from recovery.summaries.rule import leading

open_log(snakemake.log[0])
params = snakemake.params
results = StudyResults(
    read_table(snakemake.input.recovery),
    {Path(path).stem: path for path in snakemake.input.estimates},
    params.labels,
    params.all_labels,
    params.units,
    leading(read_table(snakemake.input.answers), params.labels),
    params.estimated_rho,
    params.focus,
)
output = snakemake.output
for (name, part), *paths in zip(params.names.values(), output.svg, output.png, strict=True):
    of_part = [Part(**params.parts[part])] if part else []
    save_figure(STUDY_FIGURES[name](results, *of_part), paths)

paths = (results.paths[name] for name in params.zip_scenarios)
intervals = pd.concat(map(read_intervals, paths), ignore_index=True)
for names, *paths in zip(params.zip_pages, output.zip_svg, output.zip_png, strict=True):
    methods = Methods({name: params.labels[name] for name in names}, params.all_labels)
    save_figure(zip_plot(intervals, methods), paths)
