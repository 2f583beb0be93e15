"""One table of the real data's posteriors under all priors, in both formulations."""

from pathlib import Path

import pandas as pd

from joblog import open_log

open_log(snakemake.log[0])
tables = []
for path in map(Path, snakemake.input):
    table = pd.read_parquet(path)
    table.insert(0, "prior", path.parent.name)
    table.insert(1, "formulation", path.stem)
    tables.append(table)
pd.concat(tables).to_csv(snakemake.output[0], index=False)
