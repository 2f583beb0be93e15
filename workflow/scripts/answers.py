"""Write the report's first page: the answers, design by design, and whether to trust them."""

import pandas as pd

from jobs.log import open_log
from recovery.files import read_table
from recovery.report.answers import (
    cost_sentence,
    design_sentences,
    evidence,
    prior_rows,
    scope,
    short_answer,
    verdict_rows,
)
from recovery.report.bookkeeping import checks, failures_warning
from recovery.report.pages import plain_table, render, write_page
from recovery.summaries.accuracy import compared_fits

NO_ANSWER = "No prior can be judged: no measure has two estimates or more."

open_log(snakemake.log[0])
params = snakemake.params
names = ("recovery", "control", "replicates_needed", "missingness", "designs")
read = {name: read_table(snakemake.input[name]) for name in names}
subjects = [read_table(path) for path in snakemake.input if path.endswith("subjects.csv")]
compared = pd.concat(
    compared_fits(read_table(path, filters=[("replicate", "<=", most)]))
    for path, most in zip(snakemake.input.estimates, read["designs"]["nuts"], strict=True)
)
fits = pd.concat(
    read_table(path, columns=["prior", "engine", "status", "sampling_seconds"])
    for path in snakemake.input.fits
)
warning = failures_warning(read["missingness"])
found = evidence(read["recovery"], params.labels, *subjects)
page = render(
    "answers",
    study=params.study,
    warning=warning,
    designs=[
        {
            "name": one.design,
            "scope": scope(one),
            "sentences": design_sentences(one),
            "table": plain_table(pd.DataFrame(verdict_rows(one))),
        }
        for one in found
    ],
    cost=cost_sentence(fits, params.all_labels),
    checks=checks(read["missingness"], compared, read["control"], read["replicates_needed"]),
    data=params.data,
    priors=plain_table(prior_rows(params.priors, params.labels)),
    units=params.units,
    truth=", ".join(f"{name} = {value:g}" for name, value in params.truth.items()),
)
write_page(snakemake.output.page, page)
with open(snakemake.output.answer, "w", encoding="utf-8") as file:
    answer = short_answer(found[0]) if found else NO_ANSWER
    file.write(f"{warning}\n{answer}\n".lstrip())
