"""Every mistake in a config or a sheet, one by one, gets one plain sentence."""

import copy
import re

import pytest
import yaml
from helpers import DEMO, ROOT, TINY, changed, tiny_study

from recovery.data.scenarios import days
from recovery.errors import InputError
from recovery.model.families import FAMILIES
from study.check import check_study, check_yaml
from study.schema import SCHEMAS
from study.start import stale_folders


def test_the_default_study_is_valid_and_complete(in_root):
    study = check_study(copy.deepcopy(DEMO))
    rhos = [s.design.truth.rho for s in study.scenarios.values()]
    assert rhos == [-0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8]
    assert {s.replicates for s in study.scenarios.values()} == {1000}
    assert [s.nuts for s in study.scenarios.values()] == [0, 0, 0, 0, 0, 0, 0, 0, 40]
    assert {block["family"] for block in study.config["priors"].values()} <= set(FAMILIES)
    assert study.config == DEMO, "config.yaml must name every key that the schema has"


def test_defaults_of_the_schema_are_the_default_study(in_root):
    """An empty config is the demo, but without estimands, and with NUTS for all priors."""
    study = check_study({"sampler": {"priors": DEMO["sampler"]["priors"]}})
    demo = check_study(copy.deepcopy(DEMO))
    assert study.priors == demo.priors
    assert study.scenarios == demo.scenarios
    rest = [key for key in DEMO if key not in ("priors", "estimands")]
    assert {key: study.config[key] for key in rest} == {key: demo.config[key] for key in rest}


def test_a_prior_of_another_config_is_left_out(in_root):
    fewer = check_study(changed(DEMO, "priors.lkj_2", "leave out"))
    assert list(fewer.priors) == [name for name in DEMO["priors"] if name != "lkj_2"]
    with pytest.raises(InputError, match="key priors: is empty"):
        check_study(DEMO | {"priors": {"lkj_2": "leave out"}})


@pytest.mark.parametrize("schema", ["config.schema.yaml", "scenario.schema.yaml"])
def test_every_rule_of_a_schema_is_described(schema):
    """The description is what a message says is expected."""

    def walk(node, name):
        children = dict(node.get("properties", {}))
        for key in ("items", "propertyNames", "additionalProperties"):
            children |= {key: node[key]} if node.get(key) else {}
        for key, child in children.items():
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
    assert (a.design.subjects, a.design.times) == (18, days(10))


def test_whole_numbers_may_be_written_with_a_point(in_root):
    assert isinstance(check_study(changed(DEMO, "replicates", 10.0)).config["replicates"], int)


def test_how_many_replicates_nuts_fits(tmp_path, monkeypatch):
    """The sheet's column, or the config's number, and never more than there are."""
    sheet = "scenario\trho\tnuts\na\t0\t\nb\t0\t1\nc\t0\t50\n"
    tiny_study(tmp_path, sheet)
    monkeypatch.chdir(tmp_path)
    for setting, numbers in ((0, [0, 1, 2]), (1, [1, 1, 2]), ("all", [2, 1, 2])):
        study = check_study(changed(TINY, "sampler.replicates", setting))
        assert [scenario.nuts for scenario in study.scenarios.values()] == numbers


