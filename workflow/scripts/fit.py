"""Fit one prior to one batch of data sets."""

import xarray as xr

from joblog import open_log, progress
from recovery.engines import make_engine
from recovery.files import intact
from recovery.priors import make_prior
from recovery.replicates import fit_each, replicate_tables
from recovery.seeds import named_seed

open_log(snakemake.log[0])
scenario, prior, batch = (snakemake.wildcards[key] for key in ("scenario", "prior", "batch"))
engine = make_engine(
    snakemake.params.engine,
    make_prior(**snakemake.params.prior),
    snakemake.params.sampler,
    snakemake.input.model,
    snakemake.params.levels,
)
with intact(snakemake.input.datasets):
    datasets = xr.load_dataset(snakemake.input.datasets)
fitted = fit_each(
    datasets,
    engine,
    lambda replicate: named_seed(snakemake.params.seed, scenario, replicate, "fit", prior),
    progress(f"{scenario} | {prior} | {batch}"),
)
estimates, fits = replicate_tables(fitted)
estimates.to_parquet(snakemake.output.estimates, index=False)
fits.to_parquet(snakemake.output.fits, index=False)
