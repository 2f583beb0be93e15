"""Validate a config or a row against its schema; a mistake is one plain sentence."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import ValidationError
from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

from recovery.errors import InputError
from study.messages import sentence

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


def validated(instance: dict[str, Any], schema: str, where: str, what: str = "key") -> None:
    """Validate against a schema of ``workflow/schemas``, and fill in its defaults in place.

    Raises
    ------
    InputError
        At the first mistake.
    """
    for path, name in _names(instance):
        if not isinstance(name, str):
            raise InputError(
                f"{where}, {what} {path}: a name must be text that starts with a letter, but YAML "
                f"reads this one as {name!r}."
            )
    for path, number in _numbers(instance):
        # schemas accept NaN, and integers that no float can hold
        if not abs(number) <= sys.float_info.max:
            raise InputError(f"{where}, {what} {path}: must be a finite number.")
    try:
        validate(instance, str(SCHEMAS / schema))
    except WorkflowError as error:
        cause = error.__context__
        if not isinstance(cause, ValidationError):
            raise
        raise InputError(sentence(cause, where, what)) from None
    _make_whole(instance)


def _names(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every name in nested mappings, with its path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            place = f"{path}.{name}" if path else str(name)
            yield place, name
            yield from _names(inner, place)


def _numbers(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Every number in nested mappings and lists, with its path."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield from _numbers(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, int | float):
        yield path, value


def _make_whole(value: Any) -> None:
    """Whole numbers that were written as 10.0 become integers, in place, which schemas allow."""
    if isinstance(value, dict | list):
        items = list(value.items() if isinstance(value, dict) else enumerate(value))
        for key, inner in items:
            if isinstance(inner, float) and inner.is_integer():
                value[key] = int(inner)
            else:
                _make_whole(inner)
