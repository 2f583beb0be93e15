"""What may go wrong while a study runs, and that its numbers do not depend on it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest
import yaml
from helpers import EXACT_ONLY, ROOT, TINY, same_tables, sentences, snakemake, tiny_study

SHEET = "scenario\trho\tsubjects\tdays\nlow\t-0.5\t6\t5\n"
PRIORS = TINY["priors"] | {
    "centred": {"family": "lkj_corr", "label": "Centred", "origin": "mean", "unit": "sd"}
}
# everything that is fitted without NUTS: a prior in another coding of time, REML, estimands
EXACT = {
    "sampler": EXACT_ONLY,
    "replicates": 40,
    "batch_size": 20,
    "priors": PRIORS,
    "reml": 30,
    "estimands": {"subjects": True, "lines_at": [2], "new_subject_at": [2], "replicates": 30},
}
RUNNING = (ROOT / "docs/running.md").read_text()
TABLES = [f"results/tiny/tables/{kind}/low.parquet" for kind in ("estimates", "fits")]


def run(folder, *arguments, **changes):
    done = snakemake(tiny_study(folder, SHEET, **EXACT | changes), *TABLES, *arguments)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return run(tmp_path_factory.mktemp("undisturbed"))


def start(folder):
    """The study in a process group of its own."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile"]
    command += ["--directory", folder, "--cores", "2", *TABLES]
    with open(folder / "log", "w") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)


def wait_for(condition, process, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.slow
def test_batches_cores_and_order_do_not_matter(tmp_path, undisturbed):
    priors = dict(reversed(PRIORS.items()))
    run(tmp_path, "--cores", "1", batch_size=13, priors=priors)
    same_tables(tmp_path, undisturbed)


@pytest.mark.slow
def test_a_killed_study_goes_on_where_it_was(tmp_path, undisturbed):
    """SIGKILL to Snakemake and its jobs: one line goes on, and finished batches stay."""
    tiny_study(tmp_path, SHEET, **EXACT | {"batch_size": 8})
    process = start(tmp_path)
    fits = tmp_path / "results/tiny/exact"
    finished = "[0-9]*.fits.parquet"  # not the file that is being written, `.part-...`
    wait_for(lambda: len(list(fits.rglob(finished))) >= 3, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = {path: path.stat().st_mtime_ns for path in fits.rglob(finished)}
    # the line of docs/running.md, for this folder and these tables
    (line,) = re.findall(r"^python -m uv run (snakemake --unlock && .*)$", RUNNING, re.M)
    for command in line.replace("python -m uv run ", "").split(" && "):
        arguments = command.removeprefix("snakemake ").split()
        again = snakemake(tmp_path, *arguments, *([] if "--unlock" in command else TABLES), run=())
        assert again.returncode == 0, again.stderr[-3000:]
    kept = [path for path, time_ns in before.items() if path.stat().st_mtime_ns == time_ns]
    assert len(kept) >= len(before) - 2  # at most the two whose jobs had not ended
    same_tables(tmp_path, undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("datasets/low/1-20.nc", TABLES[0]),
        ("measures/low/recovery.parquet", "results/tiny/tables/recovery.csv"),
    ],
)
def test_a_damaged_file_is_named_and_recreated_once_it_is_deleted(
    tmp_path, undisturbed, name, target
):
    shutil.copytree(undisturbed, tmp_path, dirs_exist_ok=True)
    broken = tmp_path / "results/tiny" / name
    whole = broken.read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    failed = snakemake(tmp_path, target)
    assert failed.returncode != 0
    assert f"{name}: the file is damaged" in failed.stderr, failed.stderr[-2000:]
    broken.unlink()
    again = snakemake(tmp_path, target, *TABLES)
    assert again.returncode == 0, again.stderr[-3000:]
    same_tables(tmp_path, undisturbed)


def test_the_config_is_plain_yaml_and_runs_no_code(tmp_path):
    """Snakemake would run the templates in it."""
    tiny_study(tmp_path)
    text = yaml.safe_dump({key: value for key, value in TINY.items() if key != "seed"})
    code = "__use_yte__: true\nseed: ?__import__('os').system('touch hacked')"
    (tmp_path / "config/config.yaml").write_text(f"{text}{code}\n")
    run = snakemake(tmp_path, "--dry-run")
    assert run.returncode == 1
    (sentence,) = sentences(run)
    assert sentence.startswith("Error: config/config.yaml")
    assert not (tmp_path / "hacked").exists() and not (ROOT / "hacked").exists()
