"""Ranks of calibration: their prior and method are the names of folders."""

import pandas as pd

from recovery.summaries.stack import read_batches


def test_folders_become_columns(tmp_path):
    for prior in ("b", "a"):
        folder = tmp_path / prior / "exact"
        folder.mkdir(parents=True)
        pd.DataFrame({"replicate": [1, 2]}).to_parquet(folder / "1-2.parquet")
    paths = [tmp_path / prior / "exact" / "1-2.parquet" for prior in ("b", "a")]
    table = read_batches(paths, ["prior", "method"])
    assert table["prior"].to_list() == ["b", "b", "a", "a"]
    assert set(table["method"]) == {"exact"} and table["replicate"].to_list() == [1, 2, 1, 2]
    assert list(read_batches(paths).columns) == ["replicate"]
