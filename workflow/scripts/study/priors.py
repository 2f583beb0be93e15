"""The priors of a study: their scales from the data, and those that the data contradict."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from recovery.data.longdata import LongData, time_text
from recovery.errors import FAILURES_OF_DATA, InputError
from recovery.model.families import family_class, make_prior
from recovery.model.hyperparameters import as_yaml_number, checked
from recovery.model.prior import Prior
from recovery.parameters import sds
from study.real_data import RealData
from study.study import hyperparameters
from study.truth import TRUTH

MOST_SDS = 2.0


def made_priors(
    blocks: dict[str, dict[str, Any]], real: RealData, source: str
) -> tuple[dict[str, Prior], list[tuple[str, str]]]:
    """The priors by id, and the (prior, hyperparameter) for which the config says ``auto``.

    In the blocks, labels are filled in and ``auto`` is replaced by numbers.

    Raises
    ------
    InputError
        If a family or a hyperparameter is not valid, or a scale is left at sleepstudy's default for
        data for which it is not.
    """
    priors, automatic = {}, []
    for name, block in blocks.items():
        block.setdefault("label", name)
        try:
            priors[name], filled = _prior(block, real)
        except InputError as error:
            raise InputError(f"{source}, key priors.{name}.{error}") from None
        automatic += [(name, key) for key in filled]
    return priors, automatic


def _prior(block: dict[str, Any], real: RealData) -> tuple[Prior, list[str]]:
    """The prior of a block, and the hyperparameters whose ``auto`` became a number in it."""
    scales = family_class(block["family"]).scales()
    left = [key for key in scales if key not in block]
    if real.foreign and left:
        raise InputError(
            f"{', '.join(left)}: the default applies only to sleepstudy with time in days from "
            "day 0; write a number or 'auto'."
        )
    filled = [key for key in scales if block.get(key) == "auto"]
    left_out = {*filled, "effects_sd", "random_scales"}
    given = {key: value for key, value in hyperparameters(block).items() if key not in left_out}
    prior = make_prior(block["family"], **given)
    resolved = prior.for_design(*real.data.fixed.T[1:])
    numbers = _automatic_scales(real.data, resolved.coding.unit)
    block |= {key: numbers[scales[key]] for key in filled}
    prior = replace(prior, **{key: block[key] for key in filled})
    if real.part:
        if "beta_prior_at" not in block:
            raise InputError(
                "beta_prior_at: write 'means' (the prior of beta0 is that of the mean response at "
                "the means of all columns), 'origin' (where all columns are 0) or 'flat', since "
                "the formula has further effects."
            )
        for key, names in (("effects_sd", real.data.effects), ("random_scales", real.data.varying)):
            wanted = block.pop(key, "auto")
            if key == "random_scales" and wanted != "auto" and "sigma_u0_scale" not in scales:
                raise InputError(f"{key}: the family '{block['family']}' has no such scales.")
            found: Any = _scales_by_effect(key, wanted, names, real.data)
            if found:
                filled += [key] if wanted == "auto" else []
                block[key] = found
                prior = replace(prior, **{key: found})
        if prior.q > 2 and not prior.more_effects:
            raise InputError(
                f"family: '{block['family']}' is for two random effects; leave the prior or "
                "data.random out."
            )
        if prior.q > 2 and not resolved.coding.trivial:
            raise InputError(
                "origin: only for two random effects; code time for the whole study by data.origin "
                "and data.unit."
            )
        if not resolved.coding.trivial:
            coding, times = resolved.coding, real.data.time
            recoding = real.part.recoding(real.table, coding.code(times)).tolist()
            origin, unit = coding.origin, coding.unit
            prior = replace(prior, origin=origin, unit=unit, recoding=recoding)
    elif key := next((key for key in ("effects_sd", "random_scales") if key in block), ""):
        raise InputError(f"{key}: the config has no data.formula with further effects.")
    return prior, filled


def _scales_by_effect(
    key: str, given: Any, names: tuple[str, ...], data: LongData
) -> dict[str, float]:
    """Prior sds or scales of further effects by name; ``auto`` is sd(y) / (2 sd(column)).

    For a factor of two levels of equal size this is sd(y), for any other column the rule of slopes.
    """
    from recovery.data.formula import same_effect

    aliases = dict(zip(sds(data.q)[2:], data.varying))
    named = given if isinstance(given, dict) else {}
    named = {aliases.get(name, name): value for name, value in named.items()}
    by_effect = {same_effect(name, data.effects): value for name, value in named.items()}
    unknown = [name for name in named if same_effect(name, data.effects) not in data.effects]
    if unknown:
        expected = ", ".join(data.effects)
        raise InputError(f"{key}.{unknown[0]}: unknown effect (expected {expected}).")
    response, found = data.response.std(ddof=1), {}
    for name in names:
        value = by_effect.get(name, "auto") if isinstance(given, dict) else given
        if value == "auto":
            column = data.further[:, data.effects.index(name)]
            value = float(f"{response / (2.0 * column.std(ddof=1)):.3g}")
        found[name] = checked(f"{key}.{name}", value, [key])
    return found


def _automatic_scales(data: LongData, unit: float) -> dict[str, float]:
    """Scales for ``auto``, to 3 significant digits: sd(y), and sd(y) / (2 sd(t)) for slopes.

    Those of slopes are per `unit` of time, in which the prior is stated.
    """
    response, time = data.response.std(ddof=1), data.time.std(ddof=1)
    slope = unit * float(f"{response / (2.0 * time):.3g}")
    return {"response": float(f"{response:.3g}"), "slope": float(f"{slope:.3g}")}


def scale_warnings(
    priors: Mapping[str, Prior], automatic: list[tuple[str, str]], real: RealData
) -> list[str]:
    """A sentence for each prior whose config block writes out sleepstudy's scales.

    They may be meant, so that they are not refused.
    """
    kinds = ("response", "slope") if not real.sleepstudy else ("slope",)
    if real.sleepstudy and real.coding.unit == 1:
        return []
    warnings = []
    for name, prior in priors.items():
        same = [
            f"{key}: {as_yaml_number(getattr(prior, key))}"
            for key, kind in prior.scales().items()
            if kind in kinds
            and (name, key) not in automatic
            and getattr(prior, key) == getattr(type(prior), key)
        ]
        if same:
            warnings.append(
                f"{', '.join(same)} of the prior {name} {'are' if len(same) > 1 else 'is'} for "
                "sleepstudy in days; write 'auto', or a number that suits your data, unless you "
                "mean just that."
            )
    return warnings


def center_warnings(priors: Mapping[str, Prior], real: RealData) -> list[str]:
    """A sentence for the priors whose centre is over two of their sds from the REML estimate.

    The estimate is that of the population's mean at the time at which the prior is stated. Such a
    prior pulls beta0 and beta1 away from the data, whatever it says of the correlation.
    """
    mean, beta0, beta1, effects = _reml_line(real)
    far = {}
    for name, prior in priors.items():
        made = prior.for_design(*real.data.fixed.T[1:])
        time = made.coding.origin + made.coding.unit * made.beta_time
        level = beta0 + beta1 * (time - mean) + made.stated[0, 2:] @ effects
        sds = abs(level - made.center_for(real.data.response)) / made.beta0_sd
        if sds > MOST_SDS:
            far[name] = sds, real.coding.origin + real.coding.unit * time, made.beta_time
    if not far:
        return []
    sds, time, _ = max(far.values())
    at_means = "'beta_prior_at: means' in the prior's block, or "
    advice = "" if any(at for *_, at in far.values()) else at_means
    return [
        f"the prior of beta0 of {', '.join(far)} lies up to {sds:.1f} of its sds from the REML "
        f"estimate at time {time_text(time)}, where it is stated; write {advice}another center or "
        "beta0_sd, unless you mean just that."
    ]


def _reml_line(real: RealData) -> tuple[float, float, float, np.ndarray]:
    """A time, and the fixed effects there by REML; NaN where it has no estimate."""
    if not (real.foreign or real.part):
        return 0.0, TRUTH["beta0"], TRUTH["beta1"], np.empty(0)
    from recovery.reml.estimate import estimate  # numba, which other studies need not import

    mean = float(real.data.time.mean())
    try:
        found = estimate(real.data.at(real.data.time - mean))
    except FAILURES_OF_DATA:
        return mean, float("nan"), float("nan"), np.zeros(len(real.data.effects))
    beta0, beta1, *effects = (found.values[name] for name in found.errors)
    return mean, beta0, beta1, np.array(effects)
