"""Fit one prior to one batch of data sets."""

import xarray as xr

from joblog import open_log, progress
from recovery.priors import make_prior
from recovery.replicates import fit_replicates
from recovery.seeds import named_seed

open_log(snakemake.log[0])
scenario, prior, batch = (snakemake.wildcards[key] for key in ("scenario", "prior", "batch"))
block = dict(snakemake.params.prior)
model = make_prior(block.pop("family"), block)
settings, levels = snakemake.params.sampler, snakemake.params.levels
if snakemake.params.engine == "exact":
    from recovery.exact_engine import ExactEngine

    engine = ExactEngine(model, levels, settings["chains"] * settings["draws"])
else:
    from recovery.compiled import load_model
    from recovery.sampling import NutsSampler, SamplerSettings

    file = load_model(snakemake.input.model)
    engine = NutsSampler(model, SamplerSettings(**settings), file, levels)
estimates, fits = fit_replicates(
    xr.load_dataset(snakemake.input.datasets),
    engine,
    lambda replicate: named_seed(snakemake.params.seed, scenario, replicate, "fit", prior),
    progress(f"{scenario} | {prior} | {batch}"),
)
estimates.to_parquet(snakemake.output.estimates, index=False)
fits.to_parquet(snakemake.output.fits, index=False)
