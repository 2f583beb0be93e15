"""A prior that is stated in another coding of time than the study's.

With time tc = (t - m) / k, the line a + b t is (a + b m) + (b k) tc. So the subjects' effects
transform by T = [[1, m], [0, k]], and their covariance Sigma becomes T Sigma T'. (The fixed effects
are those of the study's coding in all engines, see `Prior.stated`.) A posterior is computed in the
coding of its prior and reported in the study's. (In the study's coding the density of such a prior,
p_c(s0c, s1c, rho_c) k^3 (s0 s1)^2 / (s0c s1c)^2, is singular where the line's standard deviation at
the prior's origin is 0; no fixed grid serves it.)
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from recovery.data.coding import Coding


def decode(values: Mapping[str, Any] | xr.Dataset, coding: Coding) -> dict[str, Any]:
    """Covariance and effects of the subjects in the study's coding, from those in the prior's.

    Parameters
    ----------
    values : mapping or Dataset
        Arrays by name: sigma_u0, sigma_u1 and, where present, rho, u0 and u1. Others are left as
        they are.
    coding : Coding
        The prior's coding, in the study's time.

    Returns
    -------
    dict
        The same names, and rho, which is not 0 in general even where the prior fixes it at 0.
    """
    found: dict[str, Any] = dict(values.items())  # type: ignore[arg-type]
    if coding.trivial:
        return found
    lean = coding.lean
    if "u0" in values:
        found["u0"] = values["u0"] - lean * values["u1"]
        found["u1"] = values["u1"] / coding.unit
    if "sigma_u0" in values:
        s0, s1 = values["sigma_u0"], values["sigma_u1"]
        rho = values.get("rho", 0.0)
        along = rho * s0 - lean * s1
        found["sigma_u0"] = np.sqrt(np.square(along) + np.square(s0) * (1.0 - np.square(rho)))
        found["sigma_u1"] = s1 / coding.unit
        if lean:
            found["rho"] = along / found["sigma_u0"]
    return found
