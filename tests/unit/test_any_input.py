"""Whatever stands in a config, a sheet or a data file: a valid study or one plain sentence."""

import copy
import shutil

import pytest
import yaml
from helpers import ROOT, SHEET
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from recovery.errors import InputError
from study.check import check_study, check_yaml

DEMO = yaml.safe_load((ROOT / "config/config.yaml").read_text())
RUNS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from([10**400, "data", "../x", "$(touch hacked)", "a/b", "nan", "é\n"])
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def paths(block: dict, above: tuple = ()) -> list[tuple]:
    """Every key of the config, as a path."""
    found = []
    for key, value in block.items():
        found.append((*above, key))
        if isinstance(value, dict):
            found += paths(value, (*above, key))
    return found


def valid_or_a_sentence(config: dict) -> None:
    try:
        check_study(config)
    except InputError as error:
        message = str(error)
        assert message.strip() and "\n" not in message and message.endswith("."), message


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "config", tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@RUNS
@given(path=st.sampled_from(paths(DEMO)), value=values)
@example(path=("sampler", "draws"), value=10**400)
@example(path=("truth", "beta0"), value=float("nan"))
@example(path=("priors", "lkj_corr", "eta"), value=10**400)
@example(path=("data", "path"), value="config\x00")
@example(path=("scenarios",), value="config")
def test_any_value_of_any_key(folder, path, value):
    config = copy.deepcopy(DEMO)
    block = config
    for key in path[:-1]:
        block = block[key]
    block[path[-1]] = value
    valid_or_a_sentence(config)


@RUNS
@example(config={"": {"\n": 10**400}})
@given(config=st.dictionaries(st.text(max_size=8) | st.sampled_from(list(DEMO)), values))
def test_any_config(folder, config):
    valid_or_a_sentence(config)


cells = st.text(max_size=8) | st.integers().map(str) | st.floats().map(str)
headers = st.sampled_from([*SHEET.splitlines()[0].split("\t"), "missing", "effects_df", "rhoo"])


@RUNS
@given(
    header=st.lists(headers, min_size=1, max_size=5),
    rows=st.lists(st.lists(cells, min_size=1, max_size=6), max_size=4),
)
@example(header=["scenario", "scenario"], rows=[["a", "b"]])
@example(header=["scenario", "subjects"], rows=[["a", "1e300"]])
@example(header=["scenario", "missing", "days"], rows=[["a", "0.99", "3"]])
def test_any_sheet(folder, header, rows):
    text = "\n".join("\t".join(row) for row in [header, *rows])
    (folder / "sheet.tsv").write_text(text, encoding="utf-8", errors="surrogatepass")
    valid_or_a_sentence(copy.deepcopy(DEMO) | {"scenarios": "sheet.tsv"})


@RUNS
@given(content=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_for_a_sheet_or_data(folder, content):
    (folder / "file").write_bytes(content)
    valid_or_a_sentence(copy.deepcopy(DEMO) | {"scenarios": "file"})
    valid_or_a_sentence(copy.deepcopy(DEMO) | {"data": {"path": "file"}})


@RUNS
@given(content=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_for_a_config(folder, content):
    (folder / "config.yaml").write_bytes(content)
    try:
        check_yaml(folder / "config.yaml")
    except InputError as error:
        assert "\n" not in str(error)


@RUNS
@given(
    rows=st.lists(st.tuples(cells, cells, st.sampled_from("abcd")), max_size=14),
)
def test_any_data(folder, rows):
    lines = ["Reaction,Days,Subject", *(",".join(row) for row in rows)]
    (folder / "data.csv").write_text("\n".join(lines), encoding="utf-8", errors="surrogatepass")
    valid_or_a_sentence(copy.deepcopy(DEMO) | {"data": {"path": "data.csv"}})


@pytest.mark.parametrize(
    "name", ["../../out", "a b", "a;touch hacked", "$(touch hacked)", "a{b}", "-rf", "a/b", "con:"]
)
def test_hostile_ids_are_refused(folder, name):
    (folder / "sheet.tsv").write_text(f"scenario\trho\n{name}\t0\n")
    priors = {name: {"family": "lkj_corr"}}
    for change in ({"scenarios": "sheet.tsv"}, {"priors": priors}, {"study": name}):
        with pytest.raises(InputError):
            check_study(copy.deepcopy(DEMO) | change)


def test_a_path_that_snakemake_would_read_as_a_pattern_is_refused(folder):
    shutil.copy(folder / "config/data/sleepstudy.csv", folder / "{prior}.csv")
    with pytest.raises(InputError, match=r"without \{, \}, < and >"):
        check_study(copy.deepcopy(DEMO) | {"data": {"path": "{prior}.csv"}})
