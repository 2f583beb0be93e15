"""Warn of a prior of beta0 that the data contradict."""

from collections.abc import Mapping

from recovery.data.longdata import time_text
from recovery.errors import InputError
from recovery.model.prior import Prior
from study.real_data import RealData
from study.truth import TRUTH, reml_truth

MOST_SDS = 2.0


def center_warnings(priors: Mapping[str, Prior], real: RealData) -> list[str]:
    """A sentence for the priors whose centre is over two of their sds from the REML estimate.

    The estimate is that of the population's mean at the time at which the prior is stated. Such a
    prior pulls beta0 and beta1 away from the data, whatever it says of the correlation.
    """
    line = TRUTH if not real.foreign else _reml_line(real)
    found = {}
    for name, prior in priors.items():
        made = prior.for_times(real.data.time)
        time = made.coding.origin + made.coding.unit * made.beta_time
        level = line["beta0"] + line["beta1"] * time
        sds = abs(level - made.center_for(real.data.response)) / made.beta0_sd
        if sds > MOST_SDS:
            found[name] = sds, real.coding.origin + real.coding.unit * time
    if not found:
        return []
    sds, time = max(found.values())
    return [
        f"the prior of beta0 of {', '.join(found)} lies up to {sds:.1f} of its sds from the REML "
        f"estimate at time {time_text(time)}, where it is stated; write 'beta_prior_at: means' in "
        "the prior's block, or another center or beta0_sd, unless you mean just that."
    ]


def _reml_line(real: RealData) -> dict[str, float]:
    """Intercept and slope by REML; NaN, of which no warning comes, where there is no estimate."""
    try:
        return reml_truth(real.data, "")
    except InputError:
        return {"beta0": float("nan"), "beta1": float("nan")}
