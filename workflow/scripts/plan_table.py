"""Tabulate how many replicates the wanted Monte Carlo standard errors take."""

import pandas as pd

from joblog import open_log
from recovery.plan import plan_table

open_log(snakemake.log[0])
recovery = pd.read_csv(snakemake.input.recovery, dtype={"scenario": str})
table = plan_table(recovery, snakemake.params.targets, snakemake.params.batch_size)
table.to_csv(snakemake.output[0], index=False)
