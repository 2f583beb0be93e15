"""Time several ways to one prior's posterior of the real data."""

import os
import tempfile

from jobs.log import logger, open_log

open_log(snakemake.log[0])
# an empty cache of compiled code, so that the first compilation is that of a fresh machine
cache = tempfile.TemporaryDirectory()
flags = [os.environ.get("PYTENSOR_FLAGS", ""), f"base_compiledir={cache.name}"]
os.environ["PYTENSOR_FLAGS"] = ",".join(filter(None, flags))

from recovery.benchmark.cost import measure_costs
from recovery.data.tables import read_coded_data
from recovery.files import write_table
from recovery.model.families import make_prior
from recovery.seeds import named_seed

name = snakemake.wildcards.prior
data = read_coded_data(snakemake.input.data, **snakemake.params.columns)
fits = measure_costs(
    data,
    make_prior(**snakemake.params.prior).for_design(*data.fixed.T[1:]),
    lambda *names: named_seed(snakemake.params.seed, "benchmark", name, *names),
    lambda message: logger.info("benchmark | %s: %s", name, message),
)
fits.insert(0, "prior", name)
write_table(fits, snakemake.output[0])
