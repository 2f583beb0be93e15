"""Validate a config or a row of the sheet against its schema; a mistake is one plain sentence."""

import re
import sys
from pathlib import Path
from typing import Any

import yaml
from jsonschema import ValidationError
from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

from recovery.errors import InputError

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


def schema_of(block: str) -> dict[str, Any]:
    """The schemas of the keys of a block of the config."""
    text = (SCHEMAS / "config.schema.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["properties"][block]["properties"]


def validated(instance: dict[str, Any], schema: str, where: str, what: str = "key") -> None:
    """Validate against a schema of ``workflow/schemas``, and fill in its defaults in place.

    Parameters
    ----------
    instance : dict
        The config or the cells of a row.
    schema : str
        The name of the schema's file.
    where : str
        The file and the place in it, for messages.
    what : str
        The name for the schema's properties there: "key" or "column".

    Raises
    ------
    InputError
        At the first mistake.
    """
    try:
        validate(instance, str(SCHEMAS / schema))
    except WorkflowError as error:
        cause = error.__context__
        if not isinstance(cause, ValidationError):
            raise
        raise InputError(_sentence(cause, where, what)) from None
    _check_numbers(instance, f"{where}, {what} ", "")


def _check_numbers(values: Any, where: str, path: str) -> None:
    """Refuse NaN and infinity, and make 10.0 the integer 10: schemas take both for numbers."""
    for key, value in list(values.items() if isinstance(values, dict) else enumerate(values)):
        place = f"{path}.{key}".lstrip(".")
        if isinstance(value, dict | list):
            _check_numbers(value, where, place)
        elif isinstance(value, int | float) and not abs(value) <= sys.float_info.max:
            raise InputError(f"{where}{place}: must be a finite number.")
        elif isinstance(value, float) and value.is_integer():
            values[key] = int(value)


def _sentence(error: ValidationError, where: str, what: str) -> str:
    """Describe an error in one sentence; what is expected is the schema's description."""
    path = ".".join(map(str, error.absolute_path))
    place = f"{where}, {what} {path}" if path else where
    value, schema = error.instance, error.schema
    if error.validator == "additionalProperties":
        unknown = next(name for name in value if name not in schema["properties"])
        if what == "column":  # its name is in the header, whatever the row
            place = where.partition(", line")[0]
        return f"{place}: unknown {what} '{unknown}' (expected {', '.join(schema['properties'])})."
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in value)
        return f"{place}: the {what} '{missing}' is missing or blank."
    shown = f"'{value}'" if isinstance(value, str) else str(value)
    problem = "is empty" if value in (None, "", [], {}) else f"{shown[:80]} is not valid"
    advice = ""
    if error.validator_value in ("number", "integer") and re.search(r"\d", str(value)):
        advice = "; write numbers as 5, 0.5 or 1.0e-3"  # a decimal comma, or 1e-3 read as text
    return f"{place}: {problem} (expected {schema['description']}){advice}."
