"""Simulate one batch of data sets of a scenario."""

from joblog import open_log
from recovery.scenarios import Design, Truth, batch_replicates
from recovery.simulate import simulate_batch

open_log(snakemake.log[0])
row = snakemake.params.design
truth = Truth(**{name: row[name] for name in Truth.__dataclass_fields__})
datasets = simulate_batch(
    Design(truth, row["subjects"], row["days"]),
    batch_replicates(snakemake.wildcards.batch),
    snakemake.params.seed,
    snakemake.wildcards.scenario,
)
datasets.to_netcdf(snakemake.output[0])
