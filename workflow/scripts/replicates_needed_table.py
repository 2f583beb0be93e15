"""Tabulate how many replicates the wanted Monte Carlo standard errors take."""

import pandas as pd

from recovery.summaries.precision import replicates_needed
from study.log import open_log

open_log(snakemake.log[0])
recovery, designs = (
    pd.read_csv(snakemake.input[name], dtype={"scenario": str}) for name in ("recovery", "designs")
)
table = replicates_needed(recovery, designs, snakemake.params.targets)
table.to_csv(snakemake.output[0], index=False)
