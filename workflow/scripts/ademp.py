"""Write the report's first page: the answers and the study by ADEMP."""

import platform
from importlib.metadata import version

import pandas as pd

from recovery.report.answers import (
    accuracy_sentence,
    control_sentence,
    headline_table,
    missingness_sentence,
    precision_sentence,
    short_answer,
)
from recovery.report.pages import plain_table, render
from recovery.summaries.accuracy import compared_fits
from study.log import open_log

SOFTWARE = ("snakemake", "pymc", "nutpie", "arviz", "numpy", "scipy", "pandas", "xarray", "seaborn")

open_log(snakemake.log[0])
config, labels = snakemake.params.config, snakemake.params.labels
names = ("recovery", "control", "replicates_needed", "missingness", "designs", "settings")
read = {name: pd.read_csv(snakemake.input[name], dtype={"scenario": str}) for name in names}
compared = pd.concat(
    compared_fits(pd.read_parquet(path, filters=[("replicate", "<=", most)]))
    for path, most in zip(snakemake.input.estimates, read["designs"]["nuts"], strict=True)
)
headline = headline_table(read["recovery"]).replace({"prior": labels})
answer = short_answer(read["recovery"], labels)
sentences = [
    answer,
    missingness_sentence(read["missingness"]),
    accuracy_sentence(compared),
    control_sentence(read["control"]),
    precision_sentence(read["replicates_needed"]),
]
page = render(
    snakemake.input.template,
    snakemake.input.base,
    config=config,
    time_label=snakemake.params.time_label,
    answers=sentences,
    precision=sentences[-1],
    headline=plain_table(headline),
    scenarios=len(read["designs"]),
    scenario_table=plain_table(read["designs"]),
    prior_table=plain_table(pd.DataFrame.from_dict(config["priors"], orient="index")),
    precision_table=plain_table(read["replicates_needed"]),
    settings_table=plain_table(read["settings"]),
    missingness_table=plain_table(read["missingness"]),
    software=", ".join(
        [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in SOFTWARE)]
    ),
)
with open(snakemake.output.page, "w", encoding="utf-8") as file:
    file.write(page)
with open(snakemake.output.answer, "w", encoding="utf-8") as file:
    file.write(f"{answer}\n")
