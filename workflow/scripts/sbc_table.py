"""Gather the ranks and test their uniformity."""

from joblog import logger, open_log
from recovery.calibration import calibration_table
from recovery.tables import stack_batches

open_log(snakemake.log[0])
ranks = stack_batches(snakemake.input.ranks, ["prior", "method"])
ranks.to_parquet(snakemake.output.ranks, index=False)
table = calibration_table(ranks)
table.to_csv(snakemake.output.table, index=False)
caught = table[~table["calibrated"]]
logger.info(
    "sbc: %d of %d rank tests passed%s",
    len(table) - len(caught),
    len(table),
    "".join(f"; not {row.prior} | {row.method} | {row.quantity}" for row in caught.itertuples()),
)
