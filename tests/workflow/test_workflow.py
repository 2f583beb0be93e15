"""A whole tiny study through Snakemake, and what a change of the config reruns."""

import numpy as np
import pandas as pd
import pytest
from helpers import ROOT, SHEET, TINY, copied_checkout, planned_jobs, snakemake, tiny_study


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the workflow, so that a test may change its code."""
    return copied_checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def study(tmp_path_factory, checkout):
    folder = tiny_study(tmp_path_factory.mktemp("study"))
    run = snakemake(folder, root=checkout)
    assert run.returncode == 0, run.stderr[-5000:]
    return folder, run


@pytest.fixture
def tables(study):
    folder, _ = study
    return folder / "results/tiny/tables"


def test_every_table_is_there_with_its_rows(tables):
    estimates = pd.read_parquet(tables / "estimates.parquet")
    assert len(estimates) == 2 * 2 * 2 * 7
    assert list(estimates.columns[:5]) == ["scenario", "replicate", "prior", "parameter", "truth"]
    fits = pd.read_csv(tables / "fits.csv")
    assert len(fits) == 8 and fits["status"].isin(["ok", "not_converged"]).all()
    recovery = pd.read_csv(tables / "recovery.csv")
    assert {"rho", "subjects", "days", "replicates", "sigma_u1"} <= set(recovery.columns)
    assert recovery.groupby(["scenario", "prior", "parameter"]).ngroups == 28
    assert len(pd.read_csv(tables / "coverage.csv")) == 14
    assert set(pd.read_csv(tables / "comparison.csv")["reference"]) == {"independent"}
    observed = pd.read_csv(tables / "observed.csv")
    assert list(observed["prior"].unique()) == list(TINY["priors"])
    assert list(observed["formulation"].unique()) == ["marginal", "latent"]


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
    for measure, level in (("bias", None), ("coverage", 0.95)):
        table = recovery[recovery["measure"] == measure]
        table = table[table["level"] == level] if level else table
        expected = table.set_index(keys).sort_index()
        for column in found[measure]:
            np.testing.assert_allclose(found[measure][column], expected[column], rtol=1e-12)
    comparison = pd.read_csv("tables/comparison.csv").dropna(subset="difference")
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
    assert {"study/coverage", "observed/correlation", "observed/lkj_corr/trace"} <= names
    assert {"zip/low", "priors/implied", "study/running_bias"} <= names
    assert len(names) == 1 + 4 * 2 + 4 + 1 + 11 + 2


def test_progress_is_told_while_it_runs(study):
    assert "low | lkj_corr | 1-2: all 2 replicates done in" in study[1].stderr


def test_running_it_again_does_nothing(study, checkout):
    assert planned_jobs(study[0], root=checkout) == {}


@pytest.fixture
def replan(study, checkout):
    """Plan the study after a change of its config; the config is put back afterwards."""
    folder, _ = study
    yield lambda *args, **kwargs: plan(folder, checkout, *args, **kwargs)
    tiny_study(folder)


def plan(folder, checkout, sheet: str = SHEET, **changes):
    """Jobs of the slow rules that a dry run of the changed study would start."""
    tiny_study(folder, sheet, **changes)
    jobs = planned_jobs(folder, root=checkout)
    return {rule: jobs.get(rule, 0) for rule in ("simulate", "fit", "observe")}


def test_a_new_scenario_runs_only_itself(replan):
    jobs = replan(SHEET + "new\t0\t6\t5\n")
    assert jobs == {"simulate": 1, "fit": 2, "observe": 0}


def test_a_scenario_moved_in_the_sheet_runs_nothing(replan):
    header, *rows = SHEET.splitlines(keepends=True)
    assert replan(header + "".join(reversed(rows))) == {"simulate": 0, "fit": 0, "observe": 0}


def test_a_new_prior_runs_only_itself(replan):
    lkj_4 = {"family": "lkj_corr", "label": "LKJ(4)", "eta": 4}
    jobs = replan(priors=TINY["priors"] | {"lkj_4": lkj_4})
    assert jobs == {"simulate": 0, "fit": 2, "observe": 1}


def test_a_changed_prior_reruns_only_itself(replan):
    wider = TINY["priors"]["lkj_corr"] | {"eta": 2}
    jobs = replan(priors=TINY["priors"] | {"lkj_corr": wider})
    assert jobs == {"simulate": 0, "fit": 2, "observe": 1}


def test_a_new_label_refits_nothing(replan):
    renamed = TINY["priors"]["lkj_corr"] | {"label": "by hand"}
    jobs = replan(priors=TINY["priors"] | {"lkj_corr": renamed})
    assert jobs == {"simulate": 0, "fit": 0, "observe": 0}


def test_more_replicates_run_only_the_new_ones(replan):
    assert replan(replicates=4) == {"simulate": 2, "fit": 4, "observe": 0}


def test_a_change_of_the_prior_module_reruns_the_fits(study, checkout):
    priors = checkout / "workflow/scripts/recovery/priors.py"
    before = priors.read_text()
    try:
        priors.write_text(before.replace("from abc import", "from abc  import"))
        jobs = planned_jobs(study[0], root=checkout)
    finally:
        priors.write_text(before)
    assert jobs["fit"] == 4 and jobs["observe"] == 2 and "simulate" not in jobs


def test_code_listed_by_rules_is_the_code_that_scripts_import(checkout):
    """Every module that a script imports, at any depth, is an input of its rule."""
    import ast
    import re

    scripts = checkout / "workflow/scripts"

    def imports(path, package=("recovery",)):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                above = path.relative_to(scripts).parent.parts
                base = above[: len(above) - node.level + 1] if node.level else ()
                parts = (*base, *node.module.split("."))
                if parts[0] == "recovery":
                    yield scripts.joinpath(*parts).with_suffix(".py")

    def closure(path):
        found, todo = set(), [path]
        while todo:
            for module in imports(todo.pop()):
                if module not in found:
                    found.add(module)
                    todo.append(module)
        return {str(module.relative_to(scripts / "recovery").with_suffix("")) for module in found}

    for rules in (checkout / "workflow/rules").glob("*.smk"):
        for block in re.split(r"\n(?=rule )", rules.read_text()):
            script = re.search(r'"../scripts/(\w+\.py)"', block)
            if not script:
                continue
            listed = set(
                re.findall(r'"([\w/]+)"', "".join(re.findall(r"code\((.*?)\)", block, re.S)))
            )
            needed = closure(scripts / script[1]) - {"errors"}
            assert listed == needed, script[1]


def test_the_exact_engine_needs_no_compiled_model(tmp_path, checkout):
    folder = tiny_study(tmp_path, sampler=TINY["sampler"] | {"engine": "exact"})
    table = "results/tiny/tables/recovery.csv"
    assert "compile" not in planned_jobs(folder, table, root=checkout)
    run = snakemake(folder, table, root=checkout)
    assert run.returncode == 0, run.stderr[-5000:]
    bias = pd.read_csv(folder / table).query("measure == 'bias' and prior == 'lkj_corr'")
    assert len(bias) == 14 and bias["estimate"].notna().all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"truth": {"rho": 2}}, "key truth.rho: 2 is out of range"),
        ({"scenarios": "none.tsv"}, "none.tsv: the scenario sheet does not exist"),
    ],
)
def test_a_mistake_is_one_plain_sentence_before_any_job(tmp_path, changes, message):
    run = snakemake(tiny_study(tmp_path, **changes))
    assert run.returncode == 1
    sentence = run.stderr.strip().splitlines()
    assert len(sentence) == 1 and sentence[0].startswith("Error: ") and message in sentence[0]
    assert not (tmp_path / "results").exists()


def test_the_report_is_one_file_with_captions(study, checkout):
    folder, _ = study
    run = snakemake(folder, "--report", "report.html", root=checkout, run=())
    assert run.returncode == 0, run.stderr[-3000:]
    html = (folder / "report.html").read_text()
    assert "Recovery" in html and "Real data" in html and "Tables" in html
    assert "answers and ADEMP" in html and "all tables, sortable" in html
