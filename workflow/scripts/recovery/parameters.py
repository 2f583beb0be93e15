"""The estimands: their names and order, and the correlation realised by the subjects."""

import re

import numpy as np
import xarray as xr

PARAMETERS = ("beta0", "beta1", "sigma", "sigma_u0", "sigma_u1", "rho", "r_u")
"""The estimands of every study, in the order of every table; ``r_u`` is the realised correlation.

The further fixed effects of a formula follow, under the names that it gives them.
"""


ADDITIONAL = re.compile(r"(sd|rho|new)_at_")
"""How the names of additional estimands begin, which are no parameters of the model."""


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
