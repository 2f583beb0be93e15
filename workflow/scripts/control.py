"""Test the differences between two implementations of the same prior."""

from jobs.log import open_log
from recovery.files import read_table, write_table
from recovery.model.families import make_prior
from recovery.summaries.negative_control import control_table
from recovery.summaries.pairs import equal_pairs

open_log(snakemake.log[0])
priors = {name: make_prior(**block) for name, block in snakemake.params.priors.items()}
comparison = read_table(snakemake.input.comparison)
write_table(control_table(comparison, equal_pairs(priors)), snakemake.output[0])
