"""A whole tiny study through Snakemake, and what a change of the config reruns."""

import os
import re

import numpy as np
import pandas as pd
import pytest
import yaml
from browser import page_problems, report_problems
from helpers import (
    EXACT_ONLY,
    ROOT,
    SHEET,
    TINY,
    copied_checkout,
    planned_jobs,
    sentences,
    snakemake,
    tiny_study,
)
from selenium.webdriver.support.ui import WebDriverWait

from recovery.figures.layout import figure_names, parameter_groups
from recovery.parameters import PARAMETERS
from recovery.summaries.measures import MEASURES


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the workflow, so that a test may change its code."""
    return copied_checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tiny_study(tmp_path_factory.mktemp("study"))
    run = snakemake(folder)
    assert run.returncode == 0, run.stderr[-5000:]
    return folder, run


@pytest.fixture
def tables(study):
    folder, _ = study
    return folder / "results/tiny/tables"


def test_every_table_is_there_with_its_rows(tables):
    estimates = pd.read_parquet(tables / "estimates")
    assert len(estimates) == 3 * 2 * 2 * 7
    keys = ["scenario", "replicate", "prior", "engine", "parameter", "truth"]
    assert list(estimates.columns[:6]) == keys
    fits = pd.read_parquet(tables / "fits")
    assert len(fits) == 3 * 2 * 2 and fits["status"].isin(["ok", "not_converged"]).all()
    recovery = pd.read_csv(tables / "recovery.csv")
    assert list(recovery.columns[:3]) == ["scenario", "design", "rho"]
    assert recovery.groupby(["scenario", "prior", "engine", "parameter"]).ngroups == 3 * 2 * 7
    designs = pd.read_csv(tables / "designs.csv")
    assert list(designs["nuts"]) == [0, 2]
    recovery = pd.read_csv(tables / "recovery.csv").dropna(subset="estimate")
    at_95 = recovery.query("measure == 'coverage' and level == 0.95 and engine == 'exact'")
    assert len(pd.read_csv(tables / "coverage.csv")) == len(at_95) >= 14
    assert set(pd.read_csv(tables / "comparison.csv")["reference"]) == {"independent"}
    assert len(pd.read_csv(tables / "accuracy.csv")) == 2 * 7 * 4 - 4
    observed = pd.read_csv(tables / "observed.csv")
    assert list(observed["prior"].unique()) == list(TINY["priors"])
    assert list(observed["formulation"].dropna().unique()) == ["marginal"]
    assert list(observed["engine"].unique()) == ["nuts", "exact"]


def test_every_column_is_explained(tables):
    meanings = yaml.safe_load((ROOT / "workflow/report/columns.yaml").read_text())

    def explained(table):
        return {name for names in meanings.get(table, ()) for name in re.split(r"\W+", names)}

    assert {*MEASURES, *PARAMETERS} <= explained("measures") | explained("parameters")
    for path in tables.glob("*.csv"):
        columns = set(pd.read_csv(path, nrows=0)) - set(TINY["priors"])
        known = explained(path.stem) | explained("comparison") | explained("estimates")
        assert columns <= known or path.stem == "observed", path


def test_the_answer_is_printed_at_the_end(study):
    """The answer with its Monte Carlo error, the page to open, and what to do next."""
    *_, answer, page, command = study[1].stdout.strip().splitlines()
    table = pd.read_csv(study[0] / "results/tiny/tables/answers.csv")
    design = next(iter(table.groupby("design", sort=False)))[1]
    assert answer.startswith(f"{design['design'].iloc[0]}, true rho from −0.8 to 0.8: ")
    assert (
        design["label"].iloc[0] in answer
        and "Lowest coverage of all its 95 % intervals: " in answer
    )
    assert "results/tiny/pages/answers.html" in page and "--report" in command


def test_measures_are_recomputed_by_the_lines_in_the_readme(study, monkeypatch):
    """The code block of results/README.md, run as it stands there."""
    text = (ROOT / "results/README.md").read_text()
    code = text.split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(study[0] / "results/tiny")
    found = {}
    exec(code, found)
    assert len([line for line in code.splitlines() if line]) <= 10
    keys = ["scenario", "prior", "parameter"]
    recovery = pd.read_csv("tables/recovery.csv").dropna(subset="estimate")
    recovery = recovery[recovery["engine"] == "exact"]
    for measure, level in (("bias", None), ("coverage", 0.95)):
        table = recovery[recovery["measure"] == measure]
        table = table[table["level"] == level] if level else table
        expected = table.set_index(keys).sort_index()
        for column in found[measure]:
            np.testing.assert_allclose(found[measure][column], expected[column], rtol=1e-12)
    comparison = pd.read_csv("tables/comparison.csv").dropna(subset="difference")
    comparison = comparison[comparison["engine"] == "exact"]
    for measure, column in (("bias", "error"), ("coverage", "held")):
        chosen = comparison[comparison["measure"] == measure]
        chosen = chosen[chosen["level"].isna() | (chosen["level"] == 0.95)]
        expected = chosen.set_index(["scenario", "parameter"]).sort_index()
        own = found["comparison"][column]["lkj_corr"].loc[expected.index]
        np.testing.assert_allclose(own["mean"], expected["difference"], rtol=1e-9, atol=1e-12)
        assert (own["size"] == expected["n"]).all()


def test_every_figure_is_there_in_both_formats(study):
    figures = study[0] / "results/tiny/figures"
    names = {str(path.relative_to(figures).with_suffix("")) for path in figures.rglob("*.png")}
    assert names == {str(p.relative_to(figures).with_suffix("")) for p in figures.rglob("*.svg")}
    assert {"study/coverage_sds", "observed/correlation", "observed/lkj_corr/trace"} <= names
    assert {"zip/rho", "priors/implied", "study/accuracy"} <= names
    captions = [path.stem for path in (ROOT / "workflow/report/study").glob("*.rst")]
    study = {f"study/{name}" for name in figure_names(captions, parameter_groups([]))}
    assert {name for name in names if name.startswith("study/")} == study
    assert len(names) == 1 + 4 * 2 + 4 + 1 + len(study) + 1


def test_progress_is_reported_while_it_runs(study):
    """Steps done, the time left and what runs; no line longer than a terminal bears."""
    lines = study[1].stderr.splitlines()
    started = [line for line in lines if "fit nuts: high, lkj_corr, 1-2" in line]
    assert re.search(r"\d+:\d\d \| \d+ of \d+ steps done, about \d+:\d\d left \| ", started[0])
    assert max(map(len, lines)) <= 200 and "/scripts/" not in study[1].stderr


def test_running_it_again_does_nothing_nor_does_a_copy_of_the_folder(study, checkout):
    assert planned_jobs(study[0], root=checkout) == {}


@pytest.fixture
def replan(study):
    """Plan the study after a change of its config; the config is put back afterwards."""
    folder, _ = study
    yield lambda *args, **kwargs: plan(folder, *args, **kwargs)
    tiny_study(folder)


def plan(folder, sheet: str = SHEET, **changes):
    """Jobs of the slow rules that a dry run of the changed study would start."""
    tiny_study(folder, sheet, **changes)
    jobs = planned_jobs(folder)
    return {rule: jobs[rule] for rule in SLOW if rule in jobs}


SLOW = ("simulate", "fit_exact", "fit_nuts", "fit_observed")


def test_a_new_scenario_runs_only_itself(replan):
    jobs = replan(SHEET + "new\t0\t6\t5\t\n")
    assert jobs == {"simulate": 1, "fit_exact": 1, "fit_nuts": 2}


def test_a_scenario_moved_in_the_sheet_runs_nothing(replan):
    header, *rows = SHEET.splitlines(keepends=True)
    assert replan(header + "".join(reversed(rows))) == {}


def test_a_new_prior_runs_only_itself_by_nuts(replan):
    """Exact batches hold all priors of a scenario: they are computed again, cheaply."""
    lkj_4 = {"family": "lkj_corr", "label": "LKJ(4)", "eta": 4}
    jobs = replan(priors=TINY["priors"] | {"lkj_4": lkj_4})
    assert jobs == {"fit_exact": 2, "fit_nuts": 1, "fit_observed": 1}


def test_a_changed_prior_reruns_only_itself_by_nuts(replan):
    wider = TINY["priors"]["lkj_corr"] | {"eta": 2}
    jobs = replan(priors=TINY["priors"] | {"lkj_corr": wider})
    assert jobs == {"fit_exact": 2, "fit_nuts": 1, "fit_observed": 1}


def test_a_new_label_refits_nothing(replan):
    renamed = TINY["priors"]["lkj_corr"] | {"label": "by hand"}
    assert replan(priors=TINY["priors"] | {"lkj_corr": renamed}) == {}


def test_more_replicates_run_only_the_new_ones(replan):
    """The batch of the first two is kept, a batch of two more is added."""
    jobs = replan(replicates=4)
    assert jobs == {"simulate": 2, "fit_exact": 2, "fit_nuts": 2}


def test_more_replicates_by_nuts_leave_the_exact_fits(replan):
    assert replan(sampler=TINY["sampler"] | {"replicates": 1}) == {"simulate": 1, "fit_nuts": 2}


@pytest.fixture
def changed(checkout):
    """Change a file of the package for one test."""
    restored = []

    def change(file):
        path = checkout / "workflow/scripts/recovery" / file
        restored.append((path, path.read_text(), path.stat().st_mtime_ns))
        path.write_text(path.read_text() + "\n# changed\n")

    yield change
    for path, before, time_ns in restored:
        path.write_text(before)
        os.utime(path, ns=(time_ns, time_ns))


@pytest.mark.parametrize(
    ("file", "jobs"),
    [
        ("model/priors/lkj_corr.py", {"fit_nuts": 1, "fit_exact": 2, "fit_observed": 1}),
        ("model/prior.py", {"fit_nuts": 2, "fit_exact": 2, "fit_observed": 2}),
        ("summaries/measures.py", {"measure": 2, "tables": 1, "fit_exact": 0}),
        ("figures/curves.py", {"study_figures": 1, "fit_exact": 0, "measure": 0, "tables": 0}),
    ],
)
def test_a_change_of_code_reruns_what_imports_it(study, checkout, changed, file, jobs):
    changed(file)
    planned = planned_jobs(study[0], root=checkout)
    assert {rule: planned.get(rule, 0) for rule in jobs} == jobs
    assert "simulate" not in planned


def test_exact_fits_need_no_compiled_model(tmp_path):
    folder = tiny_study(tmp_path, sampler=EXACT_ONLY)
    table = "results/tiny/tables/recovery.csv"
    jobs = planned_jobs(folder, table)
    assert "fit_observed" not in jobs and jobs["fit_exact"] == 2


def test_a_mistake_is_one_plain_sentence_before_any_job(tmp_path):
    run = snakemake(tiny_study(tmp_path, truth={"rho": 2}))
    assert run.returncode == 1
    (sentence,) = sentences(run)
    assert sentence.startswith("Error: ") and "key truth.rho: 2 is not valid" in sentence
    assert not (tmp_path / "results").exists()


@pytest.fixture(scope="module")
def report(study):
    folder, _ = study
    run = snakemake(folder, "--report", "report.html", run=())
    assert run.returncode == 0, run.stderr[-3000:]
    return folder / "report.html"


def test_the_report_is_one_file_with_captions(report):
    html = report.read_text()
    assert "Recovery" in html and "Real data" in html and "Tables" in html
    assert "the study by ADEMP" in html and "comparison of priors" in html


def test_every_entry_of_the_report_opens_in_a_browser(report, browser):
    problems = report_problems(browser, report)
    assert len(problems) > 40
    assert {entry: found for entry, found in problems.items() if found} == {}


@pytest.mark.parametrize("page", ["index", "answers", "explore", "ademp"])
def test_pages_fit_every_screen_and_their_links_lead_somewhere(study, browser, page):
    assert page_problems(browser, study[0] / f"results/tiny/pages/{page}.html") == []


def test_the_address_keeps_what_is_explored(study, browser):
    page = study[0] / "results/tiny/pages/explore.html"
    browser.get(f"{page.as_uri()}#measure=%22width%22")
    select = "return document.querySelector('#chart select[name={}]')"
    shown = WebDriverWait(browser, 20).until(
        lambda driver: driver.execute_script(f"{select.format('measure')}?.value")
    )
    assert shown == "width"
    browser.execute_script(
        "const select = document.querySelector('#chart select[name=parameter]');"
        "select.value = 'sigma_u0'; select.dispatchEvent(new Event('change'));"
    )
    WebDriverWait(browser, 20).until(lambda driver: "sigma_u0" in driver.current_url)