# one of each kind: what the schemas say, and what is checked after them
@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("study", "../up", "key study: '../up' is not valid .expected a name of letters, digits"),
        ("seed", 1.5, "key seed: 1.5 is not valid .expected a whole number"),
        ("truth.rho", 1.0, "truth.rho: 1.0 is not valid .expected a number between -1 and 1"),
        ("truth.beta0", "1e-3", "'1e-3' is not valid .*; write numbers as 5, 0.5 or 1.0e-3"),
        ("truth.beta0", float("nan"), "key truth.beta0: must be a finite number"),
        ("truth.tau", 1, "key truth.tau: unknown effect 'tau' .expected one of beta0, "),
        ("truth", "lme4", "key truth: 'lme4' is not valid .expected .* or 'data' for the REML"),
        ("replicats", 5, "config.yaml: unknown key 'replicats' .expected study, "),
        ("sampler", None, "key sampler: is empty .expected a block"),
        ("sampler.priors", ["lkj"], "'lkj' is not a prior of the config .expected independent, "),
        ("sampler.replicates", -1, "replicates: -1 is not valid .expected the number .* 'all'"),
        ("sampler.formulation", "centred", "'centred' is not valid .expected marginal"),
        ("reml", "maybe", "key reml: 'maybe' is not valid .expected true, false, or the number"),
        ("intervals", [0.5], "key intervals: .0.5. is not valid .*including 0.95"),
        ("intervals", [0.95, 1.0], "key intervals.1: 1.0 is not valid"),
        ("scenarios", "none.tsv", "none.tsv: the scenario sheet .* does not exist"),
        ("data.path", "none.csv", "none.csv: the data file .data.path in the config. does not"),
        ("data.path", "a<b>.csv", "key data.path: 'a<b>.csv' is not valid"),
        ("data.response", "RT", "unknown column 'RT' .data.response"),
        ("data.time", "Reaction", "the column 'Reaction' can be only one of"),
        ("priors", {4: {"family": "lkj_corr"}}, "key priors: 4 is not valid .*starts with a let"),
        ("priors.NULL", {"family": "lkj_corr"}, "key priors: 'NULL' is not valid .*reserved word"),
        ("priors.reml", {"family": "lkj_corr"}, "key priors: 'reml' is not valid .*reserved word"),
        ("priors.LKJ_CORR", {"family": "lkj_corr"}, "differ only in upper and lower case"),
        ("priors.lkj_corr", {"label": "x"}, "key priors.lkj_corr: the key 'family' is missing"),
        ("priors.lkj_corr.family", "lkj", "lkj_corr.family: unknown family 'lkj' .expected"),
        ("priors.lkj_corr.eta", -1, "key priors.lkj_corr.eta: -1 must be positive"),
        ("priors.lkj_corr.eta", "auto", "priors.lkj_corr.eta: 'auto' is for scales only .beta0_sd"),
        ("priors.lkj_corr.unit", "day", "priors.lkj_corr.unit: 'day' is not a number or 'sd'"),
        ("priors.lkj_corr.etta", 1, "key priors.lkj_corr.etta: unknown hyperparameter"),
        ("priors.lkj_corr.label", "Independent", "label: independent is also shown as 'Indep"),
        ("priors.lkj_corr.label", "REML", "priors.lkj_corr.label: 'REML' is not valid"),
        ("mcse_target", {"rho": {"wide": 1}}, "mcse_target.rho.wide: unknown measure .expected"),
        ("sample_size.goals", {"tau": {"width": 1}}, "key sample_size.goals.tau: unknown effect"),
        ("sample_size.goals", {"beta1": {"reject": 80}}, "beta1.reject: 80 is not valid .*0 and 1"),
        ("sample_size.goals", {"rho": {"bias": -1}}, "rho.bias: -1 is not valid .*at least 0"),
        ("sample_size.goals", {"r_u": {"relative_bias": 0.1}}, "relative bias needs a fixed, non"),
        ("sample_size.goals", {"sigma": {"reject": 0.8}}, "interval of an sd always excludes 0"),
        ("sample_size.subjects", [20, 10], "sample_size.subjects: the numbers must increase"),
        ("sbc.exact_replicates", 10_000_000, "key sbc: the study needs 480,016 jobs"),
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
        ("", "the scenario sheet .scenarios in the config. is empty"),
        ("scenario\trho\n", "the scenario sheet has no rows"),
        ("scenario,rho\na,0.5\n", "the header has one cell, 'scenario,rho'; separate .* by tabs"),
        ("# a\n\nscenario\trho\n\n# b\na\t2\n", "line 6, column rho: 2 is not valid"),
        ("scenario\trho\na\tNA\n", "'NA' is not valid .expected a number .* or a blank cell"),
        ("scenario\trho\na\t0,5\n", "'0,5' is not valid .*write numbers as 5, 0.5 or"),
        ("scenario\t\trho\na\t1\t0\n", "unknown column ''"),
        ("scenario\trho\na\t0\nA\t0.5\n", "line 3, column scenario: duplicate id 'A'"),
        ("scenario\trho\na/b\t0\n", "line 2, column scenario: 'a/b' is not valid"),
        ("scenario\nsample_size-5\n", "'sample_size-5' is not valid .*beginning with sample_size-"),
        ("scenario\trho\na\t0\t1\n", "line 2: 3 cells, but the header has 2"),
        ("scenario\trho\trho\na\t0\t1\n", "duplicate column 'rho'"),
        ("scenario\trho\n\t0\n", "line 2: the column 'scenario' is missing or blank"),
        ("scenario\trh0\na\t0\n", "sheet.tsv: unknown column 'rh0' .expected scenario, "),
        ("scenario\tsubjects\na\t6.5\n", "column subjects: 6.5 is not valid .expected a whole"),
        ("scenario\ttimes\na\t0,2,1\n", "line 2, column times: '0,2,1' is not valid .*increasing"),
        ("scenario\ttimes\na\t7\n", "column times: '7' is not valid .expected at least 3"),
        ("scenario\ttimes\na\t1,1.00000000001,2\n", "column times: .* at least 3 increasing"),
        ("scenario\ttimes\na\t0,x,2\n", "column times: '0,x,2' is not valid"),
        ("scenario\ttimes\na\t0,1,inf\n", "column times: '0,1,inf' is not valid"),
        ("scenario\ttimes\tdays\na\t0,1,2\t3\n", "column days: leave it blank where times"),
        (
            "scenario\tdesign\na\tmine\n",
            "column design: mine: the data file .data.path in the config. does not exist",
        ),
        ("scenario\tdesign\tmissing\na\tdata\t.2\n", "column missing: leave it blank with a des"),
        ("scenario\tdropout\tmissing\na\t.5\t.5\n", "column missing: .* use at most 0.45"),
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


