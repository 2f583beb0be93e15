"""Whatever stands in a config, a sheet or a data file: a valid study or one plain sentence."""

import copy
import shutil

import pytest
from helpers import DEMO, ROOT, SHEET
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from recovery.errors import InputError
from study.check import check_study, check_yaml

RUNS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
cells = st.text(max_size=8) | st.integers().map(str) | st.floats().map(str)
columns = st.sampled_from([*SHEET.splitlines()[0].split("\t"), "missing", "times", "rhoo"])


def keys(block: dict, above: tuple = ()) -> list[tuple]:
    """Every key of the config, as a path."""
    found = []
    for key, value in block.items():
        found.append((*above, key))
        found += keys(value, (*above, key)) if isinstance(value, dict) else []
    return found


def valid_or_a_sentence(check, argument) -> None:
    try:
        check(argument)
    except InputError as error:
        message = str(error)
        assert message.strip() and "\n" not in message and message.endswith("."), message


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "config", tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@RUNS
@given(path=st.sampled_from(keys(DEMO)), value=values)
@example(path=("truth", "beta0"), value=10**400)
@example(path=("data", "path"), value="config\x00")
def test_any_value_of_any_key(folder, path, value):
    config = copy.deepcopy(DEMO)
    block = config
    for key in path[:-1]:
        block = block[key]
    block[path[-1]] = value
    valid_or_a_sentence(check_study, config)


@RUNS
@given(content=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_for_any_file(folder, content):
    (folder / "file").write_bytes(content)
    valid_or_a_sentence(check_yaml, folder / "file")
    valid_or_a_sentence(check_study, copy.deepcopy(DEMO) | {"scenarios": "file"})
    valid_or_a_sentence(check_study, copy.deepcopy(DEMO) | {"data": {"path": "file"}})


@RUNS
@given(
    header=st.lists(columns, min_size=1, max_size=5),
    rows=st.lists(st.lists(cells, min_size=1, max_size=6), max_size=4),
)
def test_any_sheet(folder, header, rows):
    text = "\n".join("\t".join(row) for row in [header, *rows])
    (folder / "sheet.tsv").write_text(text, encoding="utf-8", errors="surrogatepass")
    valid_or_a_sentence(check_study, copy.deepcopy(DEMO) | {"scenarios": "sheet.tsv"})


@RUNS
@given(rows=st.lists(st.tuples(cells, cells, st.sampled_from("abcd")), max_size=14))
def test_any_data(folder, rows):
    lines = ["Reaction,Days,Subject", *(",".join(row) for row in rows)]
    (folder / "data.csv").write_text("\n".join(lines), encoding="utf-8", errors="surrogatepass")
    valid_or_a_sentence(check_study, copy.deepcopy(DEMO) | {"data": {"path": "data.csv"}})


@pytest.mark.parametrize("name", ["../../out", "a;touch hacked", "a{b}"])
def test_ids_that_are_no_file_names_are_refused(folder, name):
    (folder / "sheet.tsv").write_text(f"scenario\trho\n{name}\t0\n")
    priors = {name: {"family": "lkj_corr"}}
    for change in ({"scenarios": "sheet.tsv"}, {"priors": priors}, {"study": name}):
        with pytest.raises(InputError):
            check_study(copy.deepcopy(DEMO) | change)
