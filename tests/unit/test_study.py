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
from study.start import stale_folders
from study.validation import SCHEMAS


def test_the_default_study_is_valid_and_complete(in_root):
    study = check_study(copy.deepcopy(DEMO))
    rhos = [s.design.truth.rho for s in study.scenarios.values()]
    assert rhos == [-0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8]
    assert {s.replicates for s in study.scenarios.values()} == {1000}
    assert [s.nuts for s in study.scenarios.values()] == [20, 0, 0, 0, 20, 0, 0, 0, 20]
    assert {block["family"] for block in study.config["priors"].values()} <= set(FAMILIES)
    assert study.config == DEMO, "config.yaml must name every key that the schema has"


def test_defaults_of_the_schema_are_the_default_study(in_root):
    """An empty config is the demo but for its estimands, which are off unless asked for."""
    study = check_study({})
    demo = check_study(copy.deepcopy(DEMO))
    assert study.priors == demo.priors
    assert study.scenarios == demo.scenarios
    rest = [key for key in DEMO if key not in ("priors", "estimands")]
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
    assert (a.design.subjects, a.design.times) == (18, days(10))


def test_how_many_replicates_nuts_fits(tmp_path, monkeypatch):
    """The sheet's column, or the config's number, and never more than there are."""
    sheet = "scenario\trho\tnuts\na\t0\t\nb\t0\t1\nc\t0\t50\n"
    tiny_study(tmp_path, sheet)
    monkeypatch.chdir(tmp_path)
    for setting, numbers in ((0, [0, 1, 2]), (1, [1, 1, 2]), ("all", [2, 1, 2])):
        study = check_study(changed(TINY, "sampler.replicates", setting))
        assert [scenario.nuts for scenario in study.scenarios.values()] == numbers


