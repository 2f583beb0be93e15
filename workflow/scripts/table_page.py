"""Write pages of sortable tables, which need no network."""

from pathlib import Path

from jobs.log import open_log
from recovery.files import read_table
from recovery.report.bookkeeping import calibration_sentence
from recovery.report.pages import render, write_page
from recovery.report.sortable import DASH, sortable_tables_code
from recovery.report.tables import MAX_BYTES, section

open_log(snakemake.log[0])
params = snakemake.params
paths = {Path(path).stem: path for path in snakemake.input.tables}
tables = {name: read_table(path) for name, path in paths.items()}


def csv_note(name: str) -> str:
    """Where a table's CSV is."""
    where = (
        "too large for the report" if name in params.large else "in the report under Tables, CSV"
    )
    return f"All rows, columns and digits: {paths[name]} ({where})."


for path, page in zip(snakemake.output, params.pages.values(), strict=True):
    names = page["tables"]
    text = render(
        "tables",
        title=page["title"],
        study=params.study,
        verdict=calibration_sentence(tables["sbc"]) if "sbc" in names else "",
        code=sortable_tables_code(),
        dash=DASH,
        sections=[
            section(
                name,
                tables[name],
                labels=params.labels,
                csv_note=csv_note(name),
                group=page.get("group", ""),
                max_bytes=MAX_BYTES // len(names),
            )
            for name in names
        ],
    )
    write_page(path, text)
