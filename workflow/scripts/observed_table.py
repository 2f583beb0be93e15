"""One table of the real data's posteriors under all priors."""

import pandas as pd

from joblog import open_log

open_log(snakemake.log[0])
tables = [
    pd.read_parquet(path).assign(prior=prior)
    for path, prior in zip(snakemake.input, snakemake.params.priors, strict=True)
]
table = pd.concat(tables)
table.insert(0, "prior", table.pop("prior"))
table.to_csv(snakemake.output[0], index=False)
