"""The example of docs/own_study.md, from CSV to verdict, with fewer replicates."""

import re
import shlex
import shutil
import subprocess
import sys

import pandas as pd
import pytest
from helpers import ROOT, snakemake

DOC = (ROOT / "docs/own_study.md").read_text()
COMMANDS = [
    shlex.split(line.replace("python -m uv run ", ""))
    for block in re.findall(r"```sh\n(.*?)```", DOC, re.S)
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """The study's folder after the document's first two commands, and what they print."""
    folder = tmp_path_factory.mktemp("own")
    printed = ""
    for program, script, *arguments in COMMANDS[:2]:
        assert program == "python"
        run = subprocess.run(
            [sys.executable, ROOT / script, *arguments],
            cwd=folder, capture_output=True, text=True, check=True,
        )  # fmt: skip
        printed += run.stdout
    return folder / "trial", printed


def test_it_prints_what_the_document_says(trial):
    _, printed = trial
    data, truth = re.search(r"```\n(Data: .*)\n(Truth, .*)\n```", DOC).groups()
    assert data in printed
    # the last digits of an optimum may differ between machines
    numbers = [re.findall(r"= (-?\d+\.\d+)", text) for text in (truth, printed)]
    assert [float(x) for x in numbers[1]] == pytest.approx([float(x) for x in numbers[0]], rel=1e-4)


def test_from_the_csv_to_the_verdict(trial):
    """Both of the document's snakemake commands, without NUTS: the answers are those it prints."""
    folder, _ = trial
    sheet = folder / "scenarios.tsv"
    sheet.write_text(sheet.read_text().replace("\t20\n", "\t0\n"))
    config = folder / "config/config.yaml"
    text = config.read_text()
    assert text.count("replicates: 1000") == 2  # of the sheet, and of the numbers of subjects
    config.write_text("replicates: 60".join(text.rsplit("replicates: 1000", 1)))
    assert [command[-1] for command in COMMANDS[2:]] == ["2", "sample_size"]
    run = snakemake(folder, "results/trial/pages/answers.html", "sample_size")
    assert run.returncode == 0, run.stderr
    assert "Data: ../trial.csv: 40 subjects, 210 rows" in run.stderr
    recovery = pd.read_csv(folder / "results/trial/tables/recovery.csv")
    rho = recovery.query("parameter == 'rho' and level == 0.95 and measure == 'width'")
    widths = rho.set_index(["scenario", "prior"])["estimate"]
    assert f"| {widths['as_estimated', 'lkj_1']:.3f} ± " in DOC
    assert (folder / "results/trial/pages/answer.txt").read_text() in DOC
    answer = re.search(r"rho, width at most 0.6, under LKJ\(1\): (\d+) subjects", run.stdout)
    assert abs(int(answer[1]) - 67) < 15
    designs = pd.read_csv(folder / "results/trial/tables/designs.csv")
    assert set(designs["visits"]) == {"as in the data"}
    settings = pd.read_csv(folder / "results/trial/tables/settings.csv")
    assert (settings.query("what == 'truth'")["source"] == "REML estimate of the data").all()


def test_figures_and_pages_of_unbalanced_designs(trial, tmp_path):
    """The patients' own visits and dropout, with 12 replicates, exact only."""
    folder, _ = trial
    study = tmp_path / "trial"
    shutil.copytree(folder, study, ignore=shutil.ignore_patterns("results", ".snakemake"))
    shutil.copy(folder.parent / "trial.csv", tmp_path)
    sheet = "scenario\trho\tdesign\ttimes\tsubjects\tdropout\ndrawn\t\tdata\t\t30\n"
    (study / "scenarios.tsv").write_text(f"{sheet}lost\t-0.4\t\t0,1,3,6,12,24\t30\t0.3\n")
    config = study / "config/config.yaml"
    text = config.read_text().replace("replicates: 1000", "replicates: 12", 1)
    config.write_text(text.replace("{replicates: 0}", "{replicates: 0, priors: []}", 1))
    figures = [
        f"figures/{name}.png" for name in ("study/coverage_sds", "study/headline", "zip/rho")
    ]
    files = ["pages/ademp.html", *figures]
    run = snakemake(study, *(f"results/trial/{name}" for name in files))
    assert run.returncode == 0, run.stderr[-3000:]
    results = study / "results/trial"
    for name in figures:
        assert (results / name).stat().st_size > 5000, name
    page = (results / "pages/ademp.html").read_text()
    for words in ("drawn from the data", "30 % dropout"):
        assert words in page, words


def test_a_study_is_not_written_over(trial):
    folder, _ = trial
    program = [sys.executable, ROOT / "workflow/new_study.py", "trial.csv", "--response", "score"]
    program += ["--time", "month", "--group", "patient", "--to", "trial"]
    run = subprocess.run(program, cwd=folder.parent, capture_output=True, text=True, check=False)
    assert run.returncode == 1 and "there is a study already" in run.stderr
    missing = [*program[:3], "--response", "points", *program[5:]]
    run = subprocess.run(missing, cwd=folder.parent, capture_output=True, text=True, check=False)
    assert "unknown column 'points'" in run.stderr and "Traceback" not in run.stderr
