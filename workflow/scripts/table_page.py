"""Put tables into one page, sortable and without a network."""

from pathlib import Path

import pandas as pd

from joblog import open_log
from recovery.answers import calibration_sentence
from recovery.pages import render, sortable_table, sortable_tables_code

NOTES = {"recovery": "(95 % intervals; the CSV has all levels)"}

open_log(snakemake.log[0])
tables = {
    Path(path).stem: pd.read_csv(path, dtype={"scenario": str}) for path in snakemake.input.tables
}
if "recovery" in tables:
    level = tables["recovery"]["level"]
    chosen = tables["recovery"][level.isna() | (level == 0.95)]
    varying = [name for name in chosen if name == "scenario" or chosen[name].nunique() > 1]
    tables["recovery"] = chosen[varying]
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
