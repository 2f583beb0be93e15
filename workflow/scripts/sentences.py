"""A schema's complaint as one plain sentence: what is wrong, where, and what would be right."""

from collections.abc import Callable
from typing import Any

from jsonschema import ValidationError

KINDS = {
    "number": "a number",
    "integer": "a whole number",
    "string": "text",
    "object": "a block of keys",
    "array": "a list",
}


def sentence(error: ValidationError, where: str, what: str) -> str:
    """The first thing that is wrong, in words.

    Parameters
    ----------
    error : ValidationError
        What jsonschema found.
    where : str
        The file, and what of it.
    what : str
        What the schema's properties are called there: "key" or "column".
    """
    path = ".".join(str(part) for part in error.absolute_path)
    place = f"{where}, {what} {path}" if path else where
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        unknown = next(name for name in error.instance if name not in known)
        return f"{place}: there is no {what} '{unknown}' here; the {what}s are {', '.join(known)}."
    if error.validator == "required":
        missing = next(name for name in error.schema["required"] if name not in error.instance)
        return f"{place}: the {what} '{missing}' is missing or blank."
    problem = PROBLEMS.get(error.validator, _unfit)(error)
    hint = error.schema.get("description")
    return f"{place}: {problem}" + (f" (wanted: {hint})." if hint else ".")


def _type(error: ValidationError) -> str:
    value, wanted = error.instance, error.validator_value
    kinds = " or ".join(KINDS[kind] for kind in ([wanted] if isinstance(wanted, str) else wanted))
    if value is None:
        return f"it is empty, and not {kinds}"
    return f"{_shown(value)} is not {kinds}{_meant(value, wanted)}"


def _meant(value: Any, wanted: str | list[str]) -> str:
    """The number that a text nearly is: a decimal comma, a long minus, 1e-3 as YAML reads it."""
    try:
        number = float(value.replace(",", ".").replace("−", "-"))
    except (AttributeError, ValueError):
        return ""
    fits = "number" in wanted or ("integer" in wanted and number.is_integer())
    return f"; write {number:.15g}" if fits else ""


def _unfit(error: ValidationError) -> str:
    return f"{_shown(error.instance)} will not do"


def _range(error: ValidationError) -> str:
    return f"{_shown(error.instance)} is out of range"


def _shown(value: Any) -> str:
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) < 80 else text[:76] + " ..."


PROBLEMS: dict[str, Callable[[ValidationError], str]] = {
    "type": _type,
    "enum": lambda e: f"{_shown(e.instance)} is none of {', '.join(map(str, e.validator_value))}",
    "contains": lambda e: f"{e.validator_value['const']} is not among {_shown(e.instance)}",
    "minItems": lambda e: "it is empty",
    "minProperties": lambda e: "it is empty",
    "uniqueItems": lambda e: f"{_shown(e.instance)} has one value twice",
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _range),
}
