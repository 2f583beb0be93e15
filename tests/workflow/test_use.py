"""The ways to make the study one's own: as a module, from the catalog, by the worked examples."""

import re
import subprocess
import sys
from itertools import product

import numpy as np
import pandas as pd
import pytest
import yaml
from helpers import EXACT_ONLY, ROOT, TINY, copied_checkout, planned_jobs, snakemake, tiny_study

from recovery.data.read import read_measurements
from recovery.exact.posterior import exact_posterior
from recovery.model.families import make_prior

MODULE = """
configfile: "config/config.yaml"
module recovery:
    snakefile: "{root}/Snakefile"
    config: config
use rule * from recovery as recovery_*
rule mine:
    default_target: True
    input: rules.recovery_all.input
"""


def test_another_workflow_uses_it_as_a_module(tmp_path):
    folder = tiny_study(tmp_path)
    (folder / "Snakefile").write_text(MODULE.format(root=ROOT))
    jobs = planned_jobs(folder, root=folder)
    assert jobs["mine"] == 1 and jobs["recovery_fit_nuts"] == 2 and jobs["recovery_fit_exact"] == 2


def test_the_catalog_finds_what_it_looks_for(tmp_path):
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    assert usage["software-stack-deployment"]["conda"] and usage["report"]
    assert (ROOT / "config/README.md").exists()
    folder = tiny_study(tmp_path)
    found, here = (planned_jobs(folder, root=root) for root in (ROOT / "workflow", ROOT))
    assert found.pop("everything") == here.pop("all") == 1 and found == here


FEW = {"independent": TINY["priors"]["independent"]}
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
PRIOR, MEASURE = re.findall(r"```python\n(.*?)```", CONTRIBUTING, re.S)  # as they stand there


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """One for all tests of this file."""
    return copied_checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture
def family(checkout):
    path = checkout / "workflow/scripts/recovery/model/priors/lkj_corr_gamma.py"
    path.unlink(missing_ok=True)
    return path


@pytest.fixture(scope="module")
def measure(checkout):
    with open(checkout / "workflow/scripts/recovery/summaries/measures.py", "a") as file:
        file.write(MEASURE)


def test_a_new_family_reruns_only_its_own_fits(tmp_path, checkout, family):
    """One new file and one block, in a dry run of a finished study."""
    alone = {"sampler": EXACT_ONLY | {"priors": []}}
    folder = tiny_study(tmp_path, priors=FEW, **alone)
    table = "results/tiny/tables/fits/low.parquet"
    run = snakemake(folder, table)
    assert run.returncode == 0, run.stderr[-3000:]
    family.write_text(PRIOR)
    assert planned_jobs(folder, table, root=checkout) == {}
    more = FEW | {"gamma": {"family": family.stem, "label": "Gamma"}}
    tiny_study(folder, priors=more, **alone)
    # exact batches hold all priors and cost little; by NUTS see test_workflow.py
    jobs = planned_jobs(folder, table, root=checkout)
    assert jobs == {"compile_exact": 1, "fit_exact": 1, "measure": 1}


@pytest.mark.slow
def test_a_fifth_prior_and_a_new_measure_are_in_the_tables(tmp_path, checkout, family, measure):
    family.write_text(PRIOR)
    priors = {"gamma": {"family": family.stem, "label": "Gamma"}}
    folder = tiny_study(tmp_path, priors=priors, sampler=EXACT_ONLY, replicates=4)
    run = snakemake(folder, "results/tiny/tables/recovery.csv", root=checkout)
    assert run.returncode == 0, run.stderr[-3000:]
    table = pd.read_csv(folder / "results/tiny/tables/recovery.csv")
    errors = table.query("measure == 'absolute_error' and prior == 'gamma'")
    assert len(errors) == 14 and (errors["estimate"] > 0).all() and (errors["mcse"] > 0).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tests", "name", "count"),
    [("test_priors.py", "lkj_corr_gamma", 7), ("test_measures.py", "absolute_error", 2)],
)
def test_what_was_added_is_tested(checkout, family, measure, tests, name, count):
    """Without further code."""
    family.write_text(PRIOR)
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", f"tests/unit/{tests}", "-k", name]
    run = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-3000:]
    assert f"{count} passed" in run.stdout


def test_calibration_of_given_ranks(tmp_path):
    """From the ranks on: the fits that `snakemake sbc` makes first take too long for a test."""
    folder = tiny_study(tmp_path, sbc={"replicates": 100, "exact_replicates": 100})
    rng = np.random.default_rng(1)
    for prior, method in product(TINY["priors"], ("marginal", "exact")):
        wrong = (prior, method) == ("lkj_corr", "exact")
        rows = [
            (number, name, "ok", rank := 0 if wrong and name == "rho" else int(rng.integers(101)),
             (rank + rng.random()) / 101)
            for number in range(1, 101) for name in ("sigma_u0", "rho")
        ]  # fmt: skip
        ranks = pd.DataFrame(rows, columns=["replicate", "quantity", "status", "rank", "pit"])
        path = folder / "results/tiny/sbc/ranks" / prior / method / "1-100.parquet"
        path.parent.mkdir(parents=True)
        ranks.to_parquet(path, index=False)
    run = snakemake(folder, "sbc", "--allowed-rules", "sbc")
    assert run.returncode == 0, run.stdout + run.stderr
    table = pd.read_csv(folder / "results/tiny/tables/sbc.csv")
    assert table["n"].eq(100).all() and len(table) == 8
    assert table.loc[~table["calibrated"], ["prior", "method", "quantity"]].values.tolist() == [
        ["lkj_corr", "exact", "rho"]
    ]
    assert run.stdout.count("sbc | ") == 1


def test_the_model_of_the_readme_runs_as_printed(in_root):
    """Its posterior means are those of the exact engine, within Monte Carlo error."""
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    run = {}
    exec(code, run)
    data = read_measurements("config/data/sleepstudy.csv", "Reaction", "Days", "Subject").data
    prior = make_prior("lkj_cholesky_cov", eta=1.5, beta_prior_at="means")
    exact = exact_posterior(data, prior.for_design(data.time)).moments
    (mean, sd), (slope, _) = exact["beta0"], exact["beta1"]
    exact["beta0"] = mean + data.time.mean() * slope, sd  # the code's beta0 is at the mean time
    posterior = run["draws"]["posterior"]
    for name in ("beta0", "beta1", "sigma", "rho"):
        mean, sd = exact[name]
        assert abs(float(posterior[name].mean()) - mean) < 4 * sd / np.sqrt(400), name
    for effect, name in (("intercept", "sigma_u0"), ("slope", "sigma_u1")):
        mean, sd = exact[name]
        own = float(posterior["sigma_u"].sel(effect=effect).mean())
        assert abs(own - mean) < 4 * sd / np.sqrt(400), name
