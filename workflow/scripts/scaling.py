"""Time studies of growing size on one and two cores, from simulation to the table of fits."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pandas as pd

from recovery.files import write_table
from study.log import logger, open_log
from study.time_study import time_study_command, write_time_study

REPEATS = 3
SIZES = [(50, 2), (100, 2), (200, 2), (200, 1)]  # replicates, cores

open_log(snakemake.log[0])


def run(folder: Path, replicates: int, cores: int) -> dict[str, float]:
    """Run the study with a model already compiled, and time it."""
    write_time_study(folder, snakemake.params.config, snakemake.params.prior, replicates)
    for part in ("datasets", "exact", "nuts", "tables"):
        shutil.rmtree(folder / "results/scaling" / part, ignore_errors=True)
    started = time.monotonic()
    with open(snakemake.log[0], "a") as log:
        child = subprocess.Popen(time_study_command(folder, cores), stdout=log, stderr=log)
        _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise RuntimeError(f"a run of {replicates} replicates failed, see {snakemake.log[0]}")
    return {
        "replicates": replicates,
        "cores": cores,
        "wall_seconds": time.monotonic() - started,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_memory_mb": usage.ru_maxrss / 1024,  # of the largest process; Linux counts in kB
    }


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    run(folder, 2, 1)  # compiles the model
    rows = []
    for repeat in range(REPEATS):
        rows += [run(folder, *size) for size in SIZES]
        logger.info("benchmark | scaling: %d of %d repeats done", repeat + 1, REPEATS)
table = pd.DataFrame(rows).groupby(["replicates", "cores"], as_index=False).median()
table.insert(2, "repeats", REPEATS)
write_table(table, snakemake.output[0])
