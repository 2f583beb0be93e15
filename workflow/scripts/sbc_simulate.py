"""Simulate data sets whose truth is drawn from a prior."""

from joblog import open_log
from recovery.calibration import calibration_prior, draw_designs
from recovery.priors import make_prior
from recovery.scenarios import batch_replicates
from recovery.seeds import named_seed
from recovery.simulate import simulate_designs

open_log(snakemake.log[0])
name, params = snakemake.wildcards.prior, snakemake.params
prior = calibration_prior(make_prior(**params.prior), params.center)


def seed_of(stage):
    """Seeds of a stage, by replicate."""
    return lambda number: named_seed(params.seed, "sbc", name, number, stage)


numbers = batch_replicates(snakemake.wildcards.batch)
designs = draw_designs(prior, numbers, params.subjects, params.days, seed_of("prior"))
simulate_designs(designs, seed_of("simulate")).to_netcdf(snakemake.output[0])
