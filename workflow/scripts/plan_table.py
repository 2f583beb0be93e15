"""Tabulate how many replicates the wanted Monte Carlo standard errors take."""

import pandas as pd

from recovery.summaries.precision import plan_table
from study.log import open_log

open_log(snakemake.log[0])
recovery, designs = (
    pd.read_csv(snakemake.input[name], dtype={"scenario": str}) for name in ("recovery", "designs")
)
table = plan_table(recovery, designs, snakemake.params.targets)
table.to_csv(snakemake.output[0], index=False)
