"""Say how many replicates each scenario needs."""

import pandas as pd

from joblog import logger, open_log
from recovery.plan import plan_sentences

open_log(snakemake.log[0])
for sentence in plan_sentences(pd.read_csv(snakemake.input.plan, dtype={"scenario": str})):
    logger.info("plan | %s", sentence)
