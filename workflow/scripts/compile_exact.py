"""Compile the exact engine's kernel once, before the jobs that use it start side by side."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from jobs.log import logger, open_log
from recovery.data.longdata import LongData
from recovery.exact.tables import exact_batch
from recovery.model.families import make_prior
from recovery.parameters import PARAMETERS

open_log(snakemake.log[0])
logger.info("compiling the exact engine, which takes half a minute the first time")
rng = np.random.default_rng(1)
# the defaults of all families are scales for sleepstudy: so are these data
grid = 250.0 + 25.0 * rng.normal(size=(6, 4)) + 10.0 * np.arange(4)
unbalanced = grid.copy()
unbalanced[0, 0] = np.nan
data = [LongData.from_grid(response, np.arange(4)) for response in (grid, unbalanced)]
effects = tuple(snakemake.params.effects)
if effects:
    columns = [rng.normal(size=(len(one.time), len(effects))) for one in data]
    data = [replace(one, further=own, effects=effects) for one, own in zip(data, columns)]
truths, sds = np.zeros((2, len(PARAMETERS) + len(effects))), dict.fromkeys(effects, 50.0)
for family in snakemake.params.names:
    for origin in (0.0, "mean"):
        prior = make_prior(family, origin=origin, effects_sd=sds).for_design(np.arange(4.0))
        fits = exact_batch(data, prior, [0.95], truths, [1, 2], [1, 2]).fits
        for fit in fits[fits["status"] != "ok"].itertuples():
            raise RuntimeError(f"a fit of test data under {family} is {fit.status}: {fit.error}")
Path(snakemake.output[0]).write_text("The exact engine is in numba's cache of compiled code.\n")
