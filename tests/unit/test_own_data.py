"""Studies of other data: what is taken from them, what is asked of the user, what is refused."""

import copy
import re
from pathlib import Path

import pytest
import yaml
from helpers import DEMO, changed, checked_study

from recovery.data.scenarios import days
from recovery.errors import FitError, InputError
from recovery.model.families import family_class
from study.check import check_study
from study.scenarios import shown_columns
from study.start import start_lines


def score(j: int, month: int) -> float:
    return 50 + 3 * ((7 * j) % 11 - 5) - (1 + (3 * j) % 7) * month / 2 + j * month % 3


TRIAL = "patient,month,score\n" + "".join(
    f"p{j},{month},{score(j, month)}\n"
    for j in range(12)
    for month in (0, 1, 3, 6, 12, 24)[: 6 - j % 3]
)
OWN = {
    "data": {"path": "trial.csv", "response": "score", "time": "month", "group": "patient"},
    "truth": {"beta0": 50, "beta1": -1, "sigma_u0": 8, "sigma_u1": 0.3, "rho": 0.1, "sigma": 4},
    "scenarios": "sheet.tsv",
    "priors": {
        "lkj": {"family": "lkj_corr"}
        | dict.fromkeys(
            ("beta0_sd", "beta1_sd", "sigma_scale", "sigma_u0_scale", "sigma_u1_scale"), "auto"
        )
    },
}


@pytest.fixture
def own_study(tmp_path, monkeypatch):
    """Check a study of foreign data, changed key by key."""
    (tmp_path / "trial.csv").write_text(TRIAL)
    (tmp_path / "sheet.tsv").write_text("scenario\tdesign\na\tdata\n")
    monkeypatch.chdir(tmp_path)

    def checked(sheet: str = "", **changes):
        if sheet:
            (tmp_path / "sheet.tsv").write_text(sheet)
        return checked_study(OWN, **changes)

    return checked


def test_the_data_s_own_design(own_study):
    sheet = "scenario\tdesign\tsubjects\na\tdata\t\nb\tdata\t30\nc\t\t5\n"
    with pytest.raises(InputError, match="line 4: fill in the columns subjects and times"):
        own_study(sheet)
    study = own_study(sheet.replace("c\t\t5\n", ""))
    a, b = (scenario.design for scenario in study.scenarios.values())
    assert (a.subjects, a.redrawn, b.subjects, b.redrawn) == (12, False, 30, True)
    assert a.table is b.table is study.real.data
    assert a.table.patterns()[2] == (0.0, 1.0, 3.0, 6.0)


def test_sheet_times_are_coded_as_the_data_are(own_study):
    sheet = "scenario\ttimes\tdays\tsubjects\na\t0,6,12\t\t5\nb\t\t3\t5\n"
    study = own_study(sheet, data__origin=6, data__unit=12)
    a, b = (scenario.design for scenario in study.scenarios.values())
    assert a.times == (-0.5, 0.0, 0.5)
    assert b.times == pytest.approx((-0.5, -5 / 12, -4 / 12), abs=1e-9)
    assert study.real.data.time.min() == -0.5


def test_foreign_data_never_meet_sleepstudy_s_numbers(own_study):
    for changes, message in (
        ({"truth": {}}, "key truth: the default of beta0, .* give other numbers, or 'truth: d"),
        ({"truth__sigma": 25.5918}, "key truth: the default of sigma is sleepstudy's and not va"),
        ({"priors__lkj": {"family": "lkj_corr", "beta0_sd": 9}}, "lkj.beta1_sd, .* only to sleep"),
    ):
        with pytest.raises(InputError, match=message):
            own_study(**changes)


@pytest.mark.parametrize(
    ("key", "value", "names"),
    [("origin", "mean", ["beta0", "sigma_u0", "rho"]), ("unit", 7, ["beta1", "sigma_u1"])],
)
def test_another_coding_of_sleepstudy_needs_its_own_truth(in_root, key, value, names):
    """Also if the six numbers are written out, and even if the scales are those of the data."""
    config = changed(DEMO, f"data.{key}", value)
    for block in config["priors"].values():
        block |= dict.fromkeys(family_class(block["family"]).scales(), "auto")
    with pytest.raises(InputError, match=f"key truth: the default of {', '.join(names)} is"):
        check_study(copy.deepcopy(config))
    for name in names:
        config["truth"][name] *= 0.5
    check_study(config)


