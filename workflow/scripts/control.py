"""Test the differences between priors that are one density in two codings."""

import pandas as pd

from joblog import open_log
from recovery.control import control_table, equal_pairs
from recovery.priors import make_prior

open_log(snakemake.log[0])
priors = {}
for name, block in snakemake.params.priors.items():
    priors[name] = make_prior(**block)
comparison = pd.read_csv(snakemake.input.comparison, dtype={"scenario": str})
control_table(comparison, equal_pairs(priors)).to_csv(snakemake.output[0], index=False)
