"""Studies with a formula: what a user writes, what is taken from it, what is refused."""

import copy
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from helpers import DEMO, ROOT, checked_study

from recovery.data.formula import check_powers
from recovery.errors import InputError
from study.check import check_study
from study.start import start_lines

sys.path.append(str(ROOT / "workflow"))
import new_study

TRIAL = (ROOT / "tests/unit/arms/trial.csv").read_text()
AUTO = ("beta0_sd", "beta1_sd", "sigma_scale", "sigma_u0_scale", "sigma_u1_scale")
CONFIG = {
    "data": {
        "path": "trial.csv", "response": "score", "time": "month", "group": "patient",
        "formula": "score ~ month * arm + age", "strata": "arm",
    },
    "truth": "data",
    "scenarios": "sheet.tsv",
    "focus": "arm[T.placebo]:month",
    "sample_size": {"goals": {"arm[T.placebo]:month": {"reject": 0.8}}},
    "priors": {
        "lkj": {"family": "lkj_corr", "beta_prior_at": "means"} | dict.fromkeys(AUTO, "auto")
    },
}  # fmt: skip
EFFECTS = ("arm[T.placebo]", "age", "month:arm[T.placebo]")


@pytest.fixture
def trial(tmp_path, monkeypatch):
    """Check a study of the trial, changed key by key."""
    monkeypatch.chdir(tmp_path)
    Path("trial.csv").write_text(TRIAL)

    def checked(sheet: str = "scenario\tdesign\na\tdata\n", **changes):
        Path("sheet.tsv").write_text(sheet)
        return checked_study(CONFIG, **changes)

    return checked


def test_what_a_formula_says(trial):
    study = trial()
    assert study.real.data.effects == EFFECTS and study.parameters[-3:] == EFFECTS
    assert study.config["focus"] == EFFECTS[2]
    assert list(study.config["sample_size"]["goals"]) == [EFFECTS[2]]
    assert set(EFFECTS) < set(study.config["truth"])
    _, _, fixed = start_lines(study, Path("results"))[:3]
    assert fixed == (
        "Fixed effects: intercept, month, arm[T.placebo], age, month:arm[T.placebo]. "
        "Reference levels: arm = drug."
    )


def test_scales_of_the_further_effects(trial):
    """auto is sd(y) / (2 sd(column)); a mapping names effects in any order."""
    study = trial()
    data, sds = study.real.data, study.priors["lkj"].effects_sd
    for name, column in zip(EFFECTS, data.further.T):
        expected = data.response.std(ddof=1) / (2 * column.std(ddof=1))
        assert sds[name] == pytest.approx(expected, rel=0.005)
    given = trial(priors__lkj__effects_sd={"arm[T.placebo]:month": 0.5}).priors["lkj"].effects_sd
    assert given == dict(sds) | {EFFECTS[2]: 0.5}
    rows = {(row["what"], row["name"]): row for row in study.settings}
    row = rows["prior lkj", f"sd of {EFFECTS[1]}"]
    assert row["value"] == sds["age"] and row["source"] == "auto, from the data"
    flat = trial(priors__lkj__beta_prior_at="flat")
    names = {row["name"] for row in flat.settings if row["what"] == "prior lkj"}
    assert not {"center", "beta0_sd", "beta1_sd", f"sd of {EFFECTS[1]}"} & names


def test_truths_of_effects_stand_in_the_sheet(trial):
    study = trial("scenario\tdesign\tarm[T.placebo]:month\na\tdata\t0.5\nb\tdata\t\n")
    a, b = (scenario.design.truth.effects for scenario in study.scenarios.values())
    assert a[2] == 0.5 and b[2] == study.config["truth"][EFFECTS[2]] and a[:2] == b[:2]


def test_a_design_is_a_table_of_planned_visits(trial):
    rows = [
        f"n{j},{t},{'drug' if j % 3 else 'placebo'},{50 + j}" for j in range(9) for t in (0, 6, 9)
    ]
    Path("planned.csv").write_text("\n".join(["patient,month,arm,age", *rows]))
    study = trial("scenario\tdesign\tsubjects\na\tplanned.csv\t\nb\tplanned.csv\t30\n")
    a, b = (scenario.design for scenario in study.scenarios.values())
    assert a.subjects == 9 and a.table.effects == EFFECTS and not a.redrawn and b.redrawn
    assert b.subjects_by_stratum == {"placebo": 10, "drug": 20}
    assert study.scenarios["b"].columns()["visits"] == "drawn from planned.csv"
    Path("planned.csv").write_text("\n".join(["patient,month,arm,age", *rows, "x,0,other,50"]))
    with pytest.raises(InputError, match="line 2, column design: 'other' is no level of 'arm'"):
        trial("scenario\tdesign\na\tplanned.csv\n")


