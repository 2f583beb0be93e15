"""The study through its profile on a real SLURM, and what clusters do to it."""

import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import psutil
import pytest
from cluster import ACCOUNT, NODES, PARTITION, Cluster
from helpers import EXACT_ONLY, ROOT, TINY, same_tables, snakemake, tiny_study

PROFILE = "workflow/profiles/slurm/config.v9+.yaml"
SHEET = "scenario\trho\tsubjects\tdays\nlow\t-0.5\t6\t5\n"
ONE_PRIOR = {"independent": TINY["priors"]["independent"]}
# one batch that runs for some 10 seconds, so that it can be interrupted
LONG = {
    "sampler": EXACT_ONLY,
    "priors": {"lkj_corr": TINY["priors"]["lkj_corr"]},
    "replicates": 6_000,
    "batch_size": 6_000,
}
TARGETS = [f"results/tiny/tables/{kind}/low.parquet" for kind in ("estimates", "fits")]
PATIENCE = 400  # seconds: the plugin was seen to wait forever


def profile(folder: Path) -> Path:
    """The profile as a user fills it in, asking for a job's state more often than in earnest."""
    text = (ROOT / PROFILE).read_text()
    text = text.replace(": ACCOUNT", f": {ACCOUNT}").replace(": PARTITION", f": {PARTITION}")
    place = folder / "profile"
    place.mkdir()
    (place / "config.v9+.yaml").write_text(text + "slurm-init-seconds-before-status-checks: 2\n")
    return place


def start(cluster: Cluster, folder: Path, *arguments: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile"]
    command += ["--directory", folder, "--profile", profile(folder), *arguments, "--", *TARGETS]
    with open(folder / "log", "w") as log:
        return subprocess.Popen(
            command, stdout=log, stderr=log, env=cluster.environment, start_new_session=True
        )


def finish(process: subprocess.Popen, folder: Path) -> None:
    assert process.wait(PATIENCE) == 0, (folder / "log").read_text()[-3000:]


class RunningFit(NamedTuple):
    """A batch that is being fitted."""

    job: str
    node: str


def running_fit(cluster: Cluster, folder: Path) -> RunningFit:
    """The study's batch, once its fits have begun."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        for found in psutil.process_iter(["cmdline"]):
            words = " ".join(found.info["cmdline"] or [])
            if f"{folder}/.snakemake/scripts" in words and words.endswith(".fit_exact.py"):
                time.sleep(4)  # past the start of Python, into the fits
                (line,) = cluster.query("squeue", "-h", "-t", "R", "-o", "%i %N").splitlines()
                return RunningFit(*line.split())
        time.sleep(0.2)
    raise TimeoutError("nothing fits")


@pytest.fixture(scope="module")
def long_study(tmp_path_factory):
    """The study of one long batch, run on this machine."""
    folder = tiny_study(tmp_path_factory.mktemp("local"), SHEET, **LONG)
    run = snakemake(folder, *TARGETS)
    assert run.returncode == 0, run.stderr[-3000:]
    return folder


def test_a_study_runs_on_both_nodes_and_gives_the_local_bits(cluster, tmp_path):
    """Exactly, and by NUTS within Monte Carlo error: models are compiled in every job."""
    study = {"priors": ONE_PRIOR, "replicates": 4, "batch_size": 2}
    study["sampler"] = {**TINY["sampler"], "replicates": 2}
    local = tiny_study(tmp_path / "local", SHEET, **study)
    run = snakemake(local, *TARGETS)
    assert run.returncode == 0, run.stderr[-3000:]
    remote = tiny_study(tmp_path / "remote", SHEET, **study)
    finish(start(cluster, remote), remote)
    same_tables(remote, local)
    jobs = pd.DataFrame(cluster.accounting())
    rules = jobs["Comment"].str.extract(r"rule_(\w+?)_?(?:wildcards|$)")[0]
    assert (jobs["State"] == "COMPLETED").all() and (jobs["Account"] == ACCOUNT).all()
    assert set(jobs["NodeList"]) == set(NODES), rules
    # two fit exactly and one by NUTS; the rest ran here
    assert len(jobs) == 3
    assert set(jobs["ReqMem"]) == {"2000M", "3000M"}


@pytest.mark.slow
def test_a_cancelled_job_is_submitted_again(cluster, tmp_path, long_study):
    folder = tiny_study(tmp_path / "study", SHEET, **LONG)
    process = start(cluster, folder)
    cluster.query("scancel", running_fit(cluster, folder).job)
    finish(process, folder)
    same_tables(folder, long_study)


@pytest.mark.slow
def test_a_job_over_its_memory_is_submitted_again_with_more(cluster, tmp_path, long_study):
    folder = tiny_study(tmp_path / "study", SHEET, **LONG)
    finish(start(cluster, folder, "--set-resources", "fit_exact:mem_mb=attempt*400"), folder)
    same_tables(folder, long_study)
    asked = {job["ReqMem"] for job in cluster.accounting()}
    assert {"400M", "800M"} <= asked


@pytest.mark.slow
def test_a_node_that_goes_down_costs_its_job_only(cluster, tmp_path, long_study):
    folder = tiny_study(tmp_path / "study", SHEET, **LONG)
    process = start(cluster, folder)
    node = running_fit(cluster, folder).node
    cluster.stop_node(node)
    try:
        finish(process, folder)
    finally:
        cluster.start_node(node)
    same_tables(folder, long_study)


@pytest.mark.slow
def test_a_killed_main_process_goes_on_after_its_jobs_are_cancelled(cluster, tmp_path, long_study):
    """The three lines of the README: cancel by the run's name, unlock, start again."""
    folder = tiny_study(tmp_path / "study", SHEET, **LONG)
    process = start(cluster, folder)
    running_fit(cluster, folder)
    process.send_signal(signal.SIGKILL)
    process.wait()
    (run_id,) = set(re.findall(r"SLURM run ID: ([0-9a-f-]+)", (folder / "log").read_text()))
    cluster.query("scancel", "--name", run_id)
    assert snakemake(folder, "--unlock").returncode == 0
    shutil.rmtree(folder / "profile")
    finish(start(cluster, folder), folder)
    same_tables(folder, long_study)
