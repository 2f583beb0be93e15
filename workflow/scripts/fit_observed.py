"""Fit one prior to the real data, in both formulations, and keep all that the figures need.

The two compiled models are kept too, since replicates of the same design sample them.
"""

from pathlib import Path

from jobs.log import logger, open_log
from recovery.fitting.compiled import compile_model, ignore_compile_cache, save_model

open_log(snakemake.log[0])
ignore_compile_cache()

import pymc as pm

from recovery.data.coding import read_coded_data
from recovery.files import write_table, written_whole
from recovery.fitting.nuts import NutsSampler, SamplerSettings
from recovery.fitting.observed import observe
from recovery.model.families import make_prior
from recovery.model.formulations import variant_template
from recovery.model.pymc_models import MODELS

name, levels = snakemake.wildcards.prior, snakemake.params.levels
data = read_coded_data(snakemake.input.data, **snakemake.params.columns)
prior = make_prior(**snakemake.params.prior).for_times(data.time)
for i, path in enumerate(map(Path, snakemake.output.models)):
    formulation = path.stem.split("-")[0]
    logger.info(
        "real data | %s: compiling the %s model, which takes half a minute", name, formulation
    )
    file = compile_model(MODELS[formulation](variant_template(path.stem), prior))
    save_model(file, path)
    settings = SamplerSettings(**{**snakemake.params.sampler, "formulation": formulation})
    sampler = NutsSampler(prior, settings, file, levels)
    tree, fit = observe(data, sampler, snakemake.params.seed, name)
    with written_whole(snakemake.output.trees[i]) as part:
        tree.to_netcdf(part)
    write_table(fit.estimates.reset_index(), snakemake.output.estimates[i])
    graph = pm.model_to_mermaid(MODELS[formulation](data, prior))
    Path(snakemake.output.graphs[i]).write_text(graph, encoding="utf-8")
    found = fit.diagnostics
    logger.info(
        "real data | %s, %s: %s (attempt %d), R-hat %.3f, least bulk ESS %.0f, %d divergences",
        name, formulation, found.status, found.attempts, found.max_rhat, found.min_ess_bulk,
        found.divergences,
    )  # fmt: skip
