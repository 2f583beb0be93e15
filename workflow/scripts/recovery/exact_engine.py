"""Fit replicates without sampling: the exact posterior in the place of NUTS."""

import time

import numpy as np
import pandas as pd
import xarray as xr

from .estimates import (
    PARAMETERS,
    density_columns,
    estimate_columns,
    highest_density,
    quantile_columns,
    realised_correlation,
)
from .exact import TOLERANCE, ExactPosterior, exact_posterior
from .fits import Diagnostics, Fit
from .longdata import LongData
from .marginal import draw_effects
from .priors import Prior

QUANTILES = 2000


class ExactEngine:
    """Fits by quadrature; ``r_u``, which has no closed form, by independent exact draws.

    Parameters
    ----------
    prior : Prior
        The prior to fit.
    levels : list of float
        Levels of the intervals that estimates carry.
    draws : int
        Independent draws for ``r_u``.
    """

    def __init__(self, prior: Prior, levels: list[float], draws: int) -> None:
        self.prior = prior
        self.levels = levels
        self.draws = draws

    def fit(self, data: LongData, seed: int) -> Fit:
        """Fit one data set; an exception is returned as a fit with status ``failed``."""
        started = time.process_time()
        try:
            if not np.isfinite(data.response).all():
                raise ValueError("the responses are not all finite")
            exact = exact_posterior(data, self.prior)
            sample = self._sample(exact, data, seed)
            estimates = self._estimates(exact, sample)
        except Exception as error:  # noqa: BLE001 - a broken replicate must not kill its batch
            return Fit.failed(error, self.levels, seed, time.process_time() - started)
        complaint = f"quadrature moved by {exact.change:.1e} sd, more than {TOLERANCE:g}"
        record = Diagnostics(
            status="ok" if exact.adequate else "not_converged",
            error="" if exact.adequate else complaint,
            attempts=1,
            sampling_seconds=time.process_time() - started,
            seed=seed,
        )
        return Fit(record, estimates, sample=sample)

    def _sample(self, exact: ExactPosterior, data: LongData, seed: int) -> pd.DataFrame:
        """Quantiles of every estimand at even probabilities; of r_u, those of its draws."""
        probabilities = (np.arange(QUANTILES) + 0.5) / QUANTILES
        rng = np.random.default_rng(seed)
        effects = draw_effects(draw_nodes(exact, self.draws, rng), data, rng)
        r_u = realised_correlation(effects).to_numpy()
        found = {**exact.quantiles(probabilities), "r_u": np.quantile(r_u, probabilities)}
        names = [name for name in PARAMETERS if name in found]
        return pd.DataFrame(np.stack([found[name] for name in names]), index=names)

    def _estimates(self, exact: ExactPosterior, sample: pd.DataFrame) -> pd.DataFrame:
        table = pd.DataFrame(index=sample.index)
        moments = pd.DataFrame(exact.moments, index=["exact_mean", "exact_sd"]).T
        table["mean"] = moments["exact_mean"].reindex(sample.index).fillna(sample.mean(axis=1))
        table["sd"] = moments["exact_sd"].reindex(sample.index).fillna(sample.std(axis=1))
        named = {"median": 0.5, **quantile_columns(self.levels)}
        values = sample.to_numpy()
        table[list(named)] = np.quantile(values, list(named.values()), axis=1, method="hazen").T
        for level in self.levels:
            low_high = np.transpose(highest_density(values, level))
            table[list(density_columns(level))] = low_high
        table["mcse_mean"] = 0.0
        table.loc["r_u", "mcse_mean"] = table.loc["r_u", "sd"] / np.sqrt(self.draws)
        table = table.join(moments)
        columns = [*estimate_columns(self.levels), "exact_mean", "exact_sd"]
        return table.reindex(index=PARAMETERS, columns=columns).rename_axis("parameter")


def draw_nodes(exact: ExactPosterior, n: int, rng: np.random.Generator) -> xr.Dataset:
    """Draw parameters independently from an exact posterior.

    The four variance parameters come from the grid's nodes by their weights, a discrete
    distribution under which smooth functions have their posterior mean up to the quadrature's
    error; beta is then drawn from its conditional normal.

    Returns
    -------
    xarray.Dataset
        Parameters over (chain, draw), in one chain.
    """
    grid = exact.grid
    cumulative = np.cumsum(grid.probability)
    chosen = np.searchsorted(cumulative, rng.random(n) * cumulative[-1])
    index = np.unravel_index(chosen, grid.probability.shape)
    draws = {axis.name: grid.values(i)[index[i]] for i, axis in grid.free_axes()}
    # beta0 and beta1 given the node are correlated: mean, variances and covariance of a normal
    mean, variance = grid.beta_mean[:, *index], grid.beta_variance[:, *index]
    z = rng.standard_normal((2, n))
    correlation = grid.beta_correlation[index]
    draws["beta0"] = mean[0] + np.sqrt(variance[0]) * z[0]
    slope = correlation * z[0] + np.sqrt(1.0 - correlation**2) * z[1]
    draws["beta1"] = mean[1] + np.sqrt(variance[1]) * slope
    return xr.Dataset({name: (("chain", "draw"), v.reshape(1, -1)) for name, v in draws.items()})
