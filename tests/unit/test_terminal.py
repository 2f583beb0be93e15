"""What a run shows: lines made of Snakemake's records."""

import logging
import os
from pathlib import Path

import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from jobs import terminal
from jobs.terminal import LINE, RunLines, closing_lines


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test moves."""
    now = [0.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def shown(clock, monkeypatch):
    """Send records to the lines; what they show, or None."""
    monkeypatch.setattr(
        terminal.shutil, "get_terminal_size", lambda other: os.terminal_size((90, 30))
    )

    def make(main=True, cores=2, dry=False):
        lines = RunLines(main, lambda: cores, lambda: dry)

        def send(event=None, message="", level=logging.INFO, **values):
            record = logging.LogRecord("snakemake", level, "", 0, message, (), None)
            vars(record).update(values | ({"event": event} if event else {}))
            return lines.format(record) if lines.filter(record) else None

        return send

    return make


def job(number, rule, **wildcards):
    return {"jobid": number, "rule_name": rule, "wildcards": wildcards, "reason": "It is new."}


def test_a_line_says_where_the_run_is_and_how_long_it_takes(shown, clock):
    send = shown()
    send(LogEvent.RUN_INFO, stats={"fit_exact": 4, "total": 4})
    first = send(LogEvent.JOB_INFO, **job(1, "fit_exact", scenario="a", batch="1-9"))
    # four jobs of a typical 10 seconds on two cores
    assert first == "0:00 | 0 of 4 steps done, about 0:20 left | fit exact: a, 1-9"
    second = send(LogEvent.JOB_INFO, **job(2, "fit_exact", scenario="b", batch="1-9"))
    assert second.endswith("| fit exact: b, 1-9 (beside fit exact: a, 1-9)")
    clock[0] = 65.0
    assert send(LogEvent.JOB_FINISHED, job_id=1) is None
    assert send(LogEvent.PROGRESS, done=1, total=4) is None
    third = send(LogEvent.JOB_INFO, **job(3, "fit_exact", scenario="c", batch="1-9"))
    # such jobs take 65 seconds: one to come, one just begun, one about to end
    assert third.startswith("1:05 | 1 of 4 steps done, about 1:05 left")
    for number in (2, 3, 4):
        send(LogEvent.JOB_FINISHED, job_id=number)
    send(LogEvent.JOB_INFO, **job(4, "fit_exact"))
    send(LogEvent.JOB_FINISHED, job_id=4)
    assert send(LogEvent.PROGRESS, done=4, total=4) == "1:05 | 4 of 4 steps done | finished"


def test_a_line_about_a_job_is_no_wider_than_the_terminal(shown):
    send = shown()
    send(LogEvent.RUN_INFO, stats={"measure": 1, "total": 1})
    line = send(LogEvent.JOB_INFO, **job(1, "measure", scenario="s" * 200))
    assert len(line) == 90 and line.endswith("sss ...")


def test_an_error_ends_with_the_rule_and_its_log(shown):
    send = shown()
    error = "RuleException:\nCalledProcessError in file rules/fit.smk, line 1"
    assert send(LogEvent.ERROR, error, logging.ERROR) is None
    assert send(None, "Exiting because a job execution failed.", logging.ERROR) is None
    line = send(LogEvent.JOB_ERROR, level=logging.ERROR, **job(1, "fit_reml"), log=["a/b.log"])
    assert line == "Failed: fit reml; its log is a/b.log"
    assert send(None, "MissingInputException: x", logging.ERROR) == "MissingInputException: x"


def test_a_dry_run_shows_one_job_of_every_rule_and_why(shown):
    send = shown(dry=True)
    assert send(LogEvent.RUN_INFO, "Job stats:", stats={"measure": 2, "total": 2}) == "Job stats:"
    assert send(LogEvent.JOB_INFO, **job(1, "measure", scenario="a")) == "measure: a: It is new."
    assert send(LogEvent.JOB_INFO, **job(2, "measure", scenario="b")) is None
    assert send(LogEvent.RUN_INFO, "Job stats:", stats={"total": 2}) is None


def test_no_line_is_longer_than_a_terminal_bears(shown):
    long = shown()(None, "x" * 1000 + "\nshort", logging.ERROR).splitlines()
    assert [len(line) for line in long] == [LINE, 5]


def test_a_job_s_own_process_shows_errors_only(shown):
    send = shown(main=False)
    assert send(LogEvent.JOB_INFO, **job(1, "measure")) is None
    assert send(None, "Nothing to be done") is None and send(None, "bad", logging.ERROR) == "bad"


def test_the_next_command_is_what_must_be_typed(tmp_path, monkeypatch):
    folder = tmp_path / "my trial"
    (folder / "results/t/pages").mkdir(parents=True)
    (folder / "results/t/pages/answer.txt").write_text("prefer x.\n")
    monkeypatch.chdir(folder)
    results = Path("results/t")
    answer, page, command = closing_lines(results, tmp_path, [folder / "more.yaml"], "snakemake")
    assert answer == "prefer x." and page.startswith("Open first: file:///")
    assert page.endswith("/my%20trial/results/t/pages/answers.html")
    assert command.startswith(
        "Next: snakemake --report report.html --directory 'my trial' --configfile 'my trial/more"
    )
    *_, command = closing_lines(results, folder, [], "snakemake")
    assert "--directory" not in command and "--configfile" not in command
    assert closing_lines(Path("results/none"), folder, []) == []
