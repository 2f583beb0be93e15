"""The one error that a user can cause."""


class InputError(ValueError):
    """Something a user wrote is wrong; the message says what, where, and what would be right.

    The message becomes one line, whatever the user's text in it holds.
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))
