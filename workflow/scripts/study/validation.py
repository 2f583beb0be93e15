"""Validate a config or a row against its schema; a mistake is one plain sentence."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import ValidationError
from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

from recovery.errors import InputError
from recovery.model.prior import as_yaml_number

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
KINDS = {
    "number": "a number",
    "integer": "a whole number",
    "string": "text",
    "boolean": "true or false",
    "object": "a mapping of keys (lines of 'key: value')",
    "array": "a list",
}
SIGNS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}


def schema_of(block: str) -> dict[str, Any]:
    """The schemas of the keys of a block of the config."""
    text = (SCHEMAS / "config.schema.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["properties"][block]["properties"]


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


def sentence(error: ValidationError, where: str, what: str) -> str:
    """Describe an error in one sentence.

    Parameters
    ----------
    error : ValidationError
        The error that jsonschema found.
    where : str
        The file and the place in it.
    what : str
        The name for the schema's properties there: "key" or "column".
    """
    path = ".".join(str(part) for part in error.absolute_path)
    place = f"{where}, {what} {path}" if path else where
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        unknown = next(name for name in error.instance if name not in known)
        if what == "column":  # its name is in the header, whatever the row
            place = where.partition(", line")[0]
        return f"{place}: unknown {what} '{unknown}' (expected {', '.join(known)})."
    if error.validator == "required":
        missing = next(name for name in error.schema["required"] if name not in error.instance)
        return f"{place}: the {what} '{missing}' is missing or blank."
    problem = PROBLEMS.get(error.validator, _not_valid)(error)
    hint = error.schema.get("description")
    if not hint or error.validator == "enum":
        return f"{place}: {problem}."
    return f"{place}: {problem} ({'' if error.validator in PROBLEMS else 'expected '}{hint})."


def _type(error: ValidationError) -> str:
    value, wanted = error.instance, error.validator_value
    names = [wanted] if isinstance(wanted, str) else wanted
    if "number" in names:  # text beside it is for the words that the description names
        names = ["number"]
    kinds = " or ".join(KINDS[kind] for kind in names)
    if value is None:
        return f"is empty; expected {kinds}"
    return f"{_shown(value)} is not {kinds}{_advice(value, wanted)}"


def _advice(value: Any, wanted: str | list[str]) -> str:
    """The number that a text seems to mean: a decimal comma, a long minus, 1e-3 read as text."""
    try:
        # "1,000" may be a thousand or one: no advice
        text = value if re.search(r",\d{3}$", value) else value.replace(",", ".")
        number = float(text.replace("−", "-"))
    except (AttributeError, TypeError, ValueError):
        return ""
    fits = "number" in wanted or ("integer" in wanted and number.is_integer())
    if not fits or not abs(number) <= sys.float_info.max:
        return ""
    return f"; write {as_yaml_number(number)}"


def _choice(error: ValidationError) -> str:
    first, *others = map(str, error.validator_value)
    if others:
        return f"{_shown(error.instance)} is not one of {', '.join([first, *others])}"
    return f"{_shown(error.instance)} is not valid; write '{first}', or leave it out"


def _too_few(error: ValidationError) -> str:
    found, wanted = len(error.instance), error.validator_value
    return f"needs at least {wanted} values, has {found}" if found else "is empty"


def _not_valid(error: ValidationError) -> str:
    if error.instance is None:
        return "is empty"
    return f"{_shown(error.instance)} is not valid"


def _range(error: ValidationError) -> str:
    """Both ends of the range, whichever was missed."""
    ends = [f"{sign} {error.schema[end]}" for end, sign in SIGNS.items() if end in error.schema]
    return f"{_shown(error.instance)} is out of range; it must be {' and '.join(ends)}"


def _listed(values: Any) -> str:
    return ", ".join(map(str, values))


def _shown(value: Any) -> str:
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) < 80 else text[:76] + " ..."


PROBLEMS: dict[str, Callable[[ValidationError], str]] = {
    "type": _type,
    "enum": _choice,
    "contains": lambda e: f"{e.validator_value['const']} is not among {_shown(e.instance)}",
    "minItems": _too_few,
    "minProperties": lambda e: "is empty",
    "uniqueItems": lambda e: f"{_shown(e.instance)} contains a duplicate value",
    **dict.fromkeys(SIGNS, _range),
}
