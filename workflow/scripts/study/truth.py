"""A study's true values: sleepstudy's defaults, for which data they are, and REML estimates."""

import json
import math
from collections.abc import Mapping

import numpy as np

from recovery.data.coding import rounded
from recovery.data.longdata import LongData
from recovery.errors import FAILURES_OF_DATA, InputError
from recovery.model.hyperparameters import as_yaml_number
from recovery.parameters import (
    MOST_RANDOM,
    correlation_matrix,
    correlations,
    pairs,
    parameters,
    sds,
)
from study.real_data import RealData
from study.schema import schema_of

TRUTH = {name: schema["default"] for name, schema in schema_of("truth").items()}
"""Sleepstudy's REML estimates, by lme4: the schema's defaults."""
OF_ORIGIN, OF_UNIT = ("beta0", "sigma_u0", "rho"), ("beta1", "sigma_u1")
"""Parameters that another origin or another unit of time changes."""
SHORT = 1e-9  # a correlation is as much nearer to its limits' middle, so that rounding is none
MOST_RHO = 0.9999  # an estimate beyond counts as singular
LEAST_SIGMA = 1e-4  # sd of the residuals, in sds of the response; less is rounding


def check_not_sleepstudys(truth: dict[str, float], real: RealData, source: str) -> None:
    """Refuse sleepstudy's true values for data for which they are not.

    Parameters
    ----------
    truth : dict
        The config's block `truth`, its defaults filled in.
    real : RealData
        The data.
    source : str
        What to call the config in messages.
    """
    left = [name for name in _changed(real) if truth.get(name) == TRUTH[name]]
    missing = [name for name in real.data.effects if name not in truth]
    if missing and not left:
        raise InputError(
            f"{source}, key truth: {', '.join(missing)} of the formula has no true value; give a "
            "number, or 'truth: data' for the REML estimates."
        )
    if left:
        others = "with another origin or unit" if real.sleepstudy else "for other data"
        raise InputError(
            f"{source}, key truth: the default of {', '.join(left)} is sleepstudy's and not valid "
            f"{others}; give other numbers, or 'truth: data' for the REML estimates."
        )


def spread_rho(truth: dict[str, float], q: int, where: str) -> None:
    """Of more than two random effects, rho is the correlation of all pairs without one.

    Sleepstudy's default is that of two effects and dropped.

    Raises
    ------
    InputError
        If all pairs cannot have it.
    """
    if q == 2:
        return
    rho, names = truth.pop("rho", TRUTH["rho"]), correlations(q)
    if rho == TRUTH["rho"]:
        return
    if rho <= -1.0 / (q - 1) and not truth.keys() & {*names}:
        raise InputError(
            f"{where}: {rho:g} is not possible for all pairs of {q} random effects (expected a "
            f"number above {-1.0 / (q - 1):.3g})."
        )
    for name in names:
        truth.setdefault(name, rho)


def check_correlations(values: Mapping[str, float], q: int, where: str) -> None:
    """Refuse correlations of q random effects that no correlation matrix has.

    Raises
    ------
    InputError
        Naming the first correlation that those before it exclude, and its limits.
    """
    factor = np.eye(q)
    for (a, b), name in zip(pairs(q), correlations(q)):
        middle = float(factor[a, :a] @ factor[b, :a])
        reach = factor[a, a] * math.sqrt(1.0 - float(factor[b, :a] @ factor[b, :a]))
        if not abs(values[name] - middle) < (1.0 - SHORT) * reach:
            raise InputError(
                f"{where} {name}: {values[name]:g} is not possible with the other correlations "
                f"(expected above {middle - reach:.3f} and below {middle + reach:.3f})."
            )
        factor[b, a] = (values[name] - middle) / factor[a, a]
        factor[b, b] = math.sqrt(1.0 - float(factor[b, :b] @ factor[b, :b]))


