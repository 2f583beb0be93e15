"""The subjects' effects given the parameters."""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from recovery.data.coding import Coding
from recovery.data.longdata import LongData
from recovery.kernels.draws import effects_kernel
from recovery.model.prior import Prior
from recovery.model.statistics import Statistics
from recovery.parameters import cholesky, correlation_matrix, correlations, sds


def with_effects(
    draws: xr.Dataset, data: LongData, prior: Prior, rng: np.random.Generator
) -> xr.Dataset:
    """Add ``u0``, ``u1``, ... over (chain, draw, subject) to draws over (chain, draw).

    They are drawn from their conditional given the parameters (`draw_effects`).
    """
    draws = draws.transpose("chain", "draw", ...)
    parameters = {str(name): values.to_numpy() for name, values in draws.items()}
    dims = ("chain", "draw", "subject")
    effects = enumerate(draw_effects(parameters, data, prior.coding, rng))
    drawn = draws.assign({f"u{k}": (dims, values) for k, values in effects})
    return drawn.assign_coords(subject=list(data.labels))


def draw_effects(
    parameters: Mapping[str, np.ndarray],
    data: LongData,
    coding: Coding,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draw the effects of every subject from their exact conditional, once per posterior draw.

    Write Sigma = L L' and u_j = L b_j, so that b_j is standard normal before data. Given the rest,
    its precision is I + L'R'R L / sigma^2, which is never singular, and its mean that inverse
    times L'R'z / sigma^2 with z = C v (see `statistics`).

    Parameters
    ----------
    parameters : dict of ndarray
        Draws of the fixed effects in the study's coding, and of sigma, the standard deviations and,
        if the prior has them, correlations in the prior's, all of the same shape.
    data : LongData
        The data set fitted.
    coding : Coding
        The prior's coding, which is that of the effects drawn.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    ndarray, shape (q, ..., subjects)
        The dimensions after the first are those of the parameters.
    """
    shape = parameters["sigma"].shape
    flat = {name: np.ravel(values) for name, values in parameters.items()}
    center, sigma = float(data.response.mean()), flat["sigma"]
    found = Statistics.of(data, center, coding)
    slopes = (-flat[name] for name in ("beta1", *data.effects))
    v = np.column_stack([center - flat["beta0"], *slopes, np.ones(len(sigma))])
    noise = rng.standard_normal((len(sigma), data.subjects, data.q))
    factor = covariance_factor(flat, data.q)
    u = effects_kernel(data.q)(found.triangles, found.coordinates, factor, v, sigma, noise)
    return u.reshape(data.q, *shape, -1)


def covariance_factor(parameters: Mapping[str, np.ndarray], q: int) -> np.ndarray:
    """L of Sigma = L L', shape (n, q, q), from standard deviations and, if any, correlations."""
    own_sds = np.stack([parameters[name] for name in sds(q)], axis=-1)
    none = np.zeros(len(own_sds))
    matrix = correlation_matrix([parameters.get(name, none) for name in correlations(q)])
    return cholesky(matrix) * own_sds[:, :, None]
