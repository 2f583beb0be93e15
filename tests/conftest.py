from copy import copy
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from helpers import ROOT

from recovery.data.longdata import LongData
from recovery.data.read import read_measurements
from recovery.data.scenarios import Design, Truth, days
from recovery.model.families import make_prior
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
def nuts():
    """A sampler of a family's default prior, its model compiled once for all tests of a worker."""
    from recovery.nuts.sampler import NutsSampler, SamplerSettings

    @cache
    def sampler(family: str, formulation: str) -> NutsSampler:
        settings = SamplerSettings(formulation, 4, tune=500, draws=500, target_accept=0.9)
        return NutsSampler(make_prior(family), settings, [0.5, 0.95])

    def with_settings(family: str, formulation: str = "marginal", **settings) -> NutsSampler:
        made = copy(sampler(family, formulation))
        made.settings = replace(made.settings, **settings)
        return made

    return with_settings


@pytest.fixture
def design() -> Design:
    return Design(REML, subjects=18, times=days(10))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20221122)


@pytest.fixture
def in_root(monkeypatch):
    monkeypatch.chdir(ROOT)
