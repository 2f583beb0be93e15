"""Gather a scenario's batches, and measure the recovery of its truth."""

from jobs.log import open_log
from recovery.files import write_table
from recovery.model.families import make_prior
from recovery.summaries.accuracy import accuracy_table
from recovery.summaries.comparison import comparison_table
from recovery.summaries.pairs import compared_pairs
from recovery.summaries.recovery import missingness_table, recovery_table
from recovery.summaries.regret import score_sums
from recovery.summaries.stack import stack_batches

open_log(snakemake.log[0])
params = snakemake.params
estimates, fits = (stack_batches(snakemake.input[k], params.methods) for k in ("estimates", "fits"))
for table in (estimates, fits):
    table.insert(0, "scenario", snakemake.wildcards.scenario)
# those by NUTS and REML are all computed
fits["same_as"] = fits["same_as"].fillna("") if "same_as" in fits else ""
priors = {name: make_prior(**block) for name, block in params.priors.items()}
tables = {
    "estimates": estimates,
    "fits": fits,
    "recovery": recovery_table(estimates, params.levels),
    "missingness": missingness_table(fits),
    "comparison": comparison_table(estimates, params.levels, compared_pairs(priors)),
    "accuracy": accuracy_table(estimates),
    "scores": score_sums(estimates),
}
for name, table in tables.items():
    write_table(table, snakemake.output[name])
