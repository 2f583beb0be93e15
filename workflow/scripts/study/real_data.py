"""The real data of a study: read, coded, and what is taken from them (truth, scales)."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recovery.data.coding import Coding
from recovery.data.longdata import LongData
from recovery.data.read import describe, read_long_csv
from recovery.errors import InputError
from recovery.model.families import family_class

SLEEPSTUDY = "59678310ccb961afd980eeb9122a22b914243fa8d29f40945b9f93a7b5ee1f4b"
"""SHA-256 of sleepstudy.csv, for which the defaults of truth and scales are."""


MOST_RHO = 0.9999  # an estimate beyond counts as singular


@dataclass(frozen=True)
class RealData:
    """The real data as the study uses them.

    Attributes
    ----------
    data : LongData
        The data, their times coded.
    coding : Coding
        How the file's times are coded.
    description : str
        What the file holds, in one line.
    warning : str
        What is suspect about the coding, or nothing.
    sleepstudy : bool
        Whether they are sleepstudy.
    """

    data: LongData
    coding: Coding
    description: str
    warning: str
    sleepstudy: bool

    @property
    def foreign(self) -> bool:
        """Whether the defaults for sleepstudy from day 0 do not suit them."""
        return not (self.sleepstudy and self.coding.trivial)


def read_real_data(block: dict[str, Any]) -> RealData:
    """Read the data of the config's block `data`, whose defaults are filled in."""
    path = block["path"]
    raw = read_long_csv(path, block["response"], block["time"], block["group"])
    coding = Coding.of(block["origin"], block["unit"], raw.time)
    description = f"{path}: {describe(raw)}"
    if not coding.trivial:
        description += f"; time is {coding.label(block['time'])}"
    low, high = raw.time.min(), raw.time.max()
    gap = max(low - coding.origin, coding.origin - high)
    warning = ""
    if gap > 3 * (high - low):
        warning = (
            f"rho, beta0 and sigma_u0 are those at {block['time']} = {coding.origin:g}, far from "
            f"the data's times ({low:g} to {high:g}); set data.origin to a time among them, or to "
            "mean."
        )
    file = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    known = file == SLEEPSTUDY
    return RealData(coding.code_data(raw), coding, description, warning, known)


def truth_of_data(data: LongData, source: str) -> dict[str, float]:
    """The REML estimates of the real data, to 6 significant digits.

    Raises
    ------
    InputError
        If the estimate is singular, so that no data can be simulated from it.
    """
    values = reml_truth(data)
    if values["sigma"] <= 1e-6 * data.response.std():
        raise InputError(
            f"{source}, key truth: the data lie on straight lines without residuals, so no data "
            "can be simulated from their estimate; write numbers."
        )
    if not simulable(values):
        text = ", ".join(f"{name}: {value:g}" for name, value in near_truth(values, data).items())
        raise InputError(
            f"{source}, key truth: the REML estimate of the data is singular "
            f"(sigma_u0 = {values['sigma_u0']:g}, sigma_u1 = {values['sigma_u1']:g}, "
            f"rho = {values['rho']:g}), so no data can be simulated from it; write numbers, "
            f"for example truth: {{{text}}}."
        )
    return values


def reml_truth(data: LongData) -> dict[str, float]:
    """The REML estimates, singular or not, to 6 significant digits."""
    from recovery.reml.estimate import estimate  # numba, which other studies need not import

    found = estimate(data)
    names = ("beta0", "beta1", "sigma_u0", "sigma_u1", "rho", "sigma")
    return {name: float(f"{getattr(found, name):.6g}") for name in names}


def simulable(truth: dict[str, float]) -> bool:
    """Whether a truth is inside its limits; NaN, of a rho that an sd of 0 leaves open, is not."""
    return truth["sigma_u0"] > 0 and truth["sigma_u1"] > 0 and abs(truth["rho"]) < MOST_RHO


def near_truth(truth: dict[str, float], data: LongData) -> dict[str, float]:
    """A truth inside its limits, near a singular one."""
    small = 0.1 * truth["sigma"]
    span = max(float(np.ptp(data.time)), 1e-9)
    return truth | {
        "sigma_u0": truth["sigma_u0"] or float(f"{small:.3g}"),
        "sigma_u1": truth["sigma_u1"] or float(f"{small / span:.3g}"),
        "rho": 0.0 if np.isnan(truth["rho"]) else float(np.clip(truth["rho"], -0.9, 0.9)),
    }


def automatic_scales(data: LongData) -> dict[str, float]:
    """Scales for ``auto``, to 3 significant digits: sd(y), and sd(y) / (2 sd(t)) for slopes."""
    response, time = data.response.std(ddof=1), data.time.std(ddof=1)
    values = {"response": response, "slope": response / (2.0 * time)}
    return {kind: float(f"{value:.3g}") for kind, value in values.items()}


def fill_automatic(priors: dict[str, dict[str, Any]], data: LongData) -> list[tuple[str, str]]:
    """Replace ``auto`` in the priors' blocks by numbers; the (prior, key) that were replaced.

    A prior stated in another unit of time gets its slopes' scales in that unit.
    """
    replaced, numbers = [], automatic_scales(data)
    for name, block in priors.items():
        unit = block.get("unit", 1)
        valid = unit == "sd" or (isinstance(unit, int | float) and unit > 0)  # else refused later
        factor = Coding.of(0, unit, data.time).unit if valid else 1.0
        for key, kind in family_class(block["family"]).scales().items():
            if block.get(key) == "auto":
                number = numbers[kind] * (factor if kind == "slope" else 1.0)
                block[key] = float(f"{number:.3g}")
                replaced.append((name, key))
    return replaced


def check_defaults(config: dict[str, Any], given_truth: Any, sleepstudy: bool, source: str) -> None:
    """Refuse sleepstudy's truth and scales for other data or another coding of time.

    Parameters
    ----------
    config : dict
        The config with its defaults filled in.
    given_truth : dict or "data"
        The block `truth` as the user wrote it.
    sleepstudy : bool
        Whether the data are sleepstudy, in another coding.
    source : str
        What to call the config in messages.
    """
    if given_truth != "data":
        left = [name for name in config["truth"] if name not in given_truth]
        if not sleepstudy:  # a coding leaves some of its values as they are
            left += [name for name, value in given_truth.items() if value == _TRUTH.get(name)]
        if left:
            raise InputError(
                f"{source}, key truth: the default of {', '.join(left)} is for sleepstudy from "
                "day 0, not for these data in this coding; write numbers, or truth: data for "
                "their REML estimates."
            )
    for name, block in config["priors"].items():
        left = [key for key in family_class(block["family"]).scales() if key not in block]
        if left:
            raise InputError(
                f"{source}, key priors.{name}: the default of {', '.join(left)} is for sleepstudy "
                "from day 0, not for these data in this coding; write numbers, or auto for each."
            )


_TRUTH = {
    "beta0": 251.4051,
    "beta1": 10.46729,
    "sigma_u0": 24.74066,
    "sigma_u1": 5.922138,
    "rho": 0.06555,
    "sigma": 25.59180,
}
