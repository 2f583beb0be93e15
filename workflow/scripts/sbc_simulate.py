"""Simulate data sets whose truth is drawn from a prior."""

from jobs.log import open_log
from recovery.calibration.truths import calibration_prior, draw_designs
from recovery.data.batches import batch_replicates
from recovery.data.scenarios import Design
from recovery.data.simulate import simulate_designs
from recovery.data.tables import read_coded_data
from recovery.files import written_whole
from recovery.model.families import make_prior
from recovery.seeds import named_seed

open_log(snakemake.log[0])
name, params = snakemake.wildcards.prior, snakemake.params
table, paths = None, snakemake.input.data
if paths:
    data, path = (*paths, "")[:2]
    table = read_coded_data(data, **params.columns, design=path)
design = Design.from_row(params.design, table)
prior = calibration_prior(make_prior(**params.prior), params.center).for_design(*design.planned)


def seed_of(stage):
    """Seeds of a stage, by replicate."""
    return lambda number: named_seed(params.seed, "sbc", name, number, stage)


numbers = batch_replicates(snakemake.wildcards.batch)
designs = draw_designs(prior, numbers, design, seed_of("prior"))
with written_whole(snakemake.output[0]) as path:
    simulate_designs(designs, seed_of("simulate")).to_netcdf(path)
