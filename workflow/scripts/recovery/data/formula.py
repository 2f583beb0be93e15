"""Fixed effects by a formula: further columns beside the intercept and time, and their names."""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from formulaic import Formula, ModelSpec
from formulaic.errors import DataMismatchWarning, FormulaicError

from recovery.errors import InputError
from recovery.parameters import MOST_RANDOM, parameters

KEY = "data.formula"
RANDOM = "data.random has the columns that vary between subjects besides the intercept and time"
MOST_EFFECTS = 12
RESERVED = {
    *parameters(2), *parameters(3), *parameters(MOST_RANDOM), "u0", "u1", "u2", "u3", "mu"
}  # fmt: skip
NOT_MADE = (
    FormulaicError, DataMismatchWarning, ValueError, TypeError, KeyError, AttributeError
)  # fmt: skip
"""What formulaic raises where columns cannot be made."""
DEPENDENT = 1e-8  # what is left of a column, as a share of it, beside the columns before it


@dataclass(frozen=True)
class FixedPart:
    """The fixed effects of a formula, as they were made for one table.

    Attributes
    ----------
    spec : ModelSpec
        How formulaic makes the columns, with the levels and means of that table.
    time : str
        The variable of time.
    effects : tuple of str
        formulaic's names of the columns but those of the intercept and time.
    varying : tuple of str
        Those of them that vary between subjects.
    """

    spec: ModelSpec
    time: str
    effects: tuple[str, ...]
    varying: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, formula: str, response: str, time: str, table: pd.DataFrame, random: str = ""
    ) -> "FixedPart":
        """Make the columns of a formula for a table of time and covariates.

        Parameters
        ----------
        random : str
            The terms that vary between subjects, such as ``month + I(month**2)``.

        Raises
        ------
        InputError
            If the formula cannot be read, lacks the intercept or time, or its columns cannot be
            made or depend on each other.
        """
        right = right_side(formula, response, time)
        for name in sorted(right.required_variables - set(table)):
            raise InputError(f"{KEY}: the data file has no column '{name}'.")
        spec = _evaluated(right, table).model_spec
        for term, places in spec.term_indices.items():
            if not places:
                raise InputError(
                    f"{KEY}: '{term}' has a single level in the data; leave it out of the formula."
                )
        own = (time, "Intercept")
        part = cls(spec, time, tuple(name for name in spec.column_names if name not in own))
        for name in part.effects:
            if name in RESERVED:
                raise InputError(
                    f"{KEY}: '{name}' is also the name of a parameter; rename the column."
                )
        if len(part.effects) > MOST_EFFECTS:
            raise InputError(
                f"{KEY}: the formula has {len(part.effects)} effects besides the intercept and "
                f"time; at most {MOST_EFFECTS} are possible."
            )
        _check_rank(part, table)
        return replace(part, varying=_varying(random, part, table)) if random else part

    @property
    def levels(self) -> dict[str, list[str]]:
        """The levels of every factor; the first one is the reference."""
        states = self.spec.encoder_state.items()
        return {name: list(map(str, state["categories"])) for name, (_, state) in states if state}

    def columns(self, table: pd.DataFrame) -> np.ndarray:
        """The further columns of a table, shape (rows, effects).

        Raises
        ------
        InputError
            If a factor has a level that the first table did not have, or a value is not finite.
        """
        for name, levels in self.levels.items():
            unknown = [] if name not in table else set(table[name].map(str)) - set(levels)
            for level in sorted(unknown):
                raise InputError(
                    f"'{level}' is no level of '{name}' in the data (expected {', '.join(levels)})."
                )
        matrix = _evaluated(self.spec, table)
        return matrix[list(self.effects)].to_numpy(float).reshape(len(table), -1)

    def recoding(self, table: pd.DataFrame, coded: np.ndarray) -> np.ndarray:
        """The effects of coded times from those of the table's, shape (p, p).

        Raises
        ------
        InputError
            If the columns of coded times are no combinations of the table's.
        """
        times = table[self.time].to_numpy(float), coded
        both = [
            np.column_stack(
                [np.ones(len(table)), time, self.columns(table.assign(**{self.time: time}))]
            )
            for time in times
        ]
        found = np.linalg.lstsq(both[0], both[1])[0]
        for name, column, fitted in zip(self.effects, both[1].T[2:], (both[0] @ found).T[2:]):
            if np.abs(column - fitted).max() > DEPENDENT * np.abs(column).max():
                raise InputError(
                    f"origin: a prior in another coding of time cannot be stated for '{name}' of "
                    "the formula; leave origin and unit out."
                )
        return np.linalg.inv(found)


