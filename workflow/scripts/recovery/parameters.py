"""The estimands: their names and order, and the correlation realised by the subjects."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

PARAMETERS = ("beta0", "beta1", "sigma", "sigma_u0", "sigma_u1", "rho", "r_u")
"""The estimands, in the order of every table. ``r_u`` is the realised correlation."""

PARAMETER_GROUPS = {
    "correlations": "correlations",
    "sds": "standard deviations",
    "fixed": "fixed effects and residual sd",
}
"""Groups of parameters: large tables have one page per group."""

ROWS = pd.Index(PARAMETERS, name="parameter")


def parameter_group(parameter: str) -> str:
    """The group of a parameter, or of an estimand of the config such as ``sd_at_4.5``."""
    if parameter.startswith(("rho", "r_u")):
        return "correlations"
    return "sds" if parameter.startswith(("sigma_u", "sd_at")) else "fixed"


def over_parameters(found: Mapping[str, Any], missing: Any) -> np.ndarray:
    """Stack what was found of each estimand in the tables' order; `missing` where nothing was."""
    return np.stack([found.get(name, missing) for name in PARAMETERS])


def correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Sample correlation of two arrays of one shape over their last axis."""
    a, b = (values - values.mean(axis=-1, keepdims=True) for values in (a, b))
    square = np.einsum("...j,...j", a, a) * np.einsum("...j,...j", b, b)
    return np.einsum("...j,...j", a, b) / np.sqrt(square)


def realised_correlation(posterior: xr.Dataset) -> xr.DataArray:
    """``r_u``: the sample correlation of (u0_j, u1_j) over the subjects, draw by draw."""
    effects = [posterior[name].transpose("chain", "draw", "subject") for name in ("u0", "u1")]
    r = correlation(*(u.to_numpy() for u in effects))
    return xr.DataArray(r, effects[0].isel(subject=0, drop=True).coords, ("chain", "draw"))
