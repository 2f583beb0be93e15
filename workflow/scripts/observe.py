"""Fit one prior to the real data and keep all that the figures need."""

from pathlib import Path

from joblog import logger, open_log

open_log(snakemake.log[0])
prior, formulation = snakemake.wildcards.prior, snakemake.wildcards.formulation
logger.info("real data | %s, %s: compiling the model", prior, formulation)

import pymc as pm

from recovery.longdata import read_long_csv
from recovery.observed import observe
from recovery.priors import make_prior
from recovery.sampling import NutsSampler, SamplerSettings

data = read_long_csv(snakemake.input.data, **snakemake.params.columns)
block = dict(snakemake.params.prior)
sampler = NutsSampler(
    make_prior(block.pop("family"), block),
    SamplerSettings(**{**snakemake.params.sampler, "formulation": formulation}),
    data,
    snakemake.params.levels,
)
tree, fit = observe(data, sampler, snakemake.params.seed, prior)
tree.to_netcdf(snakemake.output.tree)
fit.estimates.reset_index().to_parquet(snakemake.output.estimates, index=False)
Path(snakemake.output.graph).write_text(pm.model_to_mermaid(sampler.model))
logger.info("real data | %s, %s: %s", prior, formulation, fit.diagnostics)
