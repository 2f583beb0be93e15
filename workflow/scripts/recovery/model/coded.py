"""A prior that is stated in another coding of time than the study's.

With time tc = (t - m) / k, the line a + b t is (a + b m) + (b k) tc. So the population line and the
subjects' effects transform by T = [[1, m], [0, k]], and their covariance Sigma becomes
T Sigma T'. Everything is reported in the study's coding, whatever the prior's.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from recovery.data.coding import Coding
from recovery.model.prior import Prior

LogDensity = Callable[[Any, Any, Any, Any], Any]


def decode(values: Mapping[str, Any] | xr.Dataset, coding: Coding) -> dict[str, Any]:
    """Parameters and effects in the study's coding, from those in the prior's.

    Parameters
    ----------
    values : mapping or Dataset
        Arrays by name: beta0, beta1, sigma_u0, sigma_u1 and, where present, rho, u0 and u1. Others
        are left as they are.
    coding : Coding
        The prior's coding, in the study's time.

    Returns
    -------
    dict
        The same names, and rho, which is not 0 in general even where the prior fixes it at 0.
    """
    found: dict[str, Any] = dict(values.items())  # type: ignore[arg-type]
    lean = coding.origin / coding.unit
    for level, slope in (("beta0", "beta1"), ("u0", "u1")):
        if level in values:
            found[level] = values[level] - lean * values[slope]
            found[slope] = values[slope] / coding.unit
    if "sigma_u0" in values:
        s0, s1 = values["sigma_u0"], values["sigma_u1"]
        rho = values.get("rho", 0.0)
        along = rho * s0 - lean * s1
        found["sigma_u0"] = np.sqrt(np.square(along) + np.square(s0) * (1.0 - np.square(rho)))
        found["sigma_u1"] = s1 / coding.unit
        if lean:
            found["rho"] = along / found["sigma_u0"]
    return found


def log_density_in_study(prior: Prior) -> LogDensity:
    """The prior's log p(sigma_u0, sigma_u1, rho | sigma) for parameters in the study's coding.

    p(s0, s1, rho) = p_c(s0c, s1c, rho_c) k^3 (s0 s1)^2 / (s0c s1c)^2: the Jacobian of T Sigma T' is
    |T|^3 = k^3, and those of the standard deviations and the correlation are 4 (s0 s1)^2.
    """
    m, k = prior.coding.origin, prior.coding.unit
    if prior.coding.trivial:
        return prior.log_density
    if m == 0.0:  # the arguments keep their shapes, which is faster

        def in_unit(s0: Any, s1: Any, rho: Any, sigma: Any) -> Any:
            return prior.log_density(s0, k * s1, rho, sigma) + np.log(k)

        return in_unit

    def coded(s0: Any, s1: Any, rho: Any, sigma: Any) -> Any:
        along = rho * s0 + m * s1
        s0c = np.sqrt(np.square(along) + np.square(s0) * (1.0 - np.square(rho)))
        jacobian = 2.0 * np.log(s0 / s0c) + np.log(k)
        return prior.log_density(s0c, k * s1, along / s0c, sigma) + jacobian

    return coded


def beta_precision_in_study(prior: Prior) -> tuple[float, float, float]:
    """Prior precision (p00, p01, p11) of beta in the study's coding, T' P T.

    The prior mean, beta0 = center and beta1 = 0, is the same in every coding.
    """
    m, k = prior.coding.origin, prior.coding.unit
    p0, p1 = prior.beta0_sd**-2.0, prior.beta1_sd**-2.0
    return p0, p0 * m, p0 * m * m + p1 * k * k
