"""Messages of a job: progress to the terminal, everything to the job's log file."""

import logging
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from recovery.errors import InputError

PROGRESS_SECONDS = 5.0
logger = logging.getLogger("study")


def open_log(path: str) -> None:
    """Send this job's messages and warnings, and its traceback if it fails, to its log.

    The terminal gets the sentence of an error only: Snakemake's own lines show how far a run is.
    """
    sys.excepthook = _log_exception
    with suppress(AttributeError):  # a stream that another program put there
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # it may lack letters
    Path(path).write_text("")
    terminal = logging.StreamHandler()
    terminal.setFormatter(logging.Formatter("%(message)s"))
    terminal.addFilter(lambda record: record.name == logger.name)
    terminal.setLevel(logging.ERROR)
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(message)s",
        level=logging.INFO,
        handlers=[
            logging.FileHandler(path, encoding="utf-8"),
            terminal,
        ],  # appends, as child processes do
    )
    logging.captureWarnings(True)


def progress(label: str) -> Callable[[int, int], None]:
    """A function that logs every few seconds how many replicates are done and the time left."""
    started = last = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done == total:
            logger.info("%s: all %d replicates done in %.0f s", label, total, now - started)
        elif now - last >= PROGRESS_SECONDS:
            last = now
            left = (now - started) / done * (total - done)
            logger.info("%s: %d of %d replicates done, %.0f s left", label, done, total, left)

    return report


def _log_exception(kind, error, trace) -> None:
    if issubclass(kind, InputError):
        logger.error("Error: %s", error)
    elif "No space left on device" in str(error):
        logger.error("Error: the disk is full; free some space and rerun (finished work is kept).")
    else:
        logging.getLogger().error("The job failed.", exc_info=(kind, error, trace))
        logger.error("Error: %s: %s", kind.__name__, error)
