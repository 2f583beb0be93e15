"""The subjects' effects given the parameters."""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from recovery.data.coding import Coding
from recovery.data.longdata import LongData
from recovery.kernels.draws import effects_kernel
from recovery.model.prior import Prior
from recovery.model.statistics import Statistics


def with_effects(
    draws: xr.Dataset, data: LongData, prior: Prior, rng: np.random.Generator
) -> xr.Dataset:
    """Add ``u0`` and ``u1`` over (chain, draw, subject) to draws over (chain, draw).

    They are drawn from their conditional given the parameters (`draw_effects`).
    """
    draws = draws.transpose("chain", "draw", ...)
    parameters = {str(name): values.to_numpy() for name, values in draws.items()}
    dims = ("chain", "draw", "subject")
    effects = dict(zip(("u0", "u1"), draw_effects(parameters, data, prior.coding, rng)))
    drawn = draws.assign({name: (dims, values) for name, values in effects.items()})
    return drawn.assign_coords(subject=list(data.labels))


def draw_effects(
    parameters: Mapping[str, np.ndarray],
    data: LongData,
    coding: Coding,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw u0 and u1 of every subject from their exact conditional, once per posterior draw.

    Write Sigma = L L' and u_j = L b_j, so that b_j is standard normal before data. Given the rest,
    its precision is I + L'R'R L / sigma^2, which is never singular, and its mean that inverse
    times L'R'z / sigma^2 with z = C v (see `statistics`).

    Parameters
    ----------
    parameters : dict of ndarray
        Draws of the fixed effects in the study's coding, and of sigma, sigma_u0, sigma_u1 and, if
        the prior has it, rho in the prior's, all of the same shape.
    data : LongData
        The data set fitted.
    coding : Coding
        The prior's coding, which is that of the effects drawn.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    u0, u1 : ndarray, shape (..., subjects)
        The leading dimensions are those of the parameters.
    """
    shape = parameters["sigma"].shape
    flat = {name: np.ravel(values) for name, values in parameters.items()}
    center, sigma = float(data.response.mean()), flat["sigma"]
    found = Statistics.of(data, center, coding)
    slopes = (-flat[name] for name in ("beta1", *data.effects))
    v = np.column_stack([center - flat["beta0"], *slopes, np.ones(len(sigma))])
    noise = rng.standard_normal((len(sigma), data.subjects, 2))
    factor = covariance_factor(flat)
    u = effects_kernel(2)(found.triangles, found.coordinates, factor, v, sigma, noise)
    return u[0].reshape(*shape, -1), u[1].reshape(*shape, -1)


def covariance_factor(parameters: Mapping[str, np.ndarray]) -> np.ndarray:
    """L of Sigma = L L', shape (n, 2, 2), from sigma_u0, sigma_u1 and, if there is one, rho."""
    s0, s1 = parameters["sigma_u0"], parameters["sigma_u1"]
    rho = parameters.get("rho", np.zeros(len(s0)))
    factor = np.zeros((len(s0), 2, 2))
    factor[:, 0, 0], factor[:, 1, 0] = s0, rho * s1
    factor[:, 1, 1] = s1 * np.sqrt(np.clip(1.0 - rho * rho, 0.0, None))
    return factor
