"""Put sortable tables into one page that needs no network."""

from pathlib import Path

import pandas as pd

from recovery.columns import HEADLINE_LEVEL
from recovery.report.answers import calibration_sentence
from recovery.report.pages import render, sortable_table, sortable_tables_code
from recovery.summaries.recovery import READ
from study.log import open_log

SHOWN = ("bias", "rmse", "coverage", "width")
NOTES = dict.fromkeys(
    ("recovery", "comparison"),
    f"(exact fits, 95 % intervals, {', '.join(SHOWN)}; the CSV has all levels and measures)",
)

open_log(snakemake.log[0])
tables = {
    Path(path).stem: pd.read_csv(path, dtype={"scenario": str}) for path in snakemake.input.tables
}
for name in NOTES:
    if name in tables:
        exact = tables[name][tables[name]["engine"].isin(READ)]
        chosen = exact[exact["level"].isna() | (exact["level"] == HEADLINE_LEVEL)]
        chosen = chosen[chosen["measure"].isin(SHOWN)]
        varying = [c for c in chosen if c == "scenario" or chosen[c].nunique() > 1]
        tables[name] = chosen[varying]
page = render(
    snakemake.input.template,
    snakemake.input.base,
    study=snakemake.params.study,
    verdict=calibration_sentence(tables["sbc"]) if "sbc" in tables else "",
    code=sortable_tables_code(),
    tables={name: sortable_table(table) for name, table in tables.items()},
    notes=NOTES,
)
with open(snakemake.output[0], "w", encoding="utf-8") as file:
    file.write(page)
