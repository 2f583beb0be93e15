import hashlib

import numpy as np
import pytest
from helpers import ROOT

from recovery.data.longdata import LongData
from recovery.data.read import read_long_csv
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


def read(tmp_path, text, **columns):
    path = tmp_path / "my.csv"
    path.write_text(text)
    return read_long_csv(path, **{"response": "ms", "time": "day", "group": "id"} | columns)


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
        ("a,1,260", "a,1,", r"my\.csv, line 3, column 'ms': the cell is empty; it must be"),
        ("a,1,260", "a,1,NaN", "line 3, column 'ms': the cell holds 'NaN'"),
        ("a,1,260", "a,1,inf", "line 3, column 'ms': the cell holds 'inf'"),
        ("a,1,260", "a,one,260", "line 3, column 'day': the cell holds 'one'"),
        ("a,1,260", ",1,260", "line 3, column 'id': the cell is empty"),
        ("a,1,260", "NA,1,260", "column 'id': the cell holds 'NA'; every subject needs a name"),
        ("a,1,260,", "a,1,260,x,y", "line 3: 5 cells, but the header has 4"),
        ("a,1,260", "a,0,260", "line 3: subject a has a second row for day = 0"),
        ("a,1,260", "a,0.0,260", "line 3: subject a has a second row"),
        (
            "day",
            "time",
            r"unknown column 'day' .data.time in the config; expected 'id', 'time'",
        ),
        ("day,ms,note", "day,ms,ms", "line 1: duplicate column 'ms'"),
        ("c,", "b,4", r"found 2 subjects .column 'id'.; the model needs at least 3"),
    ],
)
def test_bad_data_are_refused_in_a_sentence(tmp_path, old, new, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, GOOD.replace(old, new))


def test_blank_lines_do_not_matter(tmp_path):
    data = read(tmp_path, GOOD.replace("b,0,240,", "\nb,0,240,") + "\n\n")
    assert data.labels == ("a", "b", "c")
    with pytest.raises(InputError, match="line 4, column 'ms'"):
        read(tmp_path, GOOD.replace("a,1,260", "\na,1,x"))


def test_semicolons_are_no_commas(tmp_path):
    message = "line 1: the header has one cell, 'id;day;ms;note'; separate cells by commas and"
    for decimals in (".5", ",5"):
        with pytest.raises(InputError, match=message):
            read(tmp_path, GOOD.replace(",", ";").replace("0;", f"0{decimals};"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"my\.csv: the data file is empty .data\.path"),
        (b"PK\x03\x04,\x00", r"my\.csv: this is a spreadsheet workbook; save it as text"),
        (GOOD.encode("utf-16"), r"my\.csv: the data file is not UTF-8 text"),
    ],
)
def test_files_that_are_not_text_are_named_for_what_they_are(tmp_path, content, message):
    path = tmp_path / "my.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_long_csv(path, "ms", "day", "id")
    with pytest.raises(InputError, match=r"the data file is a folder; give .*data\.path"):
        read_long_csv(tmp_path, "ms", "day", "id")


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    assert read(tmp_path, "\ufeff" + GOOD).subjects == 3


def test_data_without_an_answer(tmp_path):
    each = "id,day,ms\n" + "".join(f"{g},{d},{d}\n" for d, g in enumerate("abcd"))
    with pytest.raises(InputError, match=r"found 0 subjects of more than one row .column 'id'."):
        read(tmp_path, each)
    constant = "id,day,ms\n" + "".join(f"{g},{d},5\n" for g in "abc" for d in range(3))
    with pytest.raises(InputError, match=r"found 1 different responses .column 'ms'."):
        read(tmp_path, constant)


def test_too_few_times(tmp_path):
    text = "id,day,ms\n" + "".join(f"{g},{d},{d}\n" for g in "abc" for d in (0, 1))
    with pytest.raises(InputError, match=r"found 2 different times .column 'day'."):
        read(tmp_path, text)


@pytest.mark.parametrize("text", ["", "id,day,ms\n", 'id,day,ms\na,"1,2\n'])
def test_files_that_are_no_table(tmp_path, text):
    with pytest.raises(InputError, match=r"my\.csv"):
        read(tmp_path, text)


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_long_csv(tmp_path / "none.csv", "ms", "day", "id")


def test_grid_cells_without_a_measurement_are_left_out():
    grid = np.array([[1.0, np.nan, 3.0], [4.0, 5.0, 6.0]])
    data = LongData.from_grid(grid, np.array([0, 1, 2]))
    np.testing.assert_array_equal(data.time, [0, 2, 0, 1, 2])
    np.testing.assert_array_equal(data.response, [1, 3, 4, 5, 6])


def test_sleepstudy_has_the_documented_checksum():
    folder = ROOT / "config/data"
    checksum = hashlib.sha256((folder / "sleepstudy.csv").read_bytes()).hexdigest()
    assert checksum in (folder / "README.md").read_text()