def test_rows_without_a_covariate_are_left_out_and_counted(trial):
    lines = TRIAL.splitlines()
    cells = lines[3].split(",")
    lines[3] = ",".join([*cells[:3], "", *cells[4:]])
    Path("trial.csv").write_text("\n".join(lines))
    study = trial()
    assert study.real.notes[0] == f"1 of {len(lines) - 1} rows are left out: 1 without 'age'."
    with pytest.raises(InputError, match="column 'age': the cell is empty; a covariate needs"):
        trial(data__incomplete="refuse")


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("score ~ month + (1 | patient)", "leave out what has a '|'; data.random has the columns"),
        ("np.log(score) ~ month", "the left side must be the response, 'score', as it is"),
        ("month + arm", "the left side must be the response"),
        ("score ~ arm", "must have an intercept and the time, 'month', as a term"),
        ("score ~ 0 + month + arm", "must have an intercept and the time"),
        ("score ~ month + I(2 * month)", "the column 'I(2 * month)' is a combination of the col"),
        ("score ~ month + sex", "key data.formula: the data file has no column 'sex'"),
        ("score ~ month + arm +", "is not a formula ("),
        ("score ~ month + log(age - 50)", "`log(age - 50)` contains null values"),
        ("score ~ month + C(month == 99)", "has a single level in the data"),
        ("score ~ month + __import__('os').getpid()", "'__' is not valid"),
    ],
)
def test_formulas_that_are_refused(trial, formula, message):
    with pytest.raises(InputError) as caught:
        trial(data__formula=formula, focus="rho", sample_size={})
    assert message in str(caught.value), str(caught.value)


@pytest.mark.parametrize(
    ("sheet", "changes", "message"),
    [
        (None, {"focus": "sex"}, "key focus: unknown effect 'sex' (expected one of beta0"),
        (None, {"truth": {"beta0": 50}}, "the default of beta1, sigma_u0"),
        (None, {"priors__lkj__effects_sd": {"sex": 1}}, "effects_sd.sex: unknown effect"),
        (None, {"priors__lkj__effects_sd": -1}, "effects_sd.arm[T.placebo]: -1 must be positive"),
        (None, {"priors__lkj": {"family": "lkj_corr"} | dict.fromkeys(AUTO, "auto")},
         "beta_prior_at: write 'means'"),
        (None, {"estimands": {"lines_at": [0]}}, "key estimands.lines_at: not available with"),
        (None, {"data__strata": "month"}, "data.strata must not vary within a subject"),
        ("scenario\tsubjects\ttimes\na\t5\t0,1,2\n", {}, "column design: write 'data', or"),
        ("scenario\tdesign\tresidual_ar\tresidual_df\na\tdata\t.3\t5\n", {}, "residual_ar: leave"),
        ("scenario\tdesign\tresidual_ar\na\tdata\t1\n", {}, "residual_ar: 1 is not valid"),
    ],
)  # fmt: skip
def test_what_else_is_refused(trial, sheet, changes, message):
    with pytest.raises(InputError) as caught:
        trial(sheet or "scenario\tdesign\na\tdata\n", **changes)
    assert message in str(caught.value), str(caught.value)


def test_a_prior_in_another_coding(trial):
    """Is recoded by the formula's own columns, and refused where these cannot be."""
    study = trial(priors__lkj__origin="mean")
    made, mean = study.priors["lkj"], study.real.data.time.mean()
    assert made.origin == pytest.approx(mean, abs=1e-4)
    assert np.array(study.prior_blocks["lkj"]["recoding"])[0, 1] == pytest.approx(made.origin)
    with pytest.raises(InputError, match=r"cannot be stated for 'np\.sqrt"):
        own = {"data__formula": "score ~ month + np.sqrt(month + 1)", "priors__lkj__origin": -1}
        trial(**own, focus="rho", sample_size={})


def test_calibration_is_in_the_design_of_the_first_scenario(trial):
    assert trial().calibration_scenario.design.effects == EFFECTS
    drawn = trial("scenario\tdesign\tsubjects\na\tdata\t30\n").calibration_scenario.design
    assert drawn.subjects == 60 and not drawn.redrawn


def test_new_study_writes_a_formula(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("trial.csv").write_text(TRIAL)
    own = ["new_study.py", "trial.csv", "--time", "month", "--group", "patient", "--to"]
    monkeypatch.setattr(sys, "argv", [*own, "plain", "--response", "score"])
    new_study.main()
    assert 'used with --formula "score ~ month * arm + age + dose".' in capsys.readouterr().out
    formula = "score ~ month * arm + age + dose"
    monkeypatch.setattr(sys, "argv", [*own, "own", "--formula", formula])
    new_study.main()
    printed = capsys.readouterr().out
    assert "The effect in focus is taken to be 'month:arm[T.placebo]'" in printed
    assert "'dose' counts as a number; write C(dose) in the formula" in printed
    monkeypatch.chdir("own")
    config = yaml.safe_load(Path("config/config.yaml").read_text())
    study = check_study(config)
    assert study.config["focus"] == EFFECTS[2] and study.config["data"]["strata"] == "arm"
    assert study.real.data.strata and study.warnings == []


def test_without_a_formula_nothing_is_further(in_root):
    study = check_study(copy.deepcopy(DEMO))
    assert study.real.data.further.size == 0 and study.real.part is None
    assert "formulaic" not in sys.modules or study.parameters[-1] == "r_u"


@pytest.mark.parametrize(
    "formula", ["y ~ t + I((t - 1) + t**2)", "y ~ (a + b)**2", "y ~ {t**2} + t", "y ~ I(log(t)**2)"]
)
def test_powers_in_functions_and_of_sums_are_formulas(formula):
    check_powers(formula, "data.formula")


@pytest.mark.parametrize("formula", ["y ~ t**2", "y ~ a + (t ** 2)", "y ~ I(t^2)", "y ~ t^2"])
def test_other_powers_would_be_read_as_the_column(formula):
    with pytest.raises(InputError, match=r"write I\(t\*\*2\) for a power"):
        check_powers(formula, "data.formula")
