"""Fit one prior to the real data, in both formulations, and keep all that the figures need.

The two compiled models are kept too, since replicates of the same design sample them.
"""

from pathlib import Path

from recovery.fitting.compiled import compile_model, ignore_compile_cache, save_model
from study.log import logger, open_log

open_log(snakemake.log[0])
ignore_compile_cache()

import pymc as pm

from recovery.data.coding import read_coded_csv
from recovery.fitting.nuts import NutsSampler, SamplerSettings
from recovery.fitting.observed import observe
from recovery.model.families import make_prior
from recovery.model.formulations import variant_template
from recovery.model.pymc_models import MODELS

name, levels = snakemake.wildcards.prior, snakemake.params.levels
data = read_coded_csv(snakemake.input.data, **snakemake.params.columns)
prior = make_prior(**snakemake.params.prior).for_times(data.time)
logger.info("real data | %s: compiling two models, which takes a minute", name)
for i, path in enumerate(map(Path, snakemake.output.models)):
    formulation = path.stem.split("-")[0]
    file = compile_model(MODELS[formulation](variant_template(path.stem), prior))
    save_model(file, path)
    settings = SamplerSettings(**{**snakemake.params.sampler, "formulation": formulation})
    sampler = NutsSampler(prior, settings, file, levels)
    tree, fit = observe(data, sampler, snakemake.params.seed, name)
    tree.to_netcdf(snakemake.output.trees[i])
    fit.estimates.reset_index().to_parquet(snakemake.output.estimates[i], index=False)
    graph = pm.model_to_mermaid(MODELS[formulation](data, prior))
    Path(snakemake.output.graphs[i]).write_text(graph)
    found = fit.diagnostics
    logger.info(
        "real data | %s, %s: %s (attempt %d), R-hat %.3f, least bulk ESS %.0f, %d divergences",
        name, formulation, found.status, found.attempts, found.max_rhat, found.min_ess_bulk,
        found.divergences,
    )  # fmt: skip
