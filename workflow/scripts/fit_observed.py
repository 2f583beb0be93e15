"""Fit one prior to the real data by NUTS, and keep all that the figures need."""

from dataclasses import replace
from pathlib import Path

import pymc as pm

from jobs.log import logger, open_log
from recovery.data.tables import read_coded_data
from recovery.files import write_table, written_whole
from recovery.model.families import make_prior
from recovery.nuts.observed import observe
from recovery.nuts.sampler import NutsSampler, SamplerSettings

open_log(snakemake.log[0])
name, params, output = snakemake.wildcards.prior, snakemake.params, snakemake.output
data = read_coded_data(snakemake.input.data, **params.columns)
prior = make_prior(**params.prior).for_design(*data.fixed.T[1:])
settings = SamplerSettings(**params.sampler)
files = zip(output.trees, output.estimates, output.graphs, strict=True)
for tree_path, estimates_path, graph_path in files:
    formulation = Path(tree_path).stem
    sampler = NutsSampler(prior, replace(settings, formulation=formulation), params.levels)
    tree, fit = observe(data, sampler, params.seed, name)
    with written_whole(tree_path) as part:
        tree.to_netcdf(part)
    write_table(fit.estimates.reset_index(), estimates_path)
    graph = pm.model_to_mermaid(sampler.formulation.build(data, prior))
    Path(graph_path).write_text(graph, encoding="utf-8")
    found = fit.diagnostics
    logger.info(
        "real data | %s, %s: %s (attempt %d), R-hat %.3f, least bulk ESS %.0f, %d divergences",
        name, formulation, found.status, found.attempts, found.max_rhat, found.min_ess_bulk,
        found.divergences,
    )  # fmt: skip
