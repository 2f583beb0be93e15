"""The subjects' effects given the parameters."""

import numpy as np
import xarray as xr

from recovery.data.longdata import LongData
from recovery.model.marginal import spread
from recovery.model.sufficient import subject_coordinates


def with_effects(draws: xr.Dataset, data: LongData, rng: np.random.Generator) -> xr.Dataset:
    """Add ``u0`` and ``u1`` over (chain, draw, subject) to draws over (chain, draw).

    They are drawn from their conditional given the parameters (`draw_effects`).
    """
    draws = draws.transpose("chain", "draw", ...)
    parameters = {str(name): values.to_numpy() for name, values in draws.items()}
    dims = ("chain", "draw", "subject")
    effects = dict(zip(("u0", "u1"), draw_effects(parameters, data, rng)))
    drawn = draws.assign({name: (dims, values) for name, values in effects.items()})
    return drawn.assign_coords(subject=list(data.labels))


def draw_effects(
    parameters: dict[str, np.ndarray], data: LongData, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw u0 and u1 of every subject from their exact conditional, once per posterior draw.

    Given the rest, u_j is normal with mean W b and covariance sigma^2 W, where b = R'z and
    ``W = (sigma^2 Sigma + |Sigma| adj(R'R)) / (sigma^4 |M|)``.

    Parameters
    ----------
    parameters : dict of ndarray
        Draws of beta0, beta1, sigma, sigma_u0, sigma_u1 and, if the prior has it, rho, all of
        the same shape.
    data : LongData
        The data set fitted.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    u0, u1 : ndarray, shape (..., subjects)
        The leading dimensions are those of the parameters.
    """
    names = ("beta0", "beta1", "sigma", "sigma_u0", "sigma_u1")
    beta0, beta1, sigma, s0, s1 = (parameters[name][..., None] for name in names)
    rho = parameters["rho"][..., None] if "rho" in parameters else 0.0
    center = float(data.response.mean())
    designs, (c0, c1) = (x.T for x in subject_coordinates(data, center))
    if (designs == designs[:, :1]).all():
        designs = designs[:, :1]  # subjects measured at the same times share W
    r00, r01, r11 = designs
    z0 = c0 - r00 * (beta0 - center) - r01 * beta1
    z1 = c1 - r11 * beta1
    b0, b1 = r00 * z0, r01 * z0 + r11 * z1
    s00, s01, s11 = s0 * s0, rho * s0 * s1, s1 * s1
    det = s00 * s11 * (1.0 - rho * rho) / sigma**2
    scale = sigma**2 * spread(r00, r01, r11, s0, s1, rho, sigma).det
    w00 = (s00 + det * (r01 * r01 + r11 * r11)) / scale
    w01 = (s01 - det * r00 * r01) / scale
    w11 = (s11 + det * r00 * r00) / scale
    # the Cholesky factor of W; its last pivot is 0 up to rounding where Sigma is singular
    l00 = np.sqrt(w00)
    l10 = w01 / l00
    l11 = np.sqrt(np.clip(w11 - l10 * l10, 0.0, None))
    e = rng.standard_normal((2, *z0.shape))
    u0 = w00 * b0 + w01 * b1 + sigma * l00 * e[0]
    u1 = w01 * b0 + w11 * b1 + sigma * (l10 * e[0] + l11 * e[1])
    return u0, u1
