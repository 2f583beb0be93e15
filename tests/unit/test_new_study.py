"""The command that writes a study: what it writes, what it says, what it refuses."""

import sys
from pathlib import Path

import pytest
import yaml
from helpers import ROOT

from study.check import check_study

sys.path.append(str(ROOT / "workflow"))
import new_study


@pytest.fixture
def begin(tmp_path, monkeypatch, capsys):
    """Run the command on rows of (subject, time, response); what it prints."""
    monkeypatch.chdir(tmp_path)

    def run(rows, csv="my.csv", to="mine"):
        Path(csv).parent.mkdir(exist_ok=True)
        lines = [",".join(map(str, row)) for row in rows]
        Path(csv).write_text("\n".join(["id,age,score", *lines]))
        command = ["new_study.py", csv, "--response", "score", "--time", "age", "--group", "id"]
        monkeypatch.setattr(sys, "argv", [*command, "--to", to])
        new_study.main()
        return capsys.readouterr().out

    def checked():
        monkeypatch.chdir(tmp_path / "mine")
        return check_study(yaml.safe_load(Path("config/config.yaml").read_text()))

    run.checked = checked
    return run


def people(first_age=0, size=40, scale=1.0):
    """Five visits each, two years apart, the first within seven years."""
    return [
        (f"p{j}", first_age + j % 7 + 2 * k, scale * (50 + 3 * (7 * j % 11) + k * (j % 5) + noise))
        for j in range(size)
        for k, noise in enumerate((0, 2 * (j % 3), -(j % 4), j % 2, -(j % 5)))
    ]


def test_a_study_runs_as_it_is_written(begin):
    printed = begin(people())
    assert "Data: my.csv: 40 subjects, 200 rows" in printed and "Warning" not in printed
    study = begin.checked()
    assert study.given_truth == "data" and study.real.coding.trivial
    assert list(study.sample_sizes) == [f"sample_size-{n}" for n in (20, 40, 80, 160)]


def test_ages_are_counted_from_their_mean(begin):
    """At age 0 the estimate of rho would be 1, or nearly, whatever the data are."""
    printed = begin(people(60))
    assert "Time is counted from the mean, 66.875 (data.origin: mean), since time 0" in printed
    assert "singular" not in printed and "Warning" not in printed
    study = begin.checked()
    assert study.config["data"]["origin"] == "mean" and study.given_truth == "data"
    assert study.warnings == []


def test_small_numbers_are_written_as_yaml_reads_them(begin):
    """A singular estimate, whose numbers stand in the config."""
    rows = [
        (f"p{j}", t, 1e-6 * (50 + 8 * (7 * j % 11 - 5) + 10 * t + (j * t * 7) % 10 / 10))
        for j in range(12)
        for t in range(6)
    ]
    assert "This estimate is singular" in begin(rows)
    truth = begin.checked().config["truth"]
    assert truth["beta1"] == pytest.approx(1e-5, rel=0.1)
    assert all(isinstance(value, float | int) for value in truth.values())


def test_numbers_of_subjects_are_those_that_a_design_may_have(begin, monkeypatch):
    monkeypatch.setattr(new_study, "MOST_SUBJECTS", 100)
    begin(people())
    assert begin.checked().config["sample_size"]["subjects"] == [12, 25, 50, 100]


@pytest.mark.parametrize(
    ("csv", "to", "message"),
    [
        ("{a}/my.csv", "mine", "data.path: '{a}/my.csv' is not valid (expected the path of a CSV"),
        ("my.csv", "my.csv", "my.csv: the study cannot be written there ("),
    ],
)
def test_what_cannot_be_written_is_refused(begin, csv, to, message):
    with pytest.raises(SystemExit) as caught:
        begin(people(), csv, to)
    assert message in str(caught.value) and "\n" not in str(caught.value)
    assert not Path("mine").exists()


def test_a_study_is_not_written_over_another(begin):
    begin(people())
    with pytest.raises(SystemExit, match="there is a study already; give another folder"):
        begin(people(size=30))


def test_a_mistake_leaves_nothing_behind(begin, monkeypatch):
    monkeypatch.setattr(new_study, "SCALES", ("beta0_sd",))  # the others would be sleepstudy's
    with pytest.raises(SystemExit, match="key priors"):
        begin(people())
    assert not Path("mine").exists()