def test_scales_of_sleepstudy_written_for_other_data_get_a_warning(own_study):
    assert own_study().warnings == []
    study = own_study(priors__lkj__sigma_u0_scale=50, priors__lkj__sigma_u1_scale=10)
    (warning,) = study.warnings
    assert warning.startswith("sigma_u0_scale: 50, sigma_u1_scale: 10 of the prior lkj are for sl")


def test_labels_of_one_density_are_no_other_prior_s(own_study):
    block = OWN["priors"]["lkj"]
    priors = {
        "a": block | {"label": "LKJ(1) by hand"},
        "b": block | {"family": "lkj_cholesky_cov", "label": "LKJ(1) by PyMC"},
        "c": block | {"eta": 2, "label": "LKJ(1)"},
    }
    with pytest.raises(InputError, match=r"priors\.c\.label: a is also shown as 'LKJ\(1\)'"):
        own_study(priors=priors)


def test_a_prior_s_centre_is_compared_where_it_is_stated(own_study):
    """However far from 0 time is counted, and with advice that can help."""
    means = {"priors__lkj": OWN["priors"]["lkj"] | {"beta_prior_at": "means"}}
    far = TRIAL.replace("patient,month", "patient,ms")
    far = re.sub(r",(\d+),", lambda m: f",{1_600_000_000_000 + int(m[1])},", far)
    Path("trial.csv").write_text(far)
    warnings = own_study(data__time="ms", sheet="scenario\tdesign\na\tdata\n", **means).warnings
    assert not [warning for warning in warnings if "prior of beta0" in warning]
    means["priors__lkj"]["center"] = -500
    Path("trial.csv").write_text(TRIAL)
    (warning,) = own_study(**means).warnings
    assert "write another center or beta0_sd" in warning and "beta_prior_at" not in warning


def test_without_priors_for_nuts_it_fits_no_replicate(own_study):
    sheet = "scenario\tdesign\tnuts\na\tdata\t20\n"
    assert own_study(sheet).scenarios["a"].nuts == 20
    assert own_study(sheet, sampler={"priors": []}).scenarios["a"].nuts == 0


def test_what_a_run_prints_at_its_start(own_study, tmp_path):
    study = own_study(priors__lkj__beta0_sd=50)
    for prior in ("lkj", "left"):
        (tmp_path / "results/observed" / prior).mkdir(parents=True)
    data, warning, note = start_lines(study, Path("results"))
    assert data == f"Data: {study.real.description}."
    assert warning.startswith("Warning: beta0_sd: 50 of the prior lkj is for sleepstudy in days;")
    assert note == "Note: results/observed/left is stale, the config no longer has this prior."


def test_a_goal_that_no_prior_has_is_refused(own_study):
    alone = {"priors": {"none": OWN["priors"]["lkj"] | {"family": "independent"}}}
    assert list(own_study(**alone).config["sample_size"]["goals"]) == ["beta1"], "of the defaults"
    with pytest.raises(InputError, match=r"goals\.rho\.width: no prior estimates rho; leave"):
        own_study(**alone, sample_size={"goals": {"rho": {"width": 0.6}}})


def test_truth_of_the_data(in_root):
    config = changed(DEMO, "truth", "data")
    found = check_study(config).config["truth"]
    assert found == pytest.approx(
        {
            "beta0": 251.405, "beta1": 10.467, "sigma_u0": 24.741, "sigma_u1": 5.922,
            "rho": 0.066, "sigma": 25.592,
        }, abs=6e-4,
    )  # fmt: skip
    assert found["beta0"] == 251.4051  # to 6 digits of the data's spread


def test_a_singular_truth_is_refused_with_what_to_write(own_study):
    """As YAML reads it, in which 7e-05 would be text."""
    rows = [
        f"p{j},{t},{5e-4 + 8e-5 * ((7 * j) % 11 - 5) + 1e-6 * ((j * t * 7) % 10)}"
        for j in range(12)
        for t in range(6)
    ]
    Path("trial.csv").write_text("patient,month,score\n" + "\n".join(rows))
    with pytest.raises(InputError, match=r"is singular .* for example truth: {beta0: ") as caught:
        own_study(truth="data")
    assert re.search(r"e-\d\d", str(caught.value))
    written = yaml.safe_load(re.search(r"truth: ({.*})", str(caught.value))[1])
    assert own_study(truth=written).config["truth"] == written