def _changed(real: RealData) -> list[str]:
    """The true values that are not those of sleepstudy from day 0, in days."""
    if not real.sleepstudy:
        return list(TRUTH)
    changed = OF_ORIGIN if real.coding.origin != 0 else ()
    return [*changed, *(OF_UNIT if real.coding.unit != 1 else ())]


def truth_of_data(real: RealData, source: str) -> dict[str, float]:
    """The REML estimates of the real data, to 6 significant digits.

    Raises
    ------
    InputError
        If the estimate is singular, so that no data can be simulated from it.
    """
    values = reml_truth(real.data, source)
    if not values["sigma"]:
        raise InputError(
            f"{source}, key truth: the data lie on straight lines without residuals, so no data "
            "can be simulated from their estimate; write numbers."
        )
    if simulable(values):
        return values
    q = real.data.q
    names = (*sds(q), *correlations(q))
    found = f"singular ({', '.join(f'{name} = {values[name]:g}' for name in names)})"
    if real.far:
        raise InputError(
            f"{source}, key data.origin: {real.far}, and the REML estimate there is {found}; set "
            "data.origin to 'mean' or to a time among the data's, or write numbers as truth."
        )
    raise InputError(
        f"{source}, key truth: the REML estimate of the data is {found}, so no data can be "
        f"simulated from it; write numbers, for example truth: "
        f"{as_yaml(near_truth(values, real.data))}."
    )


def reml_truth(data: LongData, source: str) -> dict[str, float]:
    """The REML estimates, singular or not, to 6 digits of their size, and of the data's spread.

    sigma is 0 if the data have no residuals.

    Raises
    ------
    InputError
        If there are none.
    """
    from recovery.reml.estimate import estimate  # numba, which other studies need not import

    try:
        found = estimate(data)
    except FAILURES_OF_DATA:
        raise InputError(
            f"{source}, key truth: REML finds no estimate of these data; write numbers."
        ) from None
    values = found.values
    spreads = {"beta0": data.response.std(), "beta1": data.response.std() / data.time.std()}
    return {
        name: rounded(value, min(abs(value), spreads.get(name, math.inf)))
        for name, value in values.items()
    } | ({} if values["sigma"] > LEAST_SIGMA * data.response.std() else {"sigma": 0.0})


def simulable(truth: dict[str, float]) -> bool:
    """Whether a truth is inside its limits; NaN, of a rho that an sd of 0 leaves open, is not."""
    q = sum(name in truth for name in sds(MOST_RANDOM))
    rhos = [truth[name] for name in correlations(q)]
    if not all(abs(rho) < MOST_RHO for rho in rhos):
        return False
    least = np.linalg.eigvalsh(correlation_matrix(rhos))[0]
    return min(truth[name] for name in sds(q)) > 0 and least > 1.0 - MOST_RHO


def near_truth(truth: dict[str, float], data: LongData) -> dict[str, float]:
    """A truth inside its limits, near a singular one."""
    small = 0.1 * truth["sigma"]
    found = dict(truth)
    for name, column in zip(sds(data.q), data.random.T):
        span = np.ptp(column) or 1.0
        found[name] = truth[name] or float(f"{small / span:.3g}")
    for name in correlations(data.q):
        rho = 0.0 if np.isnan(truth[name]) else truth[name]
        # of more effects, all nearer to 0, which keeps the matrix positive definite
        found[name] = float(np.clip(rho, -0.9, 0.9)) if data.q == 2 else 0.9 * rho
    return found


def as_yaml(truth: dict[str, float]) -> str:
    """A truth as the config has it, in one line."""
    return (
        "{" + ", ".join(f"{_as_key(name)}: {as_yaml_number(x)}" for name, x in truth.items()) + "}"
    )


def _as_key(name: str) -> str:
    """A name as a key of YAML, in quotes if it is an effect of a formula."""
    return (
        name
        if name in TRUTH or name in parameters(MOST_RANDOM)
        else json.dumps(name, ensure_ascii=False)
    )
