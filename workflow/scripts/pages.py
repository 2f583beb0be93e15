"""Write the pages of the report, which need no network."""

import re
from pathlib import Path

import pandas as pd
import vl_convert

from jobs.log import open_log
from recovery.figures.style import prior_styles
from recovery.files import read_table
from recovery.report.ademp import ademp_page
from recovery.report.answers import short_answer
from recovery.report.answers_page import answers_page
from recovery.report.bookkeeping import failures_warning
from recovery.report.explore import explore_chart, explore_table
from recovery.report.pages import render, write_page
from recovery.summaries.accuracy import read_compared
from recovery.summaries.rule import leading

open_log(snakemake.log[0])
params, output = snakemake.params, snakemake.output
config, labels, shown = params.config, params.labels, params.shown_labels
tables = {Path(path).stem: read_table(path) for path in snakemake.input.tables}
columns = ["prior", "engine", "status", "sampling_seconds"]
fits = pd.concat(read_table(path, columns=columns) for path in snakemake.input.fits)

warning = failures_warning(tables["missingness"])
answer = short_answer(tables["answers"], config["belief"], config["focus"])
if config["data"]["random"]:
    answer += " Here rho is the correlation of the first two effects."
answer = f"{warning}\n{answer}\n".lstrip()
Path(output.answer).write_text(answer, encoding="utf-8")
# the report's first words; labels are a user's text
literal = re.sub(r"([\\*`|_])", r"\\\1", answer).replace("\n", "\n\n")
Path(output.answer_rst).write_text(literal, encoding="utf-8")
words = {"explore_page": next(iter(params.explore)), "data": params.data, "units": params.units}
compared = read_compared(snakemake.input.estimates)
page = answers_page(config, tables, compared, fits, shown, warning=warning, **words)
write_page(output.answers, page)
write_page(
    output.ademp,
    ademp_page(config, params.units[1], tables, words["explore_page"], params.parameters),
)
write_page(output.index, render("index", study=config["study"]))

table = explore_table(tables["recovery"], shown)
first = leading(tables["answers"], shown)
code, styles = vl_convert.javascript_bundle(), prior_styles(list(labels))
for path, (page, parameters) in zip(output.explore, params.explore.items(), strict=True):
    own = table[table["parameter"].isin(parameters)]
    text = render(
        "explore",
        study=config["study"],
        explore_page=page,
        code=code,
        specification=explore_chart(own, shown, styles, first) if len(own) else None,
        reml="reml" in shown,
        other_pages=[other for other in params.explore if other != page],
    )
    write_page(path, text)