def test_a_sheet_saved_by_a_spreadsheet(tmp_path, monkeypatch):
    """Quotes around cells with commas, and blank columns at the end of every line."""
    plain = "scenario\trho\ttimes\na\t0.5\t0,1,3\nb\t0\t0,2,4\n"
    saved = (
        '"# one, two"\t\t\t\t\nscenario\trho\ttimes\t\t\na\t0.5\t"0,1,3"\t\t\nb\t0\t"0,2,4"\t\t\n'
    )
    found = []
    for sheet in (plain, saved):
        tiny_study(tmp_path, sheet)
        monkeypatch.chdir(tmp_path)
        found.append(check_study(copy.deepcopy(TINY)).scenarios)
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"seed: 1\nsampler:\n\tdraws: 5\n", "config.yaml, line 3: invalid YAML"),
        (b"seed: !!python/object/apply:os.system ['true']", "line 1: invalid YAML"),
        (b"seed: 1\npriors: {}\nseed: 2\n", "config.yaml, line 3: duplicate key 'seed'"),
        (b"", "the config is empty"),
        (b"- seed\n- study\n", "expected a mapping of keys"),
        (b"seed: \xff", "the config is not UTF-8 text"),
        (b"seed: \x00", "invalid YAML .unacceptable character"),
        (b"__use_yte__: true\nseed: 1", "remove '__use_yte__'"),
    ],
)
def test_a_config_must_be_plain_yaml(tmp_path, content, message):
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        check_yaml(path)
    assert "\n" not in str(caught.value)


def test_a_study_of_too_many_jobs_is_refused_at_once(in_root):
    """Nine scenarios of ten million replicates, one per job: planning would take hours."""
    many = {"replicates": 10_000_000, "batch_size": 1}
    check_study(copy.deepcopy(DEMO) | many | {"batch_size": 901})
    for change, jobs in (
        (many, "180,010,200"),
        ({"batch_size": 1, "reml": True, "replicates": 50_000}, "1,360,200"),
    ):
        with pytest.raises(
            InputError, match=f"key batch_size: the study needs {jobs} jobs, but at"
        ):
            check_study(copy.deepcopy(DEMO | change), "config.yaml")


def test_results_of_priors_that_left_the_config_are_named(tmp_path):
    for name in ("observed/a", "observed/b", "fits/b"):
        (tmp_path / name).mkdir(parents=True)
    assert stale_folders(tmp_path, ["a"]) == [tmp_path / "observed/b"]
    assert stale_folders(tmp_path / "none", ["a"]) == []


def test_the_example_of_own_data_is_valid(tmp_path, monkeypatch):
    """The config of config/README.md for heights of children, as it stands there."""
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "config/README.md").read_text(), re.S)
    (example,) = [yaml.safe_load(block) for block in blocks if "heights" in block]
    rows = [f"{child},{step},{86 + 4 * step}" for child in "abc" for step in range(4)]
    (tmp_path / "heights.csv").write_text("\n".join(["child,step,height", *rows]))
    (tmp_path / "scenarios.tsv").write_text("scenario\trho\tdesign\nlow\t0\tdata\n")
    monkeypatch.chdir(tmp_path)
    study = check_study(example)
    assert study.real.data.subjects == 3 and list(study.priors) == ["lkj"]
