"""Every mistake in a config or a sheet, one by one, gets one plain sentence."""

import copy
import re

import pytest
import yaml
from helpers import ROOT, TINY, tiny_study

from recovery.errors import InputError
from recovery.priors import FAMILIES
from study import SCHEMAS, check_study, check_yaml

DEMO = yaml.safe_load((ROOT / "config/config.yaml").read_text())


def changed(config: dict, key: str, value) -> dict:
    config = copy.deepcopy(config)
    *path, last = key.split(".")
    block = config
    for part in path:
        block = block[part]
    block[last] = value
    return config


@pytest.fixture
def in_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def test_the_default_study_is_valid_and_complete(in_root):
    study = check_study(copy.deepcopy(DEMO))
    assert [s.design.truth.rho for s in study.scenarios.values()] == [-0.6, 0, 0.6]
    assert {s.replicates for s in study.scenarios.values()} == {20}
    assert list(study.priors) == list(FAMILIES)
    assert study.config == DEMO, "config.yaml must name every key that the schema has"


def test_defaults_of_the_schema_are_the_default_study(in_root):
    """An empty config is the demo, so schema and config.yaml agree.

    The demo's batches are of its few replicates, so that it can be topped up; the default
    is what a large study wants.
    """
    study = check_study({})
    demo = check_study(copy.deepcopy(DEMO))
    assert study.priors == demo.priors
    assert study.scenarios == demo.scenarios
    rest = [key for key in DEMO if key not in ("priors", "batch_size")]
    assert {key: study.config[key] for key in rest} == {key: demo.config[key] for key in rest}


@pytest.mark.parametrize("schema", ["config.schema.yaml", "scenario.schema.yaml"])
def test_every_key_of_a_schema_is_described(schema):
    def walk(node, name):
        if "properties" not in node:
            return
        for key, child in node["properties"].items():
            assert child.get("description"), f"{name}.{key} has no description"
            walk(child, f"{name}.{key}")

    walk(yaml.safe_load((SCHEMAS / schema).read_text()), schema)


def test_blank_cells_take_the_truth_and_the_replicates(tmp_path, monkeypatch):
    sheet = "scenario\trho\tsigma_u1\treplicates\na\t0.3\t\t\nb\t\t1.5\t7\n"
    tiny_study(tmp_path, sheet)
    monkeypatch.chdir(tmp_path)
    a, b = check_study(copy.deepcopy(TINY)).scenarios.values()
    assert (a.design.truth.rho, a.design.truth.sigma_u1, a.replicates) == (0.3, 5.922138, 2)
    assert (b.design.truth.rho, b.design.truth.sigma_u1, b.replicates) == (0.06555, 1.5, 7)
    assert (a.design.subjects, a.design.days) == (18, 10)


