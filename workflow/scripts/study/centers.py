"""Warn of a prior of beta0 that the data contradict."""

from collections.abc import Mapping

from recovery.data.longdata import time_text
from recovery.errors import FAILURES_OF_DATA
from recovery.model.prior import Prior
from study.real_data import RealData
from study.truth import TRUTH

MOST_SDS = 2.0


def center_warnings(priors: Mapping[str, Prior], real: RealData) -> list[str]:
    """A sentence for the priors whose centre is over two of their sds from the REML estimate.

    The estimate is that of the population's mean at the time at which the prior is stated. Such a
    prior pulls beta0 and beta1 away from the data, whatever it says of the correlation.
    """
    mean, line = _reml_line(real)
    found = {}
    for name, prior in priors.items():
        made = prior.for_times(real.data.time)
        time = made.coding.origin + made.coding.unit * made.beta_time
        level = line["beta0"] + line["beta1"] * (time - mean)
        sds = abs(level - made.center_for(real.data.response)) / made.beta0_sd
        if sds > MOST_SDS:
            found[name] = sds, real.coding.origin + real.coding.unit * time, made.beta_time
    if not found:
        return []
    sds, time, _ = max(found.values())
    at_means = "'beta_prior_at: means' in the prior's block, or "
    advice = "" if any(at for *_, at in found.values()) else at_means
    return [
        f"the prior of beta0 of {', '.join(found)} lies up to {sds:.1f} of its sds from the REML "
        f"estimate at time {time_text(time)}, where it is stated; write {advice}another center or "
        "beta0_sd, unless you mean just that."
    ]


def _reml_line(real: RealData) -> tuple[float, dict[str, float]]:
    """The data's mean time, and the population's line by REML, counted from it.

    NaN, of which no warning comes, where there is no estimate.
    """
    mean = float(real.data.time.mean())
    if not real.foreign:
        return 0.0, TRUTH
    from recovery.reml.estimate import estimate  # numba, which other studies need not import

    try:
        found = estimate(real.data.at(real.data.time - mean))
    except FAILURES_OF_DATA:
        return mean, {"beta0": float("nan"), "beta1": float("nan")}
    return mean, {"beta0": found.beta0, "beta1": found.beta1}
