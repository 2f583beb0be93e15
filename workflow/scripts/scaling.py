"""Time studies of growing size on one and two cores, from simulation to the table of fits."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import yaml

from study.log import logger, open_log

REPEATS = 3
BATCH = 50
SIZES = [(50, 2), (100, 2), (200, 2), (200, 1)]  # replicates, cores
SNAKEFILE = Path(snakemake.scriptdir).resolve().parents[1] / "Snakefile"
TABLE = "results/scaling/tables/fits/scaling.parquet"

open_log(snakemake.log[0])
config = dict(snakemake.params.config)
prior = snakemake.params.prior
config["sampler"] = config["sampler"] | {"replicates": "all", "priors": "all"}
config |= {"study": "scaling", "batch_size": BATCH, "scenarios": "sheet.tsv"}
config["priors"] = {prior: config["priors"][prior]}
config["data"] = config["data"] | {"path": str(Path(config["data"]["path"]).resolve())}


def run(folder: Path, replicates: int, cores: int) -> dict[str, float]:
    """Run the study from its simulation to the table of fits, with a model already compiled."""
    text = yaml.safe_dump(config | {"replicates": replicates}, sort_keys=False)
    (folder / "config/config.yaml").write_text(text)
    for part in ("datasets", "exact", "nuts", "tables"):
        shutil.rmtree(folder / "results/scaling" / part, ignore_errors=True)
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(SNAKEFILE)]
    command += ["--directory", str(folder), "--cores", str(cores), "--", TABLE]
    started = time.monotonic()
    with open(snakemake.log[0], "a") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log)
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
    (folder / "config").mkdir()
    (folder / "sheet.tsv").write_text("scenario\trho\tsubjects\tdays\nscaling\t0\t18\t10\n")
    run(folder, 2, 1)  # compiles the model
    rows = []
    for repeat in range(REPEATS):
        rows += [run(folder, *size) for size in SIZES]
        logger.info("benchmark | scaling: %d of %d repeats done", repeat + 1, REPEATS)
table = pd.DataFrame(rows).groupby(["replicates", "cores"], as_index=False).median()
table.insert(2, "repeats", REPEATS)
table.to_csv(snakemake.output[0], index=False)
