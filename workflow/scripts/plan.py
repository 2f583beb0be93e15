"""Report how many replicates each scenario needs."""

import pandas as pd

from recovery.summaries.precision import plan_sentences
from study.log import logger, open_log

open_log(snakemake.log[0])
for sentence in plan_sentences(pd.read_csv(snakemake.input.plan, dtype={"scenario": str})):
    logger.info("plan | %s", sentence)
