"""Fit data sets whose truth is drawn from their prior, and rank the truths."""

import xarray as xr

from jobs.log import open_log, progress
from recovery.calibration.ranks import rank_truths
from recovery.calibration.truths import calibration_prior
from recovery.exact.tables import ExactEngine
from recovery.files import reading, write_table
from recovery.model.families import make_prior
from recovery.replicates import fit_each
from recovery.seeds import named_seed

open_log(snakemake.log[0])
prior, method, batch = (snakemake.wildcards[key] for key in ("prior", "method", "batch"))
params = snakemake.params
with reading(snakemake.input.datasets):
    datasets = xr.load_dataset(snakemake.input.datasets)
made = make_prior(**params.prior).for_design(*datasets["planned"].to_numpy())
made = calibration_prior(made, params.center)
sampler = {**params.sampler, "formulation": method}
if method == "exact":
    engine = ExactEngine(made, params.levels, draws=sampler["chains"] * sampler["draws"])
else:
    from recovery.nuts.sampler import NutsSampler, SamplerSettings  # seconds that others save

    engine = NutsSampler(made, SamplerSettings(**sampler), params.levels)
fitted = fit_each(
    datasets,
    engine,
    lambda replicate: named_seed(params.seed, "sbc", prior, replicate, method),
    progress(f"sbc | {prior} | {method} | {batch}"),
)
write_table(rank_truths(fitted), snakemake.output[0])
