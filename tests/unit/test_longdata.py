import gzip
import hashlib
import re
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from helpers import ROOT

from recovery.data.longdata import LongData
from recovery.data.read import read_measurements
from recovery.errors import InputError

GOOD = """id,day,ms,note
a,0,250,x
a,1,260,
a,2,270,
b,0,240,
b,2,250,
c,1,255,
c,3,265,
"""


def measured(tmp_path, text, **options):
    path = tmp_path / "my.csv"
    path.write_text(text)
    return read_measurements(path, **{"response": "ms", "time": "day", "group": "id"} | options)


def read(tmp_path, text, **columns):
    return measured(tmp_path, text, **columns).data


def test_unbalanced_data_with_other_names_are_read(tmp_path):
    data = read(tmp_path, GOOD)
    assert data.labels == ("a", "b", "c")
    np.testing.assert_array_equal(data.subject, [0, 0, 0, 1, 1, 2, 2])
    np.testing.assert_array_equal(data.response, [250, 260, 270, 240, 250, 255, 265])


def test_sleepstudy_is_the_published_one(sleepstudy):
    assert sleepstudy.subjects == 18
    assert len(sleepstudy.response) == 180
    assert sleepstudy.response.mean() == pytest.approx(298.5079, abs=1e-4)


def test_row_order_does_not_matter(tmp_path):
    lines = GOOD.splitlines()
    shuffled = [lines[0], *(lines[i] for i in (3, 1, 2, 5, 4, 6, 7))]
    first, second = read(tmp_path, GOOD), read(tmp_path, "\n".join(shuffled))
    np.testing.assert_array_equal(first.response, second.response)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("a,1,260", "a,1,x", r"my\.csv, line 3, column 'ms': the cell holds 'x'; it must be"),
        ("a,1,260", "a,inf,260", "line 3, column 'day': the cell holds 'inf'"),
        ("a,1,260", "NA,1,260", "column 'id': the cell holds 'NA'; every subject needs a name"),
        ("a,1,260,", "a,1,260,x,y", "line 3: 5 cells, but the header has 4"),
        ("a,1,260,", '"a,1,260,', "line 3: not a valid row .*; look for a quote that is not"),
        ("a,1,260,", '"a,1\nb,2",1,260,', "line 3, column 'id': .* it has a line break"),
        ("day", "time", "unknown column 'day' .data.time in the config; expected 'id', 'time'"),
        ("day,ms,note", "day,ms,ms", "duplicate column 'ms'"),
        ("c,", "b,4", r"found 2 subjects .column 'id'.; the model needs at least 3"),
    ],
)
def test_bad_data_are_refused_in_a_sentence(tmp_path, old, new, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, GOOD.replace(old, new))


def test_semicolons_are_no_commas(tmp_path):
    message = "the header has one cell, 'id;day;ms;note'; separate cells by commas and"
    with pytest.raises(InputError, match=message):
        read(tmp_path, GOOD.replace(",", ";").replace("0;", "0,5;"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04,\x00", "is an Excel workbook .* save it as text in UTF-8"),
        (GOOD.encode("utf-16"), "is UTF-16 text"),
        (GOOD.replace("a,", "ä,").encode("latin-1"), "is not UTF-8 text"),
        (b"\x1f\x8bhalf", "cannot be read .Compressed file"),
        (b"PAR1half", "not a valid parquet file"),
    ],
)
def test_files_that_are_not_text_are_named_for_what_they_are(tmp_path, content, message):
    path = tmp_path / "my.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"my\.csv: .*{message}"):
        read_measurements(path, "ms", "day", "id")


def test_a_path_that_is_no_file(tmp_path):
    with pytest.raises(InputError, match=r"the data file .data\.path .* cannot be read .Is a dir"):
        read_measurements(tmp_path, "ms", "day", "id")
    with pytest.raises(InputError, match=r"the data file .* does not exist"):
        read_measurements(tmp_path / "none.csv", "ms", "day", "id")


def test_data_without_an_answer(tmp_path):
    two_days = "id,day,ms\n" + "".join(f"{g},{d},{d}\n" for g in "abc" for d in (0, 1))
    with pytest.raises(InputError, match=r"found 2 different times .column 'day'."):
        read(tmp_path, two_days)
    each = "id,day,ms\n" + "".join(f"{g},{d},{d}\n" for d, g in enumerate("abcd"))
    with pytest.raises(InputError, match=r"found 0 subjects with several times .column 'id'."):
        read(tmp_path, each)
    constant = "id,day,ms\n" + "".join(f"{g},{d},5\n" for g in "abc" for d in range(3))
    with pytest.raises(InputError, match=r"found 1 different responses .column 'ms'."):
        read(tmp_path, constant)


def test_grid_cells_without_a_measurement_are_left_out():
    grid = np.array([[1.0, np.nan, 3.0], [4.0, 5.0, 6.0]])
    data = LongData.from_grid(grid, np.array([0, 1, 2]))
    np.testing.assert_array_equal(data.time, [0, 2, 0, 1, 2])
    np.testing.assert_array_equal(data.response, [1, 3, 4, 5, 6])


def test_sleepstudy_has_the_documented_checksum():
    folder = ROOT / "config/data"
    checksum = hashlib.sha256((folder / "sleepstudy.csv").read_bytes()).hexdigest()
    assert checksum in (folder / "README.md").read_text()


