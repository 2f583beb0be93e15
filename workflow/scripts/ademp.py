"""Write the report's first page: the answers and the study by ADEMP."""

import platform
from importlib.metadata import version

import pandas as pd

from joblog import open_log
from recovery.answers import (
    accuracy_sentence,
    control_sentence,
    headline_table,
    missingness_sentence,
    precision_sentence,
)
from recovery.pages import plain_table, render

SOFTWARE = ("snakemake", "pymc", "nutpie", "arviz", "numpy", "scipy", "pandas", "xarray", "seaborn")

open_log(snakemake.log[0])
config, labels = snakemake.params.config, snakemake.params.labels
names = ("recovery", "control", "plan", "missingness")
read = {name: pd.read_csv(snakemake.input[name], dtype={"scenario": str}) for name in names}
estimates = pd.read_parquet(snakemake.input.estimates)
headline = headline_table(read["recovery"]).replace({"prior": labels})
sentences = [
    missingness_sentence(read["missingness"]),
    accuracy_sentence(estimates),
    control_sentence(read["control"]),
    precision_sentence(read["plan"]),
]
page = render(
    snakemake.input.template,
    snakemake.input.base,
    config=config,
    answers=sentences,
    precision=sentences[-1],
    headline=plain_table(headline),
    scenarios=snakemake.params.scenarios,
    scenario_table=plain_table(pd.DataFrame(snakemake.params.scenarios)),
    prior_table=plain_table(pd.DataFrame.from_dict(config["priors"], orient="index")),
    plan_table=plain_table(read["plan"]),
    missingness_table=plain_table(read["missingness"]),
    software=", ".join(
        [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in SOFTWARE)]
    ),
)
with open(snakemake.output[0], "w", encoding="utf-8") as file:
    file.write(page)
