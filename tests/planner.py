"""Dry runs in processes forked from one that has imported Snakemake, which takes seconds."""

import multiprocessing
import os
import sys
from pathlib import Path

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["snakemake.cli", "xarray", "scipy.special"])


def dry_run(arguments: list[str], log: Path) -> int:
    """Snakemake's exit code; what it writes goes to a file."""
    process = CONTEXT.Process(target=_snakemake, args=([*arguments, "--dry-run"], log))
    process.start()
    process.join(900)
    return process.exitcode


def _snakemake(arguments: list[str], log: Path) -> None:
    from snakemake.cli import main

    with open(log, "w") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    sys.argv = ["snakemake", *arguments]
    main()
