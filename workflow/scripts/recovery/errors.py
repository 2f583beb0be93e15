"""The one error that a user's input can cause."""


class InputError(ValueError):
    """Bad input, told in one plain sentence: what is wrong, where, and what would be right."""