@pytest.mark.parametrize(
    ("row", "changes", "message"),
    [
        # to 7 digits, so that residuals are rounding
        (
            lambda j, t: f"{t},{50 + j % 5 + 3.123456 * t + (j * 7 % 4) * 0.37 * t:.6g}",
            {},
            "key truth: the data lie on straight lines without residuals",
        ),
        (
            lambda j, t: f"{2000 + t},{score(j, t)}",
            {},
            "key data.origin: the origin month = 0 is far from .* set data.origin to 'mean'",
        ),
        (
            lambda j, t: f"{t},{score(j, t)}",
            {"data__origin": 1e300},
            "column 'month': different times become equal when",
        ),
    ],
)
def test_data_without_an_estimate_get_a_sentence(own_study, row, changes, message):
    rows = [f"p{j},{row(j, t)}" for j in range(12) for t in range(6)]
    Path("trial.csv").write_text("patient,month,score\n" + "\n".join(rows))
    with pytest.raises(InputError, match=message):
        own_study(truth="data", **changes)


def test_an_estimate_that_fails_gets_a_sentence(own_study, monkeypatch):
    def fails(data):
        raise FitError("the deviance is not finite")

    monkeypatch.setattr("recovery.reml.estimate.estimate", fails)
    with pytest.raises(InputError, match="key truth: REML finds no estimate of these data; write"):
        own_study(truth="data")


def test_designs_show_visits_in_the_units_of_the_file(own_study):
    sheet = "scenario\ttimes\tsubjects\tdesign\na\t0,6,12.5\t5\t\nb\t\t\tdata\n"
    study = own_study(sheet, data__origin="mean", data__unit="sd")
    a, b = (shown_columns(row, study.real.coding)["visits"] for row in study.scenarios.values())
    assert (a, b) == ("0 6 12.5", "as in the data")


def test_automatic_scales(in_root):
    scales = check_study(changed(DEMO, "priors.lkj_corr.sigma_u1_scale", "auto"))
    assert scales.priors["lkj_corr"].sigma_u1_scale == 9.78
    scales = check_study(changed(DEMO, "priors.lkj_corr.beta0_sd", "auto"))
    assert scales.priors["lkj_corr"].beta0_sd == 56.3
    assert scales.automatic == [("lkj_corr", "beta0_sd")]
    per_sd = {"family": "lkj_corr", "label": "x", "unit": "sd", "beta1_sd": "auto"}
    assert check_study(changed(DEMO, "priors.x", per_sd)).priors["x"].beta1_sd == 28.1


def test_settings_say_where_each_number_comes_from(own_study):
    study = own_study(truth="data")
    assert study.given_truth == "data"
    rows = {(r["what"], r["name"]): r for r in study.settings}
    assert rows["truth", "rho"]["source"] == "REML estimate of the data"
    assert rows["prior lkj", "beta0_sd"]["source"] == "auto, from the data"
    assert rows["prior lkj", "eta"] == {
        "what": "prior lkj", "name": "eta", "value": 1.0, "source": "default",
    }  # fmt: skip
    assert rows["time", "origin"] == {
        "what": "time", "name": "origin", "value": 0.0, "source": "config",
    }  # fmt: skip


def test_calendar_years_get_a_warning(own_study):
    text = TRIAL.replace("patient,month", "patient,year")
    Path("trial.csv").write_text(re.sub(r",(\d+),", lambda m: f",{2000 + int(m[1])},", text))
    study = own_study(data__time="year", sheet="scenario\tdesign\na\tdata\n")
    warning, center = study.warnings
    assert "the prior of beta0 of lkj lies" in center and "beta_prior_at: means" in center
    assert "the origin year = 0 is far from the data's times (2000 to 2024)" in warning
    assert own_study(data__time="year", data__origin=2000).warnings == []


def test_what_was_read(own_study):
    text = own_study(data__origin="mean").real.description
    assert text.startswith(
        "trial.csv: 12 subjects, 60 rows, 4 to 6 (median 5) per subject, 6 times"
    )
    assert "not balanced; time is month - " in text


def test_calibration_in_the_study_s_design(in_root):
    small = check_study(copy.deepcopy(DEMO)).calibration_scenario.design
    assert (small.subjects, small.times) == (6, days(5))
    found = check_study(changed(DEMO, "sbc.design", "study")).calibration_scenario.design
    assert (found.subjects, found.times) == (18, days(10))


def test_calibration_has_the_same_visits_in_all_data_sets(own_study):
    sheet = "scenario\tdesign\tsubjects\na\tdata\t30\n"
    design = own_study(sheet, sbc={"design": "study"}).calibration_scenario.design
    assert design.subjects == 12 and not design.redrawn


def test_times_of_estimands_are_coded_as_the_data_are(own_study):
    study = own_study(data__origin=6, data__unit=12, estimands={"lines_at": [0, 6, 24]})
    assert study.estimands["lines_at"] == {"0": -0.5, "6": 0.0, "24": 1.5}
