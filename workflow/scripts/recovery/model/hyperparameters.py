"""Hyperparameters as numbers, or as the words that some may be."""

import sys
from collections.abc import Iterable
from typing import Any

from recovery.errors import InputError

WORDS = {
    "center": ("data",),
    "origin": ("mean",),
    "unit": ("sd",),
    "beta_prior_at": ("origin", "means", "flat"),
}
"""Hyperparameters that may be a word in place of a number."""


def checked(name: str, value: Any, scales: Iterable[str]) -> float:
    """A hyperparameter as a float; `InputError` if it is not valid."""
    if value == "auto":
        raise InputError(
            f"{name}: 'auto' is for scales only ({', '.join(scales)}); write a number."
        )
    if isinstance(value, bool) or not isinstance(value, int | float):
        expected = " or ".join(["a number", *(f"'{word}'" for word in WORDS.get(name, ()))])
        raise InputError(f"{name}: {value!r} is not {expected}{_advice(value)}.")
    real = name in ("center", "origin", "beta_prior_at")  # the others are positive
    if not abs(value) <= sys.float_info.max or (not real and value <= 0):
        expected = "finite" if real else "positive and finite"
        raise InputError(f"{name}: {value} must be {expected}.")
    return float(value)


def _advice(value: Any) -> str:
    """How to write a number that YAML reads as text, such as 1e-6."""
    try:
        number = float(value.replace(",", ".") if isinstance(value, str) else value)
    except (TypeError, ValueError):
        return ""
    return f"; write {as_yaml_number(number)}" if abs(number) <= sys.float_info.max else ""


def as_yaml_number(number: float) -> str:
    """A number in a form that YAML reads as a number, which needs the point of ``1.0e-06``.

    Examples
    --------
    >>> as_yaml_number(1e-6), as_yaml_number(0.5), as_yaml_number(1e20)
    ('1.0e-06', '0.5', '1.0e+20')
    """
    text = f"{number:.15g}"
    mantissa, exponent, power = text.partition("e")
    if exponent and "." not in mantissa:
        mantissa += ".0"
    return mantissa + exponent + power
