"""Simulate data sets whose truth is drawn from a prior."""

from joblog import open_log
from recovery.calibration import calibration_prior, prior_designs
from recovery.models import draw_parameters
from recovery.priors import make_prior
from recovery.scenarios import batch_replicates
from recovery.seeds import named_seed
from recovery.simulate import simulate_designs

open_log(snakemake.log[0])
name, params = snakemake.wildcards.prior, snakemake.params
block = dict(params.prior)
prior = calibration_prior(make_prior(block.pop("family"), block), params.center)
numbers = batch_replicates(snakemake.wildcards.batch)
# drawn from the first replicate on, so that a truth does not depend on the batch it is in
truths = draw_parameters(prior, numbers[-1], named_seed(params.seed, "sbc", name, "prior"))
datasets = simulate_designs(
    prior_designs(truths, numbers, params.subjects, params.days),
    lambda number: named_seed(params.seed, "sbc", name, number, "simulate"),
)
datasets.to_netcdf(snakemake.output[0])
