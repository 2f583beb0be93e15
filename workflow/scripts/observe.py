"""Fit one prior to the real data and keep all that the figures need."""

from pathlib import Path

import pymc as pm

from joblog import logger, open_log
from recovery.compiled import load_model
from recovery.longdata import read_long_csv
from recovery.models import MODELS
from recovery.observed import observe
from recovery.priors import make_prior
from recovery.sampling import NutsSampler, SamplerSettings

open_log(snakemake.log[0])
name, formulation = snakemake.wildcards.prior, snakemake.wildcards.formulation
data = read_long_csv(snakemake.input.data, **snakemake.params.columns)
block = dict(snakemake.params.prior)
prior = make_prior(block.pop("family"), block)
settings = SamplerSettings(**{**snakemake.params.sampler, "formulation": formulation})
sampler = NutsSampler(prior, settings, load_model(snakemake.input.model), snakemake.params.levels)
tree, fit = observe(data, sampler, snakemake.params.seed, name)
tree.to_netcdf(snakemake.output.tree)
fit.estimates.reset_index().to_parquet(snakemake.output.estimates, index=False)
Path(snakemake.output.graph).write_text(pm.model_to_mermaid(MODELS[formulation](data, prior)))
logger.info("real data | %s, %s: %s", name, formulation, fit.diagnostics)
