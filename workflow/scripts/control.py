"""Test the differences between two implementations of the same prior."""

import pandas as pd

from recovery.model.families import make_prior
from recovery.summaries.negative_control import control_table
from recovery.summaries.pairs import equal_pairs
from study.log import open_log

open_log(snakemake.log[0])
priors = {name: make_prior(**block) for name, block in snakemake.params.priors.items()}
comparison = pd.read_csv(snakemake.input.comparison, dtype={"scenario": str})
control_table(comparison, equal_pairs(priors)).to_csv(snakemake.output[0], index=False)
