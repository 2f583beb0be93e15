"""The families of priors, by name: the modules of ``model/priors``.

A family is imported by its name, so no other module names it. A new family is one new file, and a
job depends only on the files of its family.
"""

from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

from recovery.errors import InputError
from recovery.model.hyperparameters import WORDS
from recovery.model.prior import Prior

FOLDER = Path(__file__).parent / "priors"
FAMILIES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
"""Names of all families."""
OF_DESIGN = ("recoding", "further_means")
"""Fields of a prior that follow from the design."""


def family_class(family: str) -> type[Prior]:
    """The class of a family: the one prior that its module defines.

    Raises
    ------
    InputError
        If there is no such family.
    """
    if family not in FAMILIES:
        raise InputError(f"family: unknown family '{family}' (expected {', '.join(FAMILIES)}).")
    module = import_module(f"recovery.model.priors.{family}")
    (found,) = (
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Prior)
        and value.__module__ == module.__name__
    )
    return found


def make_prior(family: str, **hyperparameters: Any) -> Prior:
    """Build a prior from a config block without its label.

    Raises
    ------
    InputError
        If the family or a hyperparameter is unknown, or a value is out of range.
    """
    prior = family_class(family)
    known = [field.name for field in fields(prior)]
    expected = [name for name in known if name not in OF_DESIGN]
    for name in hyperparameters:
        if name not in known:
            advice = f"expected {', '.join(expected)}"
            if name in ("sigma_u2_scale", "sigma_u3_scale"):
                advice = "write it in random_scales"
            raise InputError(f"{name}: unknown hyperparameter of the family '{family}' ({advice}).")
    at = hyperparameters.get("beta_prior_at", "origin")
    if at not in WORDS["beta_prior_at"]:
        raise InputError(f"beta_prior_at: {at!r} is not 'origin', 'means' or 'flat'.")
    return prior(**hyperparameters)
