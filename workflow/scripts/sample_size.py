"""Report how many subjects reach each goal."""

from pathlib import Path

from jobs.log import open_log

open_log(snakemake.log[0])
for sentence in Path(snakemake.input.answer).read_text(encoding="utf-8").splitlines():
    print(f"sample_size | {sentence}")
print(f"sample_size | See {snakemake.input.table} and {snakemake.input.figure}.")
