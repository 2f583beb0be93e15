"""The example of docs/own_study.md, from CSV to verdict, with fewer data sets than it has."""

import re
import shlex
import shutil
import subprocess
import sys

import numpy as np
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
    data, fixed, truth, focus = re.search(
        r"```\n(Data: .*)\n(Fixed .*)\n(Truth, .*)\n(The effect in focus .*)\n```", DOC
    ).groups()
    assert data in printed and fixed in printed and focus in printed
    # the last digits of an optimum may differ between machines
    numbers = [re.findall(r"= (-?\d+\.\d+)", text) for text in (truth, printed)]
    assert [float(x) for x in numbers[1]] == pytest.approx([float(x) for x in numbers[0]], rel=1e-4)


@pytest.mark.slow
def test_from_the_csv_to_the_verdict(trial):
    """Both of the document's snakemake commands, without NUTS and with a fifth of the data sets.

    The verdicts are those that it prints, and its numbers are met within Monte Carlo error.
    """
    folder, _ = trial
    sheet = folder / "scenarios.tsv"
    sheet.write_text(sheet.read_text().replace("\t20\n", "\t0\n"))
    config = folder / "config/config.yaml"
    text = config.read_text()
    assert text.count("replicates: 1000") == 2  # of the sheet, and of the numbers of subjects
    text = text.replace("replicates: 1000", "replicates: 200", 1)
    config.write_text(text.replace("replicates: 1000", "replicates: 60"))
    assert [command[-1] for command in COMMANDS[2:]] == ["2", "sample_size"]
    run = snakemake(folder, "results/trial/pages/answers.html", "sample_size")
    assert run.returncode == 0, run.stderr
    assert "Data: ../trial.csv: 60 subjects, 325 rows" in run.stderr
    recovery = pd.read_csv(folder / "results/trial/tables/recovery.csv")
    own = recovery.query("level == 0.95").set_index(["parameter", "measure", "scenario", "prior"])
    rows = re.findall(r"^\| (.*?) \| (\w+) \| (\w+) \|(.*)\|$", DOC, re.M)
    assert len(rows) == 9
    for parameter, measure, scenario, cells in rows[1:]:
        for prior, cell in zip(("independent", "lkj_1", "lkj_15"), cells.split("|"), strict=True):
            if cell.strip() == "no interval":
                continue
            value, error = cell.split(" ± ")
            found = own.loc[parameter, measure, scenario, prior]
            limit = 4.5 * np.hypot(float(error), found["mcse"]) + 0.0005
            assert abs(found["estimate"] - float(value)) < limit, (parameter, measure, prior)
    answer = (folder / "results/trial/pages/answer.txt").read_text()
    (wanted,) = re.findall(r"Take (.*?)\. Lowest", DOC)
    assert set(re.search(r"Take (.*?)\. Lowest", answer)[1].split(" or ")) == set(
        wanted.split(" or ")
    )
    assert "Shown to cover less than 0.90: Independent (sigma_u1" in answer
    for line in re.findall(r"^(.*): (\d+) subjects \((\d+) control", DOC, re.M):
        goal, all_of_them, control = line
        found = re.search(rf"{re.escape(goal)}: (\d+) subjects \((\d+) control", run.stdout)
        assert abs(int(found[1]) - int(all_of_them)) < 15
        for size, in_one_arm in (found.groups(), (all_of_them, control)):
            assert int(in_one_arm) in (int(size) // 2, -(-int(size) // 2))
    designs = pd.read_csv(folder / "results/trial/tables/designs.csv")
    assert set(designs["visits"]) == {"as in the data"}
    settings = pd.read_csv(folder / "results/trial/tables/settings.csv")
    assert (settings.query("what == 'truth'")["source"] == "REML estimate of the data").all()


@pytest.mark.slow
def test_figures_and_pages_of_unbalanced_designs(trial, tmp_path):
    """The patients' own visits and dropout, with 12 replicates, exact only."""
    folder, _ = trial
    study = tmp_path / "trial"
    shutil.copytree(folder, study, ignore=shutil.ignore_patterns("results", ".snakemake"))
    shutil.copy(folder.parent / "trial.csv", tmp_path)
    sheet = "scenario\trho\tdesign\tsubjects\tresidual_ar\ndrawn\t\tdata\t30\n"
    (study / "scenarios.tsv").write_text(f"{sheet}lost\t-0.4\tdata\t30\t0.3\n")
    config = study / "config/config.yaml"
    text = config.read_text().replace("replicates: 1000", "replicates: 12", 1)
    config.write_text(text.replace("{replicates: 0}", "{replicates: 0, priors: []}", 1))
    figures = [
        f"figures/{name}.png"
        for name in ("study/coverage_further_effects", "study/headline", "zip/rho")
    ]
    files = ["pages/ademp.html", *figures]
    run = snakemake(study, *(f"results/trial/{name}" for name in files))
    assert run.returncode == 0, run.stderr[-3000:]
    results = study / "results/trial"
    for name in figures:
        assert (results / name).stat().st_size > 5000, name
    page = (results / "pages/ademp.html").read_text()
    for words in ("drawn from the data", "AR(1) 0.3 residuals"):
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
