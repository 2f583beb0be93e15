"""Tabulate how well the subjects' own lines are estimated."""

from pathlib import Path

import pandas as pd

from jobs.log import open_log
from recovery.files import read_table, write_table
from recovery.summaries.subjects import subjects_table

open_log(snakemake.log[0])
paths = map(Path, snakemake.input.scores)
scores = pd.concat(
    [read_table(path).assign(scenario=path.parent.name) for path in paths], ignore_index=True
)
write_table(subjects_table(scores), snakemake.output[0])
