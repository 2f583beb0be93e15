"""Machine code on disk: checked before use, rebuilt where damaged, never that of older code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT

PROGRAM = """
import sys; sys.path.insert(0, sys.argv[1])
import numpy as np
from recovery.kernels.marginals import draw_errors, quantiles
x = np.linspace(1.0, 2.0, 9)
print(np.array([*quantiles(x, x, x - 1.0, x[1:3] - 1.0), *draw_errors(x)]).tobytes().hex())
"""
SCRIPTS = ROOT / "workflow/scripts"


def start(cache, scripts=SCRIPTS, **environment):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache)} | environment
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(scripts)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    run = start(folder)
    return folder, run.communicate()[0]


def flip(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]


def test_a_damaged_cache_is_rebuilt_by_several_jobs_at_once(cache):
    folder, expected = cache
    files = sorted(folder.rglob("*.nb?"))
    assert len(files) == 4 and expected
    damages = flip, flip, lambda content: content[: len(content) // 2], lambda content: b""
    for path, damage in zip(files, damages, strict=True):
        path.write_bytes(damage(path.read_bytes()))
    runs = [start(folder) for _ in range(3)]
    assert [run.communicate()[0] for run in runs] == [expected] * 3
    assert start(folder).communicate()[0] == expected


def test_a_cache_that_cannot_be_written_is_refused(tmp_path):
    """Else numba would take a folder of its own, which is not named by the code."""
    (tmp_path / "file").write_text("")
    run = start(tmp_path / "file")
    _, errors = run.communicate()
    assert run.returncode != 0 and "set NUMBA_CACHE_DIR to a folder that can" in errors


def test_a_read_only_checkout_keeps_its_code_in_the_user_s_cache(tmp_path, monkeypatch):
    from recovery.kernels import compilation

    usual = compilation.FOLDER / "__pycache__"
    monkeypatch.setattr(compilation.settings, "CACHE_DIR", "")
    monkeypatch.setattr(compilation.platformdirs, "user_cache_path", lambda name: tmp_path / name)
    assert compilation.cache_folder().parent == usual
    writable = compilation._writable
    monkeypatch.setattr(
        compilation, "_writable", lambda folder: usual not in folder.parents and writable(folder)
    )
    folder = compilation.cache_folder()
    assert (
        folder.parent == tmp_path / "lkj-recovery" and folder.name == Path(compilation.CACHE).name
    )
