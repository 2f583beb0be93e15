"""Draw the figures of the simulation study."""

import pandas as pd

from recovery.report.figures import curves, estimates, replicates  # noqa: F401 - they register
from recovery.report.figures.results import STUDY_FIGURES, StudyResults
from recovery.report.figures.style import save_figure
from recovery.summaries.accuracy import QUANTITIES, compared_fits
from study.log import open_log

SHOWN = 2000  # replicates of a scenario: more do not change a figure of single estimates

open_log(snakemake.log[0])
columns = ["scenario", "replicate", "prior", "engine", "parameter", "truth"]
columns += [*QUANTITIES, *QUANTITIES.values()]
shown = pd.concat(
    pd.read_parquet(path, columns=columns, filters=[("replicate", "<=", SHOWN)])
    for path in snakemake.input.estimates
)
results = StudyResults(
    pd.read_csv(snakemake.input.recovery, dtype={"scenario": str}),
    shown[shown["engine"] == "exact"],
    compared_fits(shown),
    snakemake.params.labels,
)
files = zip(snakemake.params.names, snakemake.output.svg, snakemake.output.png, strict=True)
for name, *paths in files:
    save_figure(STUDY_FIGURES[name](results), paths)
