"""Draw the figures of the simulation study."""

from pathlib import Path

from jobs.log import open_log
from recovery.figures import curves, estimates, replicates  # noqa: F401 - they register
from recovery.figures.layout import Part
from recovery.figures.results import STUDY_FIGURES, StudyResults
from recovery.figures.style import save_figure
from recovery.files import read_table

open_log(snakemake.log[0])
params = snakemake.params
results = StudyResults(
    read_table(snakemake.input.recovery),
    {Path(path).stem: path for path in snakemake.input.estimates},
    params.labels,
    params.all_labels,
    params.units,
)
files = zip(params.names.values(), snakemake.output.svg, snakemake.output.png, strict=True)
for (name, part), *paths in files:
    of_part = [Part(**params.parts[part])] if part else []
    save_figure(STUDY_FIGURES[name](results, *of_part), paths)
