"""The estimands: their names and order, and the correlation realised by the subjects."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

PARAMETERS = ("beta0", "beta1", "sigma", "sigma_u0", "sigma_u1", "rho", "r_u")
"""The estimands, in the order of every table. ``r_u`` is the realised correlation."""

ROWS = pd.Index(PARAMETERS, name="parameter")


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
