"""Report how many subjects reach each goal."""

from pathlib import Path

from jobs.log import logger, open_log

open_log(snakemake.log[0])
for sentence in Path(snakemake.input.answer).read_text(encoding="utf-8").splitlines():
    logger.info("sample_size | %s", sentence)
logger.info("sample_size | See %s and %s.", snakemake.input.table, snakemake.input.figure)
