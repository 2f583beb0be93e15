"""Small studies of every kind run to their end: those that are documented, and unusual ones."""

import os
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from helpers import ROOT, snakemake

SCALES = ("beta0_sd", "beta1_sd", "sigma_scale", "sigma_u0_scale", "sigma_u1_scale")
AUTO = dict.fromkeys(SCALES, "auto")
ALONE = {"i": {"family": "independent", **AUTO}}
# text of a user's that other languages read in their own way
RESPONSE, TIME, GROUP = "Score (pts), 50% $y_ {z}", "Zeit [Wochen] t₁ $", "Patient ID: #1"
HOSTILE = {
    "i": {"family": "independent", "label": "LKJ_ $x_{$ </script><b>", **AUTO},
    "j": {"family": "lkj_corr", "label": "cost $5 & $x", **AUTO},
}
NO_NUTS = {"replicates": 0, "priors": []}
NOTHING = dict.fromkeys(("sigma_u0", "sigma_u1", "sigma"), 1e-170)
NOTHING |= dict.fromkeys(("beta0", "beta1", "rho"), 0)
README = (ROOT / "config/README.md").read_text()
HEIGHTS = yaml.safe_load(re.search(r"```yaml\n(study: heights.*?)```", README, re.S)[1])


def own_study(folder: Path, priors: dict, **changes) -> Path:
    """A study of a small data set, without NUTS."""
    (folder / "config").mkdir(parents=True)
    rng = np.random.default_rng(1)
    subject, time = np.repeat(np.arange(12), 4), np.tile(np.arange(4), 12)
    line = rng.normal(50, 5, 12)[subject] + rng.normal(-2, 1, 12)[subject] * time
    table = pd.DataFrame({GROUP: subject, TIME: time, RESPONSE: line + rng.normal(0, 2, 48)})
    table.to_csv(folder / "data.csv", index=False)
    (folder / "s.tsv").write_text("scenario\tdesign\nonly\tdata\n")
    config = {
        "study": "t",
        "data": {"path": "data.csv", "response": RESPONSE, "time": TIME, "group": GROUP},
        "truth": "data",
        "scenarios": "s.tsv",
        "replicates": 3,
        "sampler": NO_NUTS,
        "priors": priors,
    }
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config | changes))
    return folder


def ended(folder: Path, *arguments: str) -> tuple[Path, str]:
    """The results of a study that ran to its end, and its answer."""
    run = snakemake(folder, *arguments)
    assert run.returncode == 0, run.stderr[-3000:]
    (results,) = (folder / "results").iterdir()
    return results, (results / "pages/answer.txt").read_text()


@pytest.mark.slow
def test_a_user_s_text_stays_text(tmp_path, monkeypatch):
    """In figures, pages and on a terminal without its letters."""
    monkeypatch.setitem(os.environ, "PYTHONIOENCODING", "ascii")
    results, answer = ended(own_study(tmp_path / "a folder", HOSTILE))
    assert "15 subjects" in answer or "12 subjects" in answer
    for page in (results / "pages").rglob("*.html"):
        text = page.read_text()
        assert "</script><b>" not in text, page
        assert text.count("<script") == text.count("</script>"), page
    assert "\\u003c/script\\u003e" in (results / "pages/explore.html").read_text()
    assert set(pd.read_csv(results / "tables/recovery.csv")["label"]) == {
        block["label"] for block in HOSTILE.values()
    }


@pytest.mark.slow
def test_the_example_of_the_config_s_readme(tmp_path):
    folder = own_study(tmp_path / "a", **HEIGHTS | {"replicates": 1, "sampler": NO_NUTS})
    header = {GROUP: "child", TIME: "step", RESPONSE: "height"}
    pd.read_csv(folder / "data.csv").rename(columns=header).to_csv(folder / "heights.csv")
    shutil.copy(folder / "s.tsv", folder / "scenarios.tsv")
    assert ended(folder)[1].startswith("No prior can be judged")  # by one data set


@pytest.mark.slow
def test_independent_alone_whose_fits_all_failed_says_so(tmp_path):
    """One prior, no NUTS, one scenario: tables without rows keep their columns."""
    results, answer = ended(own_study(tmp_path / "a", ALONE, truth=NOTHING))
    assert answer.startswith("Warning: over 1 % of the fits failed")
    assert answer.splitlines()[-1].startswith("No prior can be judged")
    for name in ("comparison", "control", "accuracy"):
        table = pd.read_csv(results / f"tables/{name}.csv")
        assert table.empty and len(table.columns) > 9, name
    page = (results / "pages/answers.html").read_text()
    assert "3 of 3 under i" in page and "No prior can be judged" in page


METHODS = {"full": 12, "effects": 2, "arms": 8, "scales": 40, "other_priors": 12}
"""Priors and REML of the configs; the others have those of config.yaml but LKJ(1.5)."""
CONFIGS = ("full", "effects", "nuts", "scale", "arms", "scales", "other_priors", "latent")


@pytest.mark.slow
@pytest.mark.parametrize("name", CONFIGS)
def test_every_config_runs_to_its_end(tmp_path, name):
    """With two data sets and, where NUTS is what the config is about, one prior by NUTS.

    Each is merged over config.yaml, and run as its first lines say.
    """
    shutil.copytree(ROOT / "config", tmp_path / "config")
    sheet = {"scenario": ["a"], "rho": [0.5], "subjects": [6]}
    sheet |= {"design": ["data"]} if name in ("arms", "effects") else {}
    sheet |= {"sigma_u2": [2.7]} if name == "effects" else {}
    pd.DataFrame(sheet).to_csv(tmp_path / "s.tsv", sep="\t", index=False)
    sampler = {"priors": ["independent"], "chains": 2, "tune": 50, "draws": 50}
    changes = {
        "scenarios": "s.tsv",
        "replicates": 2,
        "data": {"formulations": ["marginal"]},
        "sampler": sampler if name in ("nuts", "effects", "latent") else NO_NUTS,
    }
    (tmp_path / "config/tiny.yaml").write_text(yaml.safe_dump(changes))
    files = [str(tmp_path / f"config/{file}.yaml") for file in (name, "tiny")]
    run = snakemake(
        tmp_path, *([] if name in ("full", "effects") else ["tables"]), "--configfile", *files
    )
    assert run.returncode == 0, run.stderr[-3000:]
    (results,) = (tmp_path / "results").iterdir()
    priors = set(pd.read_csv(results / "tables/recovery.csv")["prior"])
    assert len(priors) == METHODS.get(name, 5)
    if name == "effects":
        run = snakemake(tmp_path, "sample_size", "--configfile", *files)
        assert run.returncode != 0 and "Error: sample_size is for two random effects" in run.stderr
        assert (results / "figures/observed/effects_2.png").exists()
