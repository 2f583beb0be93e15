"""Write the pages to explore the results, which need no network."""

import vl_convert

from jobs.log import open_log
from recovery.figures.style import prior_styles
from recovery.files import read_table
from recovery.report.explore import explore_chart, explore_table
from recovery.report.pages import render, write_page

open_log(snakemake.log[0])
recovery = read_table(snakemake.input.recovery)
labels, pages = snakemake.params.labels, snakemake.params.pages
styles = prior_styles(snakemake.params.methods)
table = explore_table(recovery, labels)
code = vl_convert.javascript_bundle()
for path, (page, parameters) in zip(snakemake.output, pages.items(), strict=True):
    own = table[table["parameter"].isin(parameters)]
    chart = explore_chart(own, labels, styles) if len(own) else None
    text = render(
        "explore",
        study=snakemake.params.study,
        code=code,
        specification=chart,
        reml="reml" in labels,
        other_pages=[other for other in pages if other != page],
    )
    write_page(path, text)