def test_a_prior_may_be_added_by_a_block_alone(in_root):
    study = check_study(
        changed(DEMO, "priors.lkj_4", {"family": "lkj_corr", "label": "LKJ(4)", "eta": 4})
    )
    assert study.priors["lkj_4"].eta == 4.0


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("study", "a/b", "key study: 'a/b' is not valid .expected .*letters, digits"),
        ("study", "../up", "key study"),
        ("seed", 1.5, "key seed: 1.5 is not a whole number"),
        ("seed", -1, "key seed"),
        ("truth.rho", 1.0, "truth.rho: 1.0 is out of range; it must be > -1 and < 1 .corr"),
        ("truth.rho", -1, "key truth.rho"),
        ("truth.sigma", 0, "key truth.sigma: 0 is out of range; it must be > 0 "),
        ("truth.sigma_u1", -2, "key truth.sigma_u1"),
        ("truth.beta0", "high", "key truth.beta0: 'high' is not a number .mean"),
        ("truth.beta0", "1e-3", "'1e-3' is not a number; write 0.001 .mean"),
        ("truth.beta0", "1e400", "'1e400' is not a number .mean"),
        ("priors.lkj_corr.eta", "1e-6", "eta: '1e-6' is not a number; write 1.0e-06"),
        ("replicates", "1,000", "'1,000' is not a whole number .a number of repl"),
        (
            "sampler.priors",
            ["lkj"],
            "key sampler.priors: 'lkj' is not a prior of the config .expected independent, ",
        ),
        ("sampler.priors", "some", "key sampler.priors: 'some' is not valid .expected a list"),
        ("sampler.replicates", -1, "key sampler.replicates: -1 is not valid .expected the number"),
        ("estimands", {"replicates": 1}, "estimands.replicates: 1 is not valid .* from 2 to 10"),
        ("truth.beta0", "0,5", "'0,5' is not a number; write 0.5"),
        ("truth.beta0", "−0.5", "'−0.5' is not a number; write -0.5"),
        ("sampler", None, "key sampler: is empty; expected a mapping of keys"),
        ("truth.tau", 1, "key truth: unknown key 'tau' .expected beta0, "),
        ("scenarios", "none.tsv", "none.tsv: the scenario sheet does not exist"),
        ("replicates", 0, "key replicates: 0 is out of range"),
        ("priors", {}, "key priors: is empty"),
        ("priors.4", {"family": "lkj_corr"}, "key priors: '4' is not valid .*starts with a letter"),
        ("priors.NULL", {"family": "lkj_corr"}, "key priors: 'NULL' is not valid"),
        ("priors.LKJ_CORR", {"family": "lkj_corr"}, "differ only in upper and lower case"),
        ("priors", {4: {"family": "lkj_corr"}}, "key priors.4: a name must be text"),
        ("priors", {True: {"family": "lkj_corr"}}, "YAML reads this one as True"),
        ("priors", {"a b": {"family": "lkj_corr"}}, "key priors: 'a b' is not valid"),
        ("priors.lkj_corr", {"label": "x"}, "key priors.lkj_corr: the key 'family' is missing"),
        (
            "priors.lkj_corr.family",
            "lkj",
            "lkj_corr.family: unknown family 'lkj' .expected",
        ),
        ("priors.lkj_corr.eta", -1, "key priors.lkj_corr.eta: -1 must be positive"),
        ("priors.lkj_corr.eta", "one", "key priors.lkj_corr.eta: 'one' is not a number"),
        ("priors.lkj_corr.eta", True, "key priors.lkj_corr.eta: True is not a number .a hyp"),
        ("priors.lkj_corr.etta", 1, "key priors.lkj_corr.etta: unknown hyperparameter"),
        ("priors.lkj_corr.label", "Independent", "'Independent' is also the label of independent"),
        (
            "sampler.formulation",
            "centred",
            "sampler.formulation: 'centred' is not one of marginal",
        ),
        ("sampler.chains", 1, "chains: 1 is out of range; it must be >= 2 and <= 100"),
        ("sampler.target_accept", 1, "key sampler.target_accept"),
        ("sampler.thin", 2, "key sampler: unknown key 'thin' .expected replicates, "),
        ("batch_size", 0, "key batch_size"),
        ("intervals", [0.5], "key intervals: 0.95 is not among .0.5. .*including 0.95"),
        ("intervals", [0.95, 0.95], "key intervals: .* contains a duplicate value"),
        ("intervals", [0.95, 1.0], "key intervals.1: 1.0 is out of range"),
        ("data.path", "none.csv", "none.csv: the data file does not exist"),
        ("data.response", "RT", "unknown column 'RT' .data.response"),
        ("data.time", "Reaction", "the column 'Reaction' can be only one of"),
        ("sampler.refits", 1, "key sampler: unknown key 'refits'"),
        ("sbc.batch_size", 1, "key sbc: unknown key 'batch_size'"),
        ("data.origin", "middle", "data.origin: 'middle' is not valid .expected .* or 'mean'"),
        ("data.unit", 0, "data.unit: 0 is not valid .expected .* above 0 or 'sd'"),
        ("data.formulations", [], "data.formulations: is empty"),
        ("truth", "lme4", "key truth: 'lme4' is not valid; write 'data' to use the REML"),
        ("sample_size.goals", {"rho": {"wide": 1}}, "goals.rho.wide: unknown measure .expected"),
        ("sample_size.goals", {"tau": {"width": 1}}, "key sample_size.goals: 'tau' is not"),
        (
            "sample_size.goals",
            {"beta1": {"reject": 80}},
            "beta1.reject: 80 is out of range; it must be between 0 and 1",
        ),
        (
            "sample_size.goals",
            {"rho": {"bias": -0.1}},
            "rho.bias: -0.1 is out of range; it must be",
        ),
        ("sample_size.goals", {"rho": {"model_se_error": -5}}, "-5 is out of range; it must be"),
        ("sample_size.goals", {"r_u": {"relative_bias": 0.1}}, "relative bias needs a fixed, non"),
        ("sbc.exact_replicates", 10_000_000, "10000000 replicates need 320,000 calibration jobs"),
        ("sample_size.goals", {"sigma": {"reject": 0.8}}, "interval of an sd always excludes 0"),
        ("sample_size.subjects", [20], "subjects: needs at least 2 values, has 1"),
        ("truth.rho", "nan", "truth.rho: 'nan' is not a number .corr"),
        ("reml", None, "key reml: is empty"),
        ("sample_size.subjects", [2, 20], "subjects.0: 2 is out of range; it must be >= 3"),
        ("sample_size.subjects", [20, 10], "sample_size.subjects: the numbers must increase"),
        ("replicats", 5, "config.yaml: unknown key 'replicats' .expected study, "),
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
        ("scenario,rho\na,0.5\n", "the header has one cell; separate the columns by tabs"),
        ("scenario\trho\na\t1.2\n", "line 2, column rho: 1.2 is out of range"),
        ("scenario\trho\na\thalf\n", "line 2, column rho: 'half' is not a number"),
        ("scenario\trho\na\tnan\n", "column rho: 'nan' is not a value; leave the cell blank"),
        ("scenario\trho\na\tNA\n", "column rho: 'NA' is not a value; leave the cell blank"),
        ("scenario\t\trho\na\t1\t0\n", "line 2: column 2 has no name"),
        ("scenario\trho\na\t0\na\t0.5\n", "line 3, column scenario: duplicate id 'a'"),
        ("scenario\trho\na\t0\nA\t0.5\n", "line 3, column scenario: duplicate id 'A'"),
        ("scenario\trho\na/b\t0\n", "line 2, column scenario: 'a/b' is not valid"),
        ("scenario\trho\n..\t0\n", "line 2, column scenario"),
        ("# a\n\nscenario\trho\n\n# b\na\t2\n", "line 6, column rho"),
        ("scenario\trho\na\t0\t1\n", "line 2: 3 cells, but the header has 2"),
        ("scenario\trho\trho\na\t0\t1\n", "duplicate column 'rho'"),
        ("scenario\trho\nNULL\t0\n", "line 2, column scenario: 'NULL' is not valid"),
        ("scenario\trho\n\t0\n", "line 2: the column 'scenario' is missing or blank"),
        ("scenario\tsubjects\na\t2\n", "column subjects: 2 is out of range"),
        (
            "scenario\tsubjects\na\t6.5\n",
            "column subjects: 6.5 is not a whole number .",
        ),
        ("scenario\tdays\na\t2\n", "column days: 2 is out of range"),
        ("scenario\ttimes\na\t0,2,1\n", "line 2, column times: 1 follows 2; times must increase"),
        ("scenario\ttimes\na\t0,1\n", "column times: needs at least 3 times, has 2"),
        ("scenario\ttimes\na\t7\n", "column times: needs at least 3 times, has 1"),
        ("scenario\ttimes\na\t1,1.00000000001,2\n", "1.0 and 1.00000000001 are equal when"),
        ("scenario\ttimes\na\t0,x,2\n", "column times: '0,x,2' is not a list of numbers"),
        ("scenario\ttimes\na\t0,inf,nan\n", "column times: '0,inf,nan' is not a list"),
        ("scenario\ttimes\tdays\na\t0,1,2\t3\n", "column days: leave it blank where times"),
        (
            "scenario\tdesign\na\tmine\n",
            "column design: 'mine' is not valid; write 'data', or leave it out",
        ),
        ("scenario\tdesign\tmissing\na\tdata\t.2\n", "column missing: leave it blank with des"),
        ("scenario\tdesign\tdropout\na\tdata\t.2\n", "column dropout: leave it blank with des"),
        ("scenario\tdesign\tdays\na\tdata\t5\n", "column days: leave it blank with design"),
        ("scenario\tdropout\na\t1.5\n", "column dropout: 1.5 is out of range; it must be >= 0"),
        ("scenario\tdropout\tmissing\na\t.5\t.5\n", "column missing: .* use at most 0.45"),
        ("scenario\nsample_size-5\n", "column scenario: an id must not begin with 'sample_size-'"),
        ("scenario\treplicates\na\t0\n", "column replicates: 0 is out of range"),
        ("scenario\tsigma\na\t0\n", "column sigma: 0 is out of range"),
        (
            "scenario\trh0\na\t0\n",
            "sheet.tsv: unknown column 'rh0' .expected scenario, ",
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


def test_duplicate_keys_are_refused(tmp_path):
    """YAML would keep the later of two blocks `priors` and drop the first without a word."""
    path = tmp_path / "config.yaml"
    path.write_text("seed: 1\npriors:\n  a: {family: lkj_corr}\nseed: 2\n")
    with pytest.raises(InputError, match=r"config\.yaml, line 4: duplicate key 'seed'"):
        check_yaml(path)
    path.write_text(path.read_text().replace("seed: 2", "study: x"))
    check_yaml(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"seed: 1\nsampler:\n\tdraws: 5\n", "config.yaml, line 3: invalid YAML"),
        (b"seed: 1\npriors: {a: {family: lkj_corr}\n", "line 3: invalid YAML"),
        (b"seed: 1\nstudy x\n", "line 3: invalid YAML"),
        (b"seed: !!python/object/apply:os.system ['true']", "line 1: invalid YAML"),
        (b"", "expected a mapping of keys"),
        (b"- seed\n- study\n", "expected a mapping of keys"),
        (b"seed: \xff", "invalid YAML .it has bytes"),
        (b"seed: \x00", "invalid YAML .it has bytes"),
        (b"__use_yte__: true\nseed: 1", "remove '__use_yte__'"),
    ],
)
def test_a_config_must_be_plain_yaml(tmp_path, content, message):
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        check_yaml(path)
    assert "\n" not in str(caught.value)


def test_a_config_that_is_a_folder(tmp_path):
    with pytest.raises(InputError, match=r"the config cannot be read \(it is a folder\); give a f"):
        check_yaml(tmp_path)


def test_a_study_of_too_many_jobs_is_refused_at_once(in_root):
    """Nine scenarios of ten million replicates, one per job: planning would take hours."""
    config = DEMO | {"replicates": 10_000_000, "batch_size": 1}
    message = r"needs 180,010,300 sim.* limit is 200,000; use a batch_size of at least 901"
    with pytest.raises(InputError, match=message):
        check_study(copy.deepcopy(config), "config.yaml")
    check_study(copy.deepcopy(config | {"batch_size": 901}))
    for change, jobs in (
        ({"sample_size": {"replicates": 10_000_000}}, "100,018,300"),  # five numbers of subjects
        ({"reml": True, "replicates": 50_000}, "1,360,300"),
    ):
        with pytest.raises(InputError, match=f"needs {jobs} simulation"):
            check_study(copy.deepcopy(DEMO | {"batch_size": 1} | change))


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
