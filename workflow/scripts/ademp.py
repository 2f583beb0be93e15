"""Write the page that describes the study by ADEMP."""

import platform
from importlib.metadata import version

import pandas as pd

from jobs.log import open_log
from recovery.files import read_table
from recovery.report.bookkeeping import precision_sentence
from recovery.report.pages import plain_table, render, write_page

SOFTWARE = ("snakemake", "pymc", "nutpie", "arviz", "numpy", "scipy", "pandas", "xarray", "seaborn")

open_log(snakemake.log[0])
config = snakemake.params.config
names = ("replicates_needed", "missingness", "designs", "settings")
read = {name: read_table(snakemake.input[name]) for name in names}
page = render(
    "ademp",
    config=config,
    time_label=snakemake.params.time_label,
    precision=precision_sentence(read["replicates_needed"]),
    scenario_table=plain_table(read["designs"]),
    prior_table=plain_table(pd.DataFrame.from_dict(config["priors"], orient="index")),
    precision_table=plain_table(read["replicates_needed"]),
    settings_table=plain_table(read["settings"]),
    missingness_table=plain_table(read["missingness"]),
    software=", ".join(
        [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in SOFTWARE)]
    ),
)
write_page(snakemake.output[0], page)
