"""Measure the recovery of the truth: per prior, as coverage to read, and prior against prior."""

import pandas as pd

from joblog import open_log
from recovery.tables import (
    accuracy_table,
    comparison_table,
    coverage_table,
    missingness_table,
    on_common_replicates,
    recovery_table,
    with_scenario_columns,
)

open_log(snakemake.log[0])
estimates = pd.read_parquet(snakemake.input.estimates)
levels = snakemake.params.levels
scenarios = pd.DataFrame(snakemake.params.scenarios)
recovery = recovery_table(estimates, levels)
with_scenario_columns(recovery, scenarios).to_csv(snakemake.output.recovery, index=False)
common = recovery_table(on_common_replicates(estimates), levels)
with_scenario_columns(common, scenarios).to_csv(snakemake.output.recovery_common, index=False)
fits = pd.read_csv(snakemake.input.fits, dtype={"scenario": str})
missingness_table(fits).to_csv(snakemake.output.missingness, index=False)
coverage_table(recovery).to_csv(snakemake.output.coverage, index=False)
comparison_table(estimates, levels).to_csv(snakemake.output.comparison, index=False)
accuracy_table(estimates).to_csv(snakemake.output.accuracy, index=False)
