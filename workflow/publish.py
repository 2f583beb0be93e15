"""Run the published studies and write down how, in results/<study>/provenance.json.

    python -m uv run python workflow/publish.py --cores 2 [study ...]

runs each of `STUDIES`, or those that are named, as Snakemake's command with its config does, and
adds an entry to the study's provenance: command, commit, environment, machine, wall and CPU time,
exit code. An interrupted study continues where it stopped. What is too large for the repository is
kept in a small form: recovery.csv and comparison.csv as parquet in single precision, of the
estimates those of the first replicate of every scenario, which a test computes again, and of the
fits the diagnostics of those by NUTS.
"""

import argparse
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

STUDIES = {
    "full": ["full"],
    "other_priors": ["other_priors"],
    "lkj_15": ["lkj_15"],
    "scales": ["scales"],
    "arms": ["arms"],
    "nuts": ["nuts"],
    "nuts_long": ["nuts", "nuts_long"],
    "latent": ["latent"],
    "latent_95": ["latent", "latent_95"],
    "effects_3": ["effects"],
    "effects_2": ["effects", "effects_2"],
    "effects_4": ["effects", "effects_4"],
    "effects_oxboys": ["effects_oxboys"],
    "survey": ["survey"],
}
"""Configs of every study, in the folder config, one over the other."""
TARGETS = {"full": [], "effects_oxboys": ["observed"], "survey": ["survey"]}
"""What is made of them, in place of the tables only."""
SAMPLE = 1  # replicates of every scenario
SPAN = ("--max-jobs-per-timespan", "1000/30s")  # docs/cluster.md, limits
LARGE = ("recovery", "comparison")  # tables that are kept as parquet
DIAGNOSTICS = ["scenario", "prior", "replicate", "status", "divergences", "max_rhat",
               "min_ess_bulk", "sampling_seconds"]  # fmt: skip
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


def keep_small_forms(tables: Path) -> None:
    """Write what is too large in a small form, as far as it is there."""
    if (tables / "estimates").exists():
        sample = pd.read_parquet(tables / "estimates", filters=[("replicate", "<=", SAMPLE)])
        sample.dropna(axis=1, how="all").to_parquet(tables / "sample.parquet", index=False)
        fits = pd.read_parquet(
            tables / "fits", columns=DIAGNOSTICS, filters=[("engine", "==", "nuts")]
        )
        if len(fits):
            fits.to_parquet(tables / "nuts_fits.parquet", index=False, compression="zstd")
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
            for page in (tables.parent / "pages").glob("*.html"):  # whose links are to what is kept
                text = page.read_text(encoding="utf-8")
                page.write_text(text.replace(f"{name}.csv", f"{name}.parquet"), encoding="utf-8")


def publish(study: str, cores: str, targets: list[str]) -> int:
    """Run one study and add an entry to its provenance; Snakemake's exit code."""
    results = Path("results") / study
    configs = [f"config/{name}.yaml" for name in STUDIES[study]]
    targets = targets or TARGETS.get(study, ["tables"])
    words = ["snakemake", "--configfile", *configs, "--cores", cores, *SPAN, *targets]
    entry = {
        "command": " ".join(words),
        "commit": git("rev-parse", "HEAD"),
        # what the run itself writes is no change of the code
        "uncommitted_changes": git(
            "status", "--porcelain", "--untracked-files=no", "--", ".", ":!results"
        ).splitlines(),
        "uv_lock_sha256": hashlib.sha256(Path("uv.lock").read_bytes()).hexdigest(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "machine": {"system": platform.platform(), "processor": processor()},
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    clock, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    exit_code = subprocess.run([sys.executable, "-m", *words], check=False).returncode
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    entry |= {
        "wall_seconds": round(time.monotonic() - clock),
        "cpu_seconds": round(cpu),
        "exit_code": exit_code,
    }
    provenance = results / "provenance.json"
    runs = json.loads(provenance.read_text()) if provenance.exists() else []
    provenance.parent.mkdir(parents=True, exist_ok=True)
    provenance.write_text(json.dumps([*runs, entry], indent=2) + "\n")
    keep_small_forms(results / "tables")
    return exit_code


def main() -> int:
    """Run the studies; the first exit code that is not 0, or 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("studies", nargs="*", default=list(STUDIES), choices=STUDIES)
    parser.add_argument("--cores", default="2")
    parser.add_argument("--target", default=[], action="append", help="of Snakemake, such as sbc")
    arguments = parser.parse_args()
    codes = [publish(name, arguments.cores, arguments.target) for name in arguments.studies]
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main())
