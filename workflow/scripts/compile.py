"""Compile one prior's model once, for all jobs that sample it."""

from jobs.log import logger, open_log
from recovery.fitting.compiled import compile_model, ignore_compile_cache, save_model

open_log(snakemake.log[0])
ignore_compile_cache()
prior, variant = snakemake.wildcards.prior, snakemake.wildcards.variant
logger.info("%s | %s: compiling the model, which takes half a minute", prior, variant)

from recovery.model.families import make_prior
from recovery.model.formulations import variant_template
from recovery.model.pymc_models import MODELS

build = MODELS[variant.split("-")[0]]
template = variant_template(variant)
model = build(template, make_prior(**snakemake.params.prior).for_times(template.time))
save_model(compile_model(model), snakemake.output[0])
