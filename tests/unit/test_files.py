"""Broken intermediate files go; good ones stay, whatever else went wrong."""

import pytest

from recovery.errors import InputError
from recovery.files import delete_if_corrupt


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"")
    return path


@pytest.mark.parametrize("error", [ValueError("no magic bytes"), OSError("truncated file")])
def test_a_file_that_cannot_be_read_goes(path, error):
    with (
        pytest.raises(InputError, match="corrupt file deleted"),
        delete_if_corrupt(path),
    ):
        raise error
    assert not path.exists()


@pytest.mark.parametrize(
    "error", [MemoryError(), ImportError(), PermissionError(13, "no"), OSError(24, "too many")]
)
def test_what_is_no_fault_of_the_file_leaves_it(path, error):
    with pytest.raises(type(error)), delete_if_corrupt(path):
        raise error
    assert path.exists()


def test_a_missing_file_is_told_as_such(path):
    with pytest.raises(FileNotFoundError), delete_if_corrupt(path):
        path.with_name("none").open()
    assert path.exists()
