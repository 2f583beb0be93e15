"""Failures of the machine end a job; only failures of the data are rows."""

import errno
import os
import subprocess
import sys

import numpy as np
import pytest
from helpers import ROOT

from recovery.data.longdata import LongData
from recovery.errors import FAILURES_OF_DATA, FitError
from recovery.exact import batch
from recovery.exact import tables as exact
from recovery.exact.tables import ExactEngine, exact_batch
from recovery.model.families import make_prior
from recovery.parameters import PARAMETERS
from recovery.reml import tables as reml
from recovery.reml.tables import reml_batch

DATA = LongData.from_grid(np.random.default_rng(1).normal(250, 30, (6, 4)), np.arange(4.0))
TRUTHS = np.ones((1, len(PARAMETERS)))
OF_THE_MACHINE = [OSError(28, "No space left on device"), ValueError()]
OF_THE_DATA = [FitError("x"), np.linalg.LinAlgError("x")]


def fit_exactly():
    return exact_batch([DATA], make_prior("independent"), [0.95], TRUTHS, [1], [1]).fits["status"]


def draw_exactly():
    return [ExactEngine(make_prior("independent"), [0.95], 10).fit(DATA, 1).diagnostics.status]


def fit_by_reml():
    return reml_batch([DATA], [0.95], TRUTHS, [1]).fits["status"]


@pytest.fixture
def broken(monkeypatch, request):
    """A fit whose arithmetic raises an error."""

    def raises(error):
        def solve(*arguments):
            raise error

        monkeypatch.setattr(batch, "solve", solve)
        monkeypatch.setattr(exact, "exact_posterior", solve)
        monkeypatch.setattr(reml, "reml_rows", solve)

    return raises


@pytest.mark.parametrize("fit", [fit_exactly, draw_exactly, fit_by_reml])
@pytest.mark.parametrize("error", OF_THE_MACHINE, ids=lambda error: type(error).__name__)
def test_a_failure_of_the_machine_ends_the_job(broken, fit, error):
    broken(error)
    with pytest.raises(type(error)):
        fit()


@pytest.mark.parametrize("fit", [fit_exactly, draw_exactly, fit_by_reml])
@pytest.mark.parametrize("error", OF_THE_DATA, ids=lambda error: type(error).__name__)
def test_a_failure_of_the_data_is_a_row(broken, fit, error):
    broken(error)
    assert list(fit()) == ["failed"]


def test_a_full_disk_is_reported_in_a_sentence(tmp_path):
    error = f"OSError({errno.ENOSPC}, 'No space left on device')"  # as a write to such a disk ends
    job = f"from jobs.log import open_log\nopen_log('log')\nraise {error}"
    run = subprocess.run(
        [sys.executable, "-c", job],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow/scripts")},
        capture_output=True,
        text=True,
        check=False,
    )
    said = "Error: the disk is full; free some space and rerun (finished work is kept).\n"
    assert run.stderr == said and said in (tmp_path / "log").read_text()


def test_nothing_catches_more():
    for path in (ROOT / "workflow/scripts/recovery").rglob("*.py"):
        if path.name != "files.py":  # which names the file and raises again
            assert "except Exception" not in path.read_text(), path
    for error in (ValueError, OSError, RuntimeError):
        assert not issubclass(error, FAILURES_OF_DATA)