def test_a_prior_may_be_added_by_a_block_alone(in_root):
    study = check_study(
        changed(DEMO, "priors.lkj_4", {"family": "lkj_corr", "label": "LKJ(4)", "eta": 4})
    )
    assert study.priors["lkj_4"].eta == 4.0


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("study", "a/b", "key study: 'a/b' will not do .*letters, digits"),
        ("study", "../up", "key study"),
        ("seed", 1.5, "key seed: 1.5 is not a whole number"),
        ("seed", -1, "key seed"),
        ("truth.rho", 1.0, "key truth.rho: 1.0 is out of range .*between -1 and 1"),
        ("truth.rho", -1, "key truth.rho"),
        ("truth.sigma", 0, "key truth.sigma: 0 is out of range .*above 0"),
        ("truth.sigma_u1", -2, "key truth.sigma_u1"),
        ("truth.beta0", "high", "key truth.beta0: 'high' is not a number .wanted: mean"),
        ("truth.beta0", "1e-3", "'1e-3' is not a number; write 0.001 .wanted"),
        ("truth.beta0", "0,5", "'0,5' is not a number; write 0.5"),
        ("truth.beta0", "−0.5", "'−0.5' is not a number; write -0.5"),
        ("sampler", None, "key sampler: it is empty, and not a block of keys"),
        ("truth.tau", 1, "key truth: there is no key 'tau' here; the keys are beta0, "),
        ("scenarios", "none.tsv", "none.tsv: the scenario sheet does not exist"),
        ("replicates", 1, "key replicates: 1 is out of range"),
        ("priors", {}, "key priors: it is empty"),
        ("priors.4", {"family": "lkj_corr"}, "key priors: '4' will not do .*starts with a letter"),
        ("priors.NULL", {"family": "lkj_corr"}, "key priors: 'NULL' will not do"),
        ("priors.LKJ_CORR", {"family": "lkj_corr"}, "differs in upper and lower case"),
        ("priors", {4: {"family": "lkj_corr"}}, "key priors.4: a name must be text"),
        ("priors", {True: {"family": "lkj_corr"}}, "YAML reads this one as True"),
        ("priors", {"a b": {"family": "lkj_corr"}}, "key priors: 'a b' will not do"),
        ("priors.lkj_corr", {"label": "x"}, "key priors.lkj_corr: the key 'family' is missing"),
        ("priors.lkj_corr.family", "lkj", "key priors.lkj_corr.family: 'lkj' is unknown; choose"),
        ("priors.lkj_corr.eta", -1, "key priors.lkj_corr.eta: -1 must be positive"),
        ("priors.lkj_corr.eta", "one", "key priors.lkj_corr.eta: 'one' is not a number"),
        ("priors.lkj_corr.etta", 1, "key priors.lkj_corr.etta: .* has no such hyperparameter"),
        ("priors.lkj_corr.label", "Independent", "'Independent' is the label of two priors"),
        (
            "sampler.formulation",
            "centred",
            "sampler.formulation: 'centred' is none of marginal",
        ),
        ("sampler.chains", 1, "key sampler.chains: 1 is out of range .*at least 2"),
        ("sampler.target_accept", 1, "key sampler.target_accept"),
        ("sampler.thin", 2, "key sampler: there is no key 'thin' here; the keys are engine, "),
        ("batch_size", 0, "key batch_size"),
        ("intervals", [0.5], "key intervals: 0.95 is not among .0.5. .*0.95 among them"),
        ("intervals", [0.95, 0.95], "key intervals: .* has one value twice"),
        ("intervals", [0.95, 1.0], "key intervals.1: 1.0 is out of range"),
        ("data.path", "none.csv", "none.csv: the data file does not exist"),
        ("data.response", "RT", "there is no column 'RT' .data.response"),
        ("data.time", "Reaction", "the column 'Reaction' cannot be two of"),
        ("replicats", 5, "config.yaml: there is no key 'replicats' here; the keys are study, "),
    ],
)
def test_mistakes_in_the_config(in_root, key, value, message):
    with pytest.raises(InputError) as caught:
        check_study(changed(DEMO, key, value), "config.yaml")
    sentence = str(caught.value)
    assert re.search(message, sentence)
    assert "\n" not in sentence and sentence.endswith(".")


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ("", "the scenario sheet is empty"),
        ("scenario\trho\n", "the scenario sheet has no rows"),
        ("scenario,rho\na,0.5\n", "the header is one cell; tabs must separate"),
        ("scenario\trho\na\t1.2\n", "line 2, column rho: 1.2 is out of range"),
        ("scenario\trho\na\thalf\n", "line 2, column rho: 'half' is not a number"),
        ("scenario\trho\na\tnan\n", "line 2, column rho: 'nan' is not a number"),
        ("scenario\trho\na\t0\na\t0.5\n", "line 3, column scenario: the id 'a' stands twice"),
        ("scenario\trho\na\t0\nA\t0.5\n", "line 3, column scenario: the id 'A' stands twice"),
        ("scenario\trho\na/b\t0\n", "line 2, column scenario: 'a/b' will not do"),
        ("scenario\trho\n..\t0\n", "line 2, column scenario"),
        ("# a\n\nscenario\trho\n\n# b\na\t2\n", "line 6, column rho"),
        ("scenario\trho\na\t0\t1\n", "line 2: 3 cells, but the header has 2"),
        ("scenario\trho\trho\na\t0\t1\n", "the column 'rho' stands twice"),
        ("scenario\trho\nNULL\t0\n", "line 2, column scenario: 'NULL' will not do"),
        ("scenario\trho\n\t0\n", "line 2: the column 'scenario' is missing or blank"),
        ("scenario\tsubjects\na\t2\n", "column subjects: 2 is out of range"),
        ("scenario\tsubjects\na\t6.5\n", "column subjects: 6.5 is not a whole number .wanted"),
        ("scenario\tdays\na\t2\n", "column days: 2 is out of range"),
        ("scenario\treplicates\na\t1\n", "column replicates: 1 is out of range"),
        ("scenario\tsigma\na\t0\n", "column sigma: 0 is out of range"),
        (
            "scenario\trh0\na\t0\n",
            "line 2: there is no column 'rh0' here; the columns are scenario, ",
        ),
    ],
)
def test_mistakes_in_the_sheet(tmp_path, monkeypatch, sheet, message):
    tiny_study(tmp_path, sheet)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        check_study(copy.deepcopy(TINY))
    sentence = str(caught.value)
    assert re.search(message, sentence)
    assert sentence.startswith("config/sheet.tsv") and "\n" not in sentence


def test_a_key_that_stands_twice_is_refused(tmp_path):
    """YAML would keep the later of two blocks `priors` and drop the first without a word."""
    path = tmp_path / "config.yaml"
    path.write_text("seed: 1\npriors:\n  a: {family: lkj_corr}\nseed: 2\n")
    with pytest.raises(InputError, match=r"config\.yaml, line 4: the key 'seed' stands twice"):
        check_yaml(path)
    path.write_text(path.read_text().replace("seed: 2", "study: x"))
    check_yaml(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"seed: 1\nsampler:\n\tdraws: 5\n", "config.yaml, line 3: this is no YAML"),
        (b"seed: 1\npriors: {a: {family: lkj_corr}\n", "line 3: this is no YAML"),
        (b"seed: 1\nstudy x\n", "line 3: this is no YAML"),
        (b"seed: !!python/object/apply:os.system ['true']", "line 1: this is no YAML"),
        (b"", "this is no block of keys"),
        (b"- seed\n- study\n", "this is no block of keys"),
        (b"seed: \xff", "this is no text that YAML allows"),
        (b"seed: \x00", "this is no text that YAML allows"),
        (b"__use_yte__: true\nseed: 1", "leave out '__use_yte__'"),
    ],
)
def test_a_config_that_is_no_plain_yaml_is_refused(tmp_path, content, message):
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        check_yaml(path)
    assert "\n" not in str(caught.value)


def test_the_example_of_own_data_is_valid(tmp_path, monkeypatch):
    """The config of config/README.md for heights of children, as it stands there."""
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "config/README.md").read_text(), re.S)
    (example,) = [yaml.safe_load(block) for block in blocks if "heights" in block]
    rows = [f"{child},{step},{86 + 4 * step}" for child in "abc" for step in range(4)]
    (tmp_path / "heights.csv").write_text("\n".join(["child,step,height", *rows]))
    (tmp_path / "scenarios.tsv").write_text("scenario\trho\nlow\t0\n")
    monkeypatch.chdir(tmp_path)
    study = check_study(example)
    assert study.data.subjects == 3 and list(study.priors) == ["lkj", "none"]
