"""What a run shows on the terminal: one line per job, how far the run is, and what failed.

Snakemake's own log file keeps everything, and each job has a log of its own.
"""

import logging
import os
import shlex
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from snakemake_interface_logger_plugins.common import LogEvent

LINE = 200  # characters of a line, at most; one about a job is no wider than the terminal
TYPICAL = {"fit_observed": 30, "compile_exact": 20, "fit_exact": 10, "fit_nuts": 10,
           "observed_figures": 20, "study_figures": 20, "pages": 8}  # fmt: skip
"""Seconds of a job, until one of its rule is done; those of other rules take OTHER."""
OTHER = 3
KEPT = ("Nothing to be done", "Complete log", "Elapsed time", "Unlocking", "This was a dry-run",
        "SLURM run ID")  # fmt: skip
"""Beginnings of Snakemake's remarks that a reader needs."""
LEFT_OUT = ("CalledProcessError", "Exiting because a job", "At least one job did not complete")
"""Parts of remarks that say less than the line of the job that failed."""


class RunLines(logging.Formatter):
    """Filter and formatter of Snakemake's records.

    Parameters
    ----------
    main : bool
        Whether this process runs the workflow, and not one of its jobs.
    cores, dry : callable
        How many jobs run side by side, and whether the run is a dry one, which shows one job of
        every rule and why it would run. Snakemake knows them only later.
    """

    def __init__(self, main: bool, cores: Callable[[], int], dry: Callable[[], bool]) -> None:
        super().__init__()
        self.main, self.cores, self.dry = main, cores, dry
        self.begun = time.monotonic()
        self.done = self.total = 0
        self.waiting: dict[str, int] = {}
        self.running: dict[Any, tuple[str, str, float]] = {}
        self.seconds: dict[str, list[float]] = {}
        self.shown: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is shown; what the records say of the run is kept."""
        event, text = getattr(record, "event", None), record.getMessage()
        if any(part in text for part in LEFT_OUT):
            return False
        if event is None:
            return record.levelno >= logging.WARNING or (self.main and text.startswith(KEPT))
        if not self.main:
            return False
        match event:
            case LogEvent.RUN_INFO:
                return self._plan(record)
            case LogEvent.JOB_INFO:
                return self._start(record)
            case LogEvent.JOB_FINISHED:
                self._finish(vars(record).get("job_id"))
            case LogEvent.PROGRESS:
                self.done = vars(record)["done"]
                return self.done == self.total
        return event in (LogEvent.JOB_ERROR, LogEvent.GROUP_ERROR, LogEvent.ERROR)

    def format(self, record: logging.LogRecord) -> str:
        """The text of a record, each line cut to a terminal's width."""
        values = vars(record)
        match values.get("event"):
            case LogEvent.JOB_INFO if self.dry():
                text = f"{_job_name(values)}: {values['reason']}"
            case LogEvent.JOB_INFO:
                others = [
                    name for job, (_, name, _) in self.running.items() if job != values["jobid"]
                ]
                beside = f" (beside {'; '.join(others)})" if others else ""
                text = f"{self._place()} | {_job_name(values)}{beside}"
            case LogEvent.PROGRESS:
                text = f"{self._place()} | finished"
            case LogEvent.JOB_ERROR:
                logs = ", ".join(map(str, values.get("log") or ()))
                text = f"Failed: {_job_name(values)}; its log is {logs or 'missing'}"
            case _:
                text = record.getMessage()
        about_a_job = values.get("event") in (LogEvent.JOB_INFO, LogEvent.PROGRESS)
        width = shutil.get_terminal_size((LINE, 0)).columns if about_a_job else LINE
        return "\n".join(_cut(line, min(width, LINE)) for line in text.splitlines())

    def _plan(self, record: logging.LogRecord) -> bool:
        first, stats = not self.total, dict(vars(record)["stats"])
        self.total = stats.pop("total", 0)
        self.waiting = stats
        return self.dry() and first

    def _start(self, record: logging.LogRecord) -> bool:
        values = vars(record)
        rule = values["rule_name"]
        if self.dry():
            new = rule not in self.shown
            self.shown.add(rule)
            return new
        self.waiting[rule] = self.waiting.get(rule, 1) - 1
        self.running[values["jobid"]] = rule, _job_name(values), time.monotonic()
        return True

    def _finish(self, job: Any) -> None:
        rule, _, begun = self.running.pop(job, ("", "", 0.0))
        if rule:
            self.seconds.setdefault(rule, []).append(time.monotonic() - begun)

    def _place(self) -> str:
        """Time since the start, steps done, and about how long the others take."""
        now = time.monotonic()
        passed = f"{_clock(now - self.begun)} | {self.done} of {self.total} steps done"
        left = self._left(now)
        return f"{passed}, about {_clock(left)} left" if left >= 1.0 else passed

    def _left(self, now: float) -> float:
        """Seconds that the jobs to come take at the mean of those of their rule, on all cores."""
        to_come = sum(count * self._mean(rule) for rule, count in self.waiting.items())
        for rule, _, begun in self.running.values():
            to_come += max(self._mean(rule) - (now - begun), 0.0)
        return to_come / max(self.cores(), len(self.running), 1)

    def _mean(self, rule: str) -> float:
        known = self.seconds.get(rule)
        return sum(known) / len(known) if known else TYPICAL.get(rule, OTHER)


def _job_name(values: dict[str, Any]) -> str:
    """A job's rule and what it is of, such as ``fit exact: rho_0, 1-1000``."""
    name = str(values["rule_name"]).replace("_", " ")
    of = ", ".join(map(str, dict(values.get("wildcards") or {}).values()))
    return f"{name}: {of}" if of else name


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[: width - 4]} ..."


def show_lines(workflow: Any, main: bool) -> None:
    """Let Snakemake's terminal show `RunLines`.

    With ``--verbose``, ``--printshellcmds``, ``--debug-dag`` or a logger plugin it shows what these
    ask for.
    """
    wanted = workflow.output_settings
    if wanted.verbose or wanted.printshellcmds or wanted.debug_dag:
        return
    for handler in logging.getLogger("snakemake.logging").handlers:
        if handler.name == "DefaultStreamHandler":
            lines = RunLines(main, lambda: workflow.cores or 1, lambda: workflow.dryrun)
            handler.addFilter(lines)
            handler.setFormatter(lines)


def closing_lines(
    results: Path, typed_in: Path, configfiles: Sequence[Path], command: str = "snakemake"
) -> list[str]:
    """The answer of a study that ran, the page to open first, and what to type next.

    Parameters
    ----------
    results : Path
        The study's folder of results.
    typed_in : Path
        Where the command was typed.
    configfiles : sequence of Path
        What was given with ``--configfile``.
    command : str
        How Snakemake is called.
    """
    answer = results / "pages/answer.txt"
    if not answer.exists():
        return []
    words = ["--report", "report.html"]
    if typed_in.resolve() != Path.cwd().resolve():
        words += ["--directory", os.path.relpath(Path.cwd(), typed_in)]
    if configfiles:
        words += ["--configfile", *(os.path.relpath(path, typed_in) for path in configfiles)]
    return [
        answer.read_text(encoding="utf-8").strip(),
        f"Open first: {answer.with_name('answers.html').resolve().as_uri()}",
        f"Next: {command} {shlex.join(words)}    # one file with every table and figure",
    ]


def how_snakemake_is_called() -> str:
    """The words before Snakemake's arguments; uv sets UV in what it runs."""
    return "python -m uv run snakemake" if "UV" in os.environ else "snakemake"