def right_side(formula: str, response: str, time: str) -> Any:
    """The parsed right side of a formula.

    Raises
    ------
    InputError
        If it is not a formula of this response with an intercept and time.
    """
    check_powers(formula, KEY)
    if "|" in formula:
        raise InputError(f"{KEY}: leave out what has a '|'; {RANDOM}.")
    if "__" in formula:
        raise InputError(f"{KEY}: '__' is not valid in a formula.")
    try:
        whole = Formula(formula)
    except FormulaicError as error:
        raise InputError(
            f"{KEY}: '{formula}' is not a formula ({_first_line(error)}); write one such as "
            f"'y ~ {time} * arm + age', with names that have spaces in backticks."
        ) from None
    left = [str(term) for term in getattr(whole, "lhs", [])]
    if left != [response]:
        raise InputError(
            f"{KEY}: the left side must be the response, '{response}', as it is in the file (found "
            f"'{' + '.join(left)}'); a transformed response must be a column of the file."
        )
    terms = [str(term) for term in whole.rhs]
    if "1" not in terms or time not in terms:
        raise InputError(
            f"{KEY}: the formula must have an intercept and the time, '{time}', as a term of its "
            f"own (found {', '.join(terms)})."
        )
    return whole.rhs


def _varying(random: str, part: FixedPart, table: pd.DataFrame) -> tuple[str, ...]:
    """The further effects among the terms that vary between subjects."""
    key = "data.random"
    check_powers(random, key)
    try:
        matrix = _evaluated(Formula(random), table)
    except (FormulaicError, InputError, AttributeError):
        raise InputError(
            f"{key}: '{random}' is not valid (expected terms of data.formula, such as "
            f"'{part.time} + I({part.time}**2)')."
        ) from None
    names = list(matrix.columns)
    if not {"Intercept", part.time} <= set(names):
        raise InputError(
            f"{key}: the intercept and the time, '{part.time}', must vary (found '{random}')."
        )
    others = [name for name in names if name not in ("Intercept", part.time)]
    found = tuple(same_effect(name, part.effects) for name in others)
    for name in found:
        if name not in part.effects:
            raise InputError(f"{key}: '{name}' is not a fixed effect; add it to data.formula, too.")
    if len(found) > MOST_RANDOM - 2:
        raise InputError(f"{key}: at most {MOST_RANDOM} effects may vary (found {2 + len(found)}).")
    return found


def check_powers(formula: str, key: str) -> None:
    """Refuse a power of a column outside a function, which formulaic reads as the column."""
    bare, in_function = "", [False]
    for i, letter in enumerate(formula):
        if letter in "({":
            call = letter == "{" or re.match(r"\w", formula[i - 1 : i])
            in_function.append(in_function[-1] or bool(call))
        bare += " " if in_function[-1] else letter
        if letter in ")}" and len(in_function) > 1:
            in_function.pop()
    power = r"(\w+)\s*({})\s*(\d)"
    found = re.search(power.format(r"\*\*|\^"), bare) or re.search(power.format(r"\^"), formula)
    if found:
        raise InputError(
            f"{key}: write I({found[1]}**{found[3]}) for a power; '{found[0]}' is read otherwise."
        )


def same_effect(name: str, effects: Mapping[str, Any] | tuple[str, ...]) -> str:
    """The effect that a user's name means: the parts of an interaction in any order."""
    parts = sorted(_parts(name))
    return next((effect for effect in effects if sorted(_parts(effect)) == parts), name)


def _parts(name: str) -> list[str]:
    """Parts of an interaction; a colon in parentheses or brackets is none."""
    return [part.replace(" ", "") for part in re.split(r":(?![^(\[]*[)\]])", name)]


def _evaluated(what: Any, table: pd.DataFrame) -> Any:
    """Columns of a formula or of a made one, all finite."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of logarithms and the like
            warnings.filterwarnings("error", category=DataMismatchWarning)  # an unknown level
            matrix = what.get_model_matrix(table, na_action="raise", context={}, output="pandas")
    except NOT_MADE as error:
        raise InputError(
            f"{KEY}: its columns cannot be made from the data ({_first_line(error)})."
        ) from None
    for name in matrix.columns:
        if not np.isfinite(matrix[name].to_numpy(float)).all():
            raise InputError(f"{KEY}: the column '{name}' is not finite in some rows.")
    return matrix


def _first_line(error: Exception) -> str:
    return str(error.__cause__ or error).strip().splitlines()[0][:120]


def _check_rank(part: FixedPart, table: pd.DataFrame) -> None:
    """Refuse the first column that is a combination of those before it."""
    time = table[part.time].to_numpy(float)
    fixed = np.column_stack([np.ones(len(table)), time, part.columns(table)])
    left = np.abs(np.diag(np.linalg.qr(fixed / np.linalg.norm(fixed, axis=0))[1]))
    for name, share in zip(("Intercept", part.time, *part.effects), left):
        if not share > DEPENDENT:
            raise InputError(
                f"{KEY}: the column '{name}' is a combination of the columns before it in the "
                "data, so that its effect cannot be estimated; leave it out."
            )
