"""Run the published study and write down how, in results/full/provenance.json.

    python -m uv run python workflow/publish.py --cores 2 [target ...]

does what `snakemake --configfile config/full.yaml` does with the same words after it, and adds one
entry to the provenance: command, commit, environment, machine, wall and CPU time, exit code. What
is too large for the repository is kept in a small form: recovery.csv and comparison.csv as parquet
in single precision, and of the estimates those of the first replicate of every scenario, which a
test computes again.
"""

import hashlib
import json
import platform
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pandas as pd

RESULTS = Path("results/full")
PROVENANCE = RESULTS / "provenance.json"
SAMPLE = 1  # replicates of every scenario
SPAN = ("--max-jobs-per-timespan", "1000/30s")  # docs/cluster.md, limits
LARGE = ("recovery", "comparison")  # tables that are kept as parquet
PACKAGES = ("snakemake", "pymc", "nutpie", "numba", "arviz", "numpy", "scipy", "pandas", "xarray")


def git(*arguments: str) -> str:
    """What a git command prints."""
    command = ["git", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def processor() -> str:
    """The processor's name, where Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":")[1].strip() for line in lines if "model name" in line), "")


def keep_small_forms() -> None:
    """Write what is too large in a small form, as far as it is there."""
    tables = RESULTS / "tables"
    if (tables / "estimates").exists():
        sample = pd.read_parquet(tables / "estimates", filters=[("replicate", "<=", SAMPLE)])
        sample.dropna(axis=1, how="all").to_parquet(tables / "sample.parquet", index=False)
    for name in LARGE:
        if (tables / f"{name}.csv").exists():
            table = pd.read_csv(tables / f"{name}.csv", dtype={"scenario": str})
            # the rest follows: intervals from estimate and mcse, designs from designs.csv
            table = table.drop(columns=["low", "high", "design", "rho", "truth"], errors="ignore")
            numbers = table.select_dtypes("float").columns
            table[numbers] = table[numbers].astype("float32")
            texts = table.columns.difference(["n", *numbers])
            table[texts] = table[texts].astype("category")
            table.to_parquet(tables / f"{name}.parquet", index=False, compression="zstd")


def main(arguments: list[str]) -> int:
    """Run Snakemake and add an entry to the provenance; its exit code."""
    words = ["snakemake", "--configfile", "config/full.yaml", *SPAN, *arguments]
    entry = {
        "command": " ".join(words),
        "commit": git("rev-parse", "HEAD"),
        # what the run itself writes is no change of the code
        "uncommitted_changes": git(
            "status", "--porcelain", "--untracked-files=no", "--", ".", f":!{RESULTS}"
        ).splitlines(),
        "uv_lock_sha256": hashlib.sha256(Path("uv.lock").read_bytes()).hexdigest(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "machine": {"system": platform.platform(), "processor": processor()},
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    clock = time.monotonic()
    exit_code = subprocess.run([sys.executable, "-m", *words], check=False).returncode
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    entry |= {
        "wall_seconds": round(time.monotonic() - clock),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime),
        "exit_code": exit_code,
    }
    runs = json.loads(PROVENANCE.read_text()) if PROVENANCE.exists() else []
    PROVENANCE.parent.mkdir(parents=True, exist_ok=True)
    PROVENANCE.write_text(json.dumps([*runs, entry], indent=2) + "\n")
    keep_small_forms()
    return exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
