"""Files are written as a whole; a damaged one is named, with how to recreate it."""

import pandas as pd
import pytest

from recovery.errors import InputError
from recovery.files import read_table, reading, write_table, written_whole


@pytest.mark.parametrize(("name", "content"), [("a.parquet", b"PAR1 half a file"), ("a.csv", b"")])
def test_a_damaged_table_is_named(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"{name}: the file is damaged .*; delete it and repeat"):
        read_table(path)
    assert path.exists()


@pytest.mark.parametrize("error", [MemoryError(), PermissionError(13, "no")])
def test_errors_of_the_machine_are_not_the_file_s(tmp_path, error):
    with pytest.raises(type(error)), reading(tmp_path):
        raise error


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_table(tmp_path / "none.parquet")


@pytest.mark.parametrize("name", ["a.parquet", "a.csv"])
def test_a_write_that_fails_leaves_the_file_before(tmp_path, name):
    path = tmp_path / name
    table = pd.DataFrame({"scenario": ["01"], "x": [1.5]})
    write_table(table, path)
    with pytest.raises(OSError, match="full"), written_whole(path) as part:
        part.write_text("half")
        raise OSError("full")
    pd.testing.assert_frame_equal(read_table(path), table)
    assert list(tmp_path.iterdir()) == [path]
