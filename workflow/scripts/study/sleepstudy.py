"""Sleepstudy's numbers, which are the defaults, are not for other data or codings of time."""

from typing import Any

from recovery.errors import InputError
from recovery.model.families import family_class
from recovery.model.prior import as_yaml_number
from study.real_data import RealData

TRUTH = {
    "beta0": 251.4051,
    "beta1": 10.46729,
    "sigma_u0": 24.74066,
    "sigma_u1": 5.922138,
    "rho": 0.06555,
    "sigma": 25.59180,
}
OF_ORIGIN, OF_UNIT = ("beta0", "sigma_u0", "rho"), ("beta1", "sigma_u1")
"""Parameters that another origin or another unit of time changes."""


def check_defaults(config: dict[str, Any], given_truth: Any, real: RealData, source: str) -> None:
    """Refuse sleepstudy's truth, and scales left at their defaults, for which they are not.

    Parameters
    ----------
    config : dict
        The config with its defaults filled in.
    given_truth : dict or "data"
        The block `truth` as the user wrote it.
    real : RealData
        The data.
    source : str
        What to call the config in messages.
    """
    if not real.foreign:
        return
    if given_truth != "data":
        left = [name for name in _changed(real) if config["truth"][name] == TRUTH[name]]
        if left:
            others = "with another origin or unit" if real.sleepstudy else "for other data"
            have = "have" if len(left) > 1 else "has"
            values = "values, which are" if len(left) > 1 else "value, which is"
            raise InputError(
                f"{source}, key truth: {', '.join(left)} {have} sleepstudy's default {values} not "
                f"valid {others}; give other numbers, or 'truth: data' for the REML estimates."
            )
    for name, block in config["priors"].items():
        left = [key for key in family_class(block["family"]).scales() if key not in block]
        if left:
            raise InputError(
                f"{source}, key priors.{name}: the default of {', '.join(left)} applies only to "
                "sleepstudy with time in days from day 0; set each to a number or to 'auto'."
            )


def _changed(real: RealData) -> list[str]:
    """The true values that are not those of sleepstudy from day 0, in days."""
    if not real.sleepstudy:
        return list(TRUTH)
    changed = OF_ORIGIN if real.coding.origin != 0 else ()
    return [*changed, *(OF_UNIT if real.coding.unit != 1 else ())]


def scale_warnings(priors: dict[str, dict[str, Any]], real: RealData) -> list[str]:
    """A sentence for each prior whose config block writes out sleepstudy's scales.

    They may be meant, so that they are not refused.
    """
    kinds = ("response", "slope") if not real.sleepstudy else ("slope",)
    if real.sleepstudy and real.coding.unit == 1:
        return []
    found = []
    for name, block in priors.items():
        family = family_class(block["family"])
        same = [
            f"{key}: {as_yaml_number(block[key])}"
            for key, kind in family.scales().items()
            if kind in kinds and block.get(key) == getattr(family, key)
        ]
        if same:
            found.append(
                f"{', '.join(same)} of the prior {name} {'are' if len(same) > 1 else 'is'} for "
                "sleepstudy in days; write 'auto', or a number that suits your data, unless you "
                "mean just that."
            )
    return found
