"""Fit one prior to one batch of data sets."""

import xarray as xr

from joblog import logger, open_log, progress

open_log(snakemake.log[0])
scenario, prior, batch = (snakemake.wildcards[key] for key in ("scenario", "prior", "batch"))
label = f"{scenario} | {prior} | {batch}"
logger.info("%s: compiling the model", label)

from recovery.priors import make_prior
from recovery.replicates import fit_replicates
from recovery.sampling import NutsSampler, SamplerSettings
from recovery.seeds import named_seed
from recovery.simulate import template_data

datasets = xr.load_dataset(snakemake.input.datasets)
block = dict(snakemake.params.prior)
engine = NutsSampler(
    make_prior(block.pop("family"), block),
    SamplerSettings(**snakemake.params.sampler),
    template_data(datasets),
    snakemake.params.levels,
)
estimates, fits = fit_replicates(
    datasets,
    engine,
    lambda replicate: named_seed(snakemake.params.seed, scenario, replicate, "fit", prior),
    progress(label),
)
estimates.to_parquet(snakemake.output.estimates, index=False)
fits.to_parquet(snakemake.output.fits, index=False)
