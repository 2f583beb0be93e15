"""Fit replicates without sampling: the exact posterior in the place of NUTS."""

import time
from functools import partial

import numpy as np
import pandas as pd
import xarray as xr

from .estimates import (
    correlation,
    estimates_table,
    highest_density_columns,
    over_parameters,
    quantile_columns,
)
from .exact import TOLERANCE, ExactPosterior, exact_columns, exact_posterior
from .fits import Diagnostics, Fit
from .longdata import LongData
from .marginal import draw_effects
from .priors import Prior


class ExactEngine:
    """Fits by quadrature; ``r_u``, which has no closed form, by independent exact draws.

    Parameters
    ----------
    prior : Prior
        The prior to fit.
    levels : list of float
        Levels of the intervals that estimates carry.
    draws : int
        Independent draws for ``r_u``, and quantiles that stand for the other posteriors.
    """

    def __init__(self, prior: Prior, levels: list[float], draws: int) -> None:
        self.prior = prior
        self.levels = levels
        self.draws = draws
        self._probabilities = (np.arange(draws) + 0.5) / draws

    def fit(self, data: LongData, seed: int) -> Fit:
        """Fit one data set; an exception is returned as a fit with status ``failed``."""
        started = time.process_time()
        try:
            if not np.isfinite(data.response).all():
                raise ValueError("the responses are not all finite")
            exact = exact_posterior(data, self.prior)
            draws = self._draw(exact, data, seed)
            sample = self._sample(exact, draws)
            estimates = self._estimates(exact, sample)
        except Exception as error:  # noqa: BLE001 - a broken replicate must not kill its batch
            seconds = time.process_time() - started
            return Fit.failed(error, self.levels, attempts=1, sampling_seconds=seconds, seed=seed)
        complaint = f"quadrature moved by {exact.change:.1e} sd, more than {TOLERANCE:g}"
        record = Diagnostics(
            status="ok" if exact.adequate else "not_converged",
            error="" if exact.adequate else complaint,
            attempts=1,
            sampling_seconds=time.process_time() - started,
            seed=seed,
        )
        return Fit(record, estimates, draws, sample)

    def _draw(self, exact: ExactPosterior, data: LongData, seed: int) -> xr.Dataset:
        """Independent draws of every parameter and of the subjects' effects, in one chain."""
        rng = np.random.default_rng(seed)
        parameters = draw_parameters(exact, self.draws, rng)
        effects = dict(zip(("u0", "u1"), draw_effects(parameters, data, rng)))
        return xr.Dataset(
            {name: (("chain", "draw"), values[None]) for name, values in parameters.items()}
            | {n: (("chain", "draw", "subject"), values[None]) for n, values in effects.items()}
        )

    def _sample(self, exact: ExactPosterior, draws: xr.Dataset) -> np.ndarray:
        """Quantiles of every estimand at even probabilities; of r_u, those of its draws."""
        r_u = correlation(draws["u0"].to_numpy()[0], draws["u1"].to_numpy()[0])
        found = {**exact.quantiles(self._probabilities), "r_u": np.sort(r_u)}
        return over_parameters(found, np.full(self.draws, np.nan))

    def _estimates(self, exact: ExactPosterior, sample: np.ndarray) -> pd.DataFrame:
        mean, sd = exact_columns(exact.moments).values()
        sampled = np.isnan(mean)  # r_u, which has draws but no closed form
        sd = np.where(sampled, sample.std(axis=1), sd)
        wanted = quantile_columns(self.levels)
        by_probability = partial(np.interp, xp=self._probabilities)
        quantiles = np.stack([by_probability([0.5, *wanted.values()], fp=row) for row in sample])
        missing = np.full(len(sample), np.nan)
        return estimates_table(
            {
                "mean": np.where(sampled, sample.mean(axis=1), mean),
                "median": quantiles[:, 0],
                "sd": sd,
                **dict(zip(wanted, quantiles[:, 1:].T)),
                "mcse_mean": np.where(sampled, sd / np.sqrt(self.draws), 0.0 * sd),
                "ess_bulk": missing,
                "ess_tail": missing,
                "rhat": missing,
                **highest_density_columns(sample, self.levels),
                **exact_columns(exact.moments if exact.adequate else {}),
            }
        )


def draw_parameters(
    exact: ExactPosterior, n: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Draw parameters independently from an exact posterior.

    A node is drawn by its probability, and then a place in the node's cell: along each axis, the
    quantile at a probability that is uniform within the node's share of the marginal. Marginals
    are so exact, and ranks among the draws have no steps; what parameters have in common is known
    to within a cell. beta is drawn from its conditional normal at the node.

    Parameters
    ----------
    exact : ExactPosterior
        The posterior.
    n : int
        Number of draws.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    dict
        ``n`` draws of every parameter but r_u.
    """
    grid = exact.grid
    cumulative = np.cumsum(grid.probability)
    chosen = np.searchsorted(cumulative, rng.random(n) * cumulative[-1])
    index = np.unravel_index(chosen, grid.probability.shape)
    draws = {}
    for i, axis in grid.free_axes():
        share = grid.marginal(i)
        below = np.cumsum(share) - share
        place = below[index[i]] + rng.random(n) * share[index[i]]
        draws[axis.name] = axis.value(exact.coordinate_quantiles[i](place))
    # beta0 and beta1 given the node are correlated: mean, variances and covariance of a normal
    mean, variance = grid.beta_mean[:, *index], grid.beta_variance[:, *index]
    z = rng.standard_normal((2, n))
    correlation = grid.beta_correlation[index]
    draws["beta0"] = mean[0] + np.sqrt(variance[0]) * z[0]
    slope = correlation * z[0] + np.sqrt(1.0 - correlation**2) * z[1]
    draws["beta1"] = mean[1] + np.sqrt(variance[1]) * slope
    return draws
