"""The errors that are expected: a user's, and those of a data set."""

import numpy as np


class InputError(ValueError):
    """Something a user wrote is wrong; the message says what, where, and what would be right.

    The message becomes one line, whatever the user's text in it holds.
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class FitError(ArithmeticError):
    """A data set that an engine cannot fit."""


FAILURES_OF_DATA = (ArithmeticError, np.linalg.LinAlgError)
"""What the arithmetic of one data set can raise: its fit becomes a row with status ``failed``.

Everything else, such as a full disk, is a failure of the machine and must end the job.
"""


def failure_text(error: Exception) -> str:
    """What the column ``error`` of the fits says."""
    return f"{type(error).__name__}: {error}".splitlines()[0]
