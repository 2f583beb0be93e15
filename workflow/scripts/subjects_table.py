"""Tabulate how well the subjects' own lines are estimated."""

from pathlib import Path

import pandas as pd

from recovery.files import delete_if_corrupt
from recovery.summaries.subjects import subjects_table
from study.log import open_log

open_log(snakemake.log[0])
parts = []
for path in map(Path, snakemake.input.scores):
    with delete_if_corrupt(path):
        parts.append(pd.read_parquet(path).assign(scenario=path.parent.name))
subjects_table(pd.concat(parts, ignore_index=True)).to_csv(snakemake.output[0], index=False)