# the same table as spreadsheets, R and people write it
WRITTEN = {
    "blank columns": GOOD.replace("note\n", "note,,,\n").replace(",\n", ",,,\n"),
    "blanks in the header": GOOD.replace("id,day,ms", "id, day , ms"),
    "another column twice": GOOD.replace("note", "note,note").replace(",\n", ",,\n"),
    "Excel's first line": "SEP=,\n" + GOOD,
    "row numbers": "\n".join(
        f"{i},{line}" if i else f",{line}" for i, line in enumerate(GOOD.split("\n")) if line
    ),
    "a line break in a name": GOOD.replace("note", '"note\nof mine"'),
    "blank lines": "\n,,,\n" + GOOD.replace("b,0,240,", "\nb,0,240,"),
    "Windows": "\ufeff" + GOOD.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN.keys())
def test_tables_as_people_write_them(tmp_path, text):
    expected, data = read(tmp_path, GOOD), read(tmp_path, text)
    np.testing.assert_array_equal(data.response, expected.response)
    assert data.labels == expected.labels


def test_line_numbers_count_lines(tmp_path):
    """After a quoted line break, in the header or in a row, too."""
    text = GOOD.replace("note", '"note\nof mine"').replace("260,", '260,"two\nlines"')
    with pytest.raises(InputError, match="line 6, column 'ms': the cell holds 'x'"):
        read(tmp_path, text.replace("a,2,270", "a,2,x"))


def test_compressed_and_parquet_files_are_read(tmp_path):
    expected = read(tmp_path, GOOD)
    (tmp_path / "my.csv.gz").write_bytes(gzip.compress(GOOD.encode()))
    pd.read_csv(tmp_path / "my.csv").to_parquet(tmp_path / "my.parquet")
    for name in ("my.csv.gz", "my.parquet"):
        data = read_measurements(tmp_path / name, "ms", "day", "id").data
        np.testing.assert_array_equal(data.response, expected.response)
        assert data.labels == expected.labels


@pytest.mark.parametrize("cell", ["", "NA"])
def test_rows_without_a_value_are_left_out_and_counted(tmp_path, cell):
    text = GOOD.replace("a,1,260", f"a,1,{cell}").replace("b,2,", f"b,{cell},") + "b,5,270,\n"
    found = measured(tmp_path, text)
    assert len(found.data.response) == 6
    left_out, unused = found.notes
    assert left_out == "2 of 8 rows are left out: 1 without 'ms', 1 without 'day'."
    assert unused == "Columns that are not used: 'note'."
    with pytest.raises(InputError, match=r"line [36], column '(ms|day)': the cell"):
        measured(tmp_path, text, incomplete="refuse")


def test_two_rows_at_one_time_are_measurements(tmp_path):
    """Pupils of a school with one intake score; whole rows that are equal are counted apart."""
    found = measured(tmp_path, GOOD + "a,1,261,\na,1,260,\nb,0,240,x\n")
    assert len(found.data.response) == 10 and found.data.patterns()[0] == (0, 1, 1, 1, 2)
    assert (
        "Further measurements of a subject at a time that it has already: 3 rows, 1 of them "
        "identical in every column, which is usually a mistake." in found.notes
    )


@pytest.mark.parametrize("other", ["A", "1.0", "e\u0301"])
def test_names_that_are_nearly_one_get_a_warning(tmp_path, other):
    first = {"A": "a", "1.0": "1", "e\u0301": "\xe9"}[other]
    text = GOOD.replace("a,", f"{first},") + f"{other},0,251,\n{other},1,262,\n"
    (warning,) = measured(tmp_path, text).warnings
    assert warning.startswith("Names of subjects that are nearly the same (1), such as")
    big = [f"{2**60 + n},{day},{day + 5},\n" for n in (1, 2) for day in range(3)]
    assert measured(tmp_path, GOOD + "".join(big)).warnings == []


def test_what_was_left_out_is_said_where_too_little_is_left(tmp_path):
    text = re.sub(r",2\d0,", ",.,", GOOD).replace(",255,", ",.,").replace(",265,", ",.,")
    with pytest.raises(InputError, match="7 of 7 rows are left out: 7 without 'ms'"):
        measured(tmp_path, text)


def test_parquet_s_index_and_float_names(tmp_path):
    table = pd.read_csv(StringIO(GOOD)).assign(id=[1.0, 1, 1, 2, 2, 3, 3])
    table.set_index("id").to_parquet(tmp_path / "my.parquet")
    data = read_measurements(tmp_path / "my.parquet", "ms", "day", "id").data
    assert data.labels == ("1", "2", "3")


def scale(*values):
    rows = "".join(f"p{i % 4},{i // 4},{value}\n" for i, value in enumerate(values))
    return "id,day,ms\n" + rows


@pytest.mark.parametrize(
    ("values", "held"),
    [
        ([*range(20, 36), -9, -9], "2 cells of 'ms' hold -9"),
        ([*range(20, 36), 999, 998, 999], "3 cells of 'ms' hold 998 and 999"),
        ([*range(20, 36), 999], ""),  # once: an outlier
        ([0, 0, 0, *range(1, 16)], ""),  # the floor of a scale
        # two answers
        ([1, 5] * 8, "'ms' has two values only; the model is for continuous responses."),
    ],
)
def test_a_code_for_missing_values_gets_a_warning(tmp_path, values, held):
    warnings = measured(tmp_path, scale(*values)).warnings
    assert [warning.partition(",")[0] for warning in warnings] == ([held] if held else [])
