"""What several tests need: paths, a tiny study in a folder of its own, Snakemake as a user."""

import copy
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from planner import dry_run

from recovery.data.longdata import LongData
from study.check import check_study

ROOT = Path(__file__).resolve().parents[1]

TINY = {
    "study": "tiny",
    "seed": 1,
    "scenarios": "config/sheet.tsv",
    "replicates": 2,
    "batch_size": 2,
    "priors": {
        "independent": {"family": "independent", "label": "Independent"},
        "lkj_corr": {"family": "lkj_corr", "label": "LKJCorr"},
    },
    "sampler": {"replicates": "all", "chains": 2, "tune": 200, "draws": 400},
}
DEMO = yaml.safe_load((ROOT / "config/config.yaml").read_text())
SHEET = "scenario\trho\tsubjects\tdays\tnuts\nlow\t-0.5\t6\t5\t0\nhigh\t0.5\t6\t5\t\n"


def changed(config: dict, key: str, value) -> dict:
    """A copy of a config with one key, such as ``truth.rho``, changed."""
    config = copy.deepcopy(config)
    *path, last = key.split(".")
    block = config
    for part in path:
        block = block[part]
    block[last] = value
    return config


def tiny_study(folder: Path, sheet: str = SHEET, **changes) -> Path:
    """Write a study of two small scenarios and two priors into a folder."""
    (folder / "config/data").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "config/data/sleepstudy.csv", folder / "config/data")
    (folder / "config/sheet.tsv").write_text(sheet)
    (folder / "config/config.yaml").write_text(yaml.safe_dump(TINY | changes, sort_keys=False))
    return folder


def copied_checkout(root: Path) -> Path:
    """A copy of the workflow and its tests, so that a test may change its code."""
    for name in ("workflow", "envs", "profiles", "tests", "config"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "results").mkdir()
    for name in ("Snakefile", "pyproject.toml", "results/README.md"):
        shutil.copy(ROOT / name, root / name)
    return root


def snakemake(
    folder: Path, *arguments: str, root: Path = ROOT, run: tuple[str, ...] = ("--cores", "2")
) -> subprocess.CompletedProcess:
    """Run the workflow on the study in a folder, the way a user does."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", root / "Snakefile"]
    command += ["--directory", folder, *run, *arguments]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=900, check=False
    )


def sentences(run: subprocess.CompletedProcess) -> list[str]:
    """What a run says on stderr, besides Snakemake's remark that it reads profiles/default."""
    lines = run.stderr.strip().splitlines()
    return [line for line in lines if not line.startswith("Using workflow specific profile")]


def planned_jobs(folder: Path, *targets: str, root: Path = ROOT) -> dict[str, int]:
    """How many jobs of each rule a dry run would start."""
    arguments = "--snakefile", root / "Snakefile", "--directory", folder, "--cores", 2, *targets
    exit_code = dry_run([*map(str, arguments)], log := folder / "planned.txt")
    printed = log.read_text()
    assert exit_code == 0, printed
    lines = [line.split() for line in printed.splitlines()]
    if ["Job", "stats:"] not in lines:
        return {}
    table = lines[lines.index(["Job", "stats:"]) :]
    table = table[: table.index([]) if [] in table else None]
    counts = dict(line for line in table if len(line) == 2)
    return {rule: int(n) for rule, n in counts.items() if n.isdigit() and rule != "total"}


EXACT_ONLY = TINY["sampler"] | {"replicates": 0}


def same_tables(folder: Path, other: Path) -> None:
    """Assert that two studies give the same bits, whatever the order, measured times aside.

    Chains of NUTS depend on the last bit of compiled code, and agree within Monte Carlo error.
    """
    for name, keys in (("estimates", ["parameter"]), ("fits", [])):
        keys = ["scenario", "prior", "engine", "replicate", *keys]
        both = []
        for place in (folder, other):
            table = pd.read_parquet(place / "results/tiny/tables" / name)
            table = table.drop(columns="sampling_seconds", errors="ignore")
            both.append(table.sort_values(keys).reset_index(drop=True))
        exact = (table[table["engine"] != "nuts"].reset_index(drop=True) for table in both)
        pd.testing.assert_frame_equal(*exact, check_exact=True)
        a, b = (table[table["engine"] == "nuts"] for table in both)
        assert (a[keys].to_numpy() == b[keys].to_numpy()).all()
        if name == "estimates":
            error = np.hypot(a["mcse_mean"], b["mcse_mean"])
            z = ((a["mean"] - b["mean"]) / error.where(error > 0)).dropna()
            assert z.abs().max() < 5 or z.empty


def dense_fit(data, factor):
    """The least-squares fit by dense matrices, given L with Sigma = sigma^2 L L'.

    log|V / sigma^2|, beta, its precision and the quadratic form at beta, in units of sigma^2.
    """
    X = np.column_stack([np.ones(len(data.time)), data.time])
    same = data.subject[:, None] == data.subject
    V = same * (X @ factor @ factor.T @ X.T) + np.eye(len(X))
    weighted = np.linalg.solve(V, X)
    precision = X.T @ weighted
    beta = np.linalg.solve(precision, weighted.T @ data.response)
    rest = data.response - X @ beta
    return np.linalg.slogdet(V)[1], beta, precision, rest @ np.linalg.solve(V, rest)


def checked_study(config: dict, **changes):
    """The checked study of a config changed key by key; ``a__b`` is the key a.b."""
    for key, value in changes.items():
        config = changed(config, key.replace("__", "."), value)
    return check_study(copy.deepcopy(config), "config.yaml")


def visits(patterns) -> LongData:
    """A table of planned visits, from the times of every subject."""
    time, counts = np.concatenate(patterns), [len(times) for times in patterns]
    labels = tuple(str(j + 1) for j in range(len(patterns)))
    return LongData(0.0 * time, time, np.repeat(np.arange(len(patterns)), counts), labels)
