from functools import cache

import numpy as np
import pytest
from filelock import FileLock
from helpers import ROOT

from recovery.data.longdata import LongData
from recovery.data.read import read_measurements
from recovery.data.scenarios import Design, Truth, days
from study.truth import TRUTH


def pytest_collection_modifyitems(items):
    """Mark the tests that need a SLURM or a browser, by the fixtures that they use."""
    for item in items:
        for fixture, marker in (("cluster", "slurm"), ("browser", "browser")):
            if fixture in item.fixturenames:
                item.add_marker(marker)


REML = Truth(**TRUTH)


@pytest.fixture(scope="session")
def sleepstudy() -> LongData:
    return read_measurements(
        ROOT / "config/data/sleepstudy.csv", "Reaction", "Days", "Subject"
    ).data


@pytest.fixture(scope="session")
def model_file(tmp_path_factory, worker_id):
    """Compile a family's default model, once for all tests of all workers."""
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent  # that of the run, not of the worker

    @cache
    def compiled(family: str, variant: str):
        from recovery.fitting.compiled import compile_model, load_model, save_model
        from recovery.model.families import make_prior
        from recovery.model.formulations import variant_template
        from recovery.model.pymc_models import MODELS

        path = folder / f"{family}-{variant}.model"
        with FileLock(f"{path}.lock"):
            if not path.exists():
                model = MODELS[variant.split("-")[0]](variant_template(variant), make_prior(family))
                save_model(compile_model(model), path)
        return load_model(path)

    return compiled


@pytest.fixture
def design() -> Design:
    return Design(REML, subjects=18, times=days(10))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20221122)


@pytest.fixture
def in_root(monkeypatch):
    monkeypatch.chdir(ROOT)
