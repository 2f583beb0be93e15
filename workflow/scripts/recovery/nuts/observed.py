"""The real data under one prior, with everything that a posterior is looked at through."""

from typing import Any

import numpy as np
import pymc as pm
import xarray as xr
from scipy import stats

from recovery.data.coding import Coding
from recovery.data.longdata import LongData
from recovery.model.coded import decode
from recovery.model.prior import Prior
from recovery.nuts.models import latent_model
from recovery.nuts.sampler import NutsSampler, by_name
from recovery.parameters import correlations, sds
from recovery.result import Fit
from recovery.seeds import named_seed

PRIOR_DRAWS = 2000


def observe(
    data: LongData, sampler: NutsSampler, study_seed: int, prior_name: str
) -> tuple[xr.DataTree, Fit]:
    """Fit the real data and describe the fit in ArviZ's groups.

    Parameters
    ----------
    data : LongData
        The real data.
    sampler : NutsSampler
        The prior's compiled model.
    study_seed : int
        The config's seed.
    prior_name : str
        The prior's id, of which the seeds of the fit and of predictions are made.

    Returns
    -------
    tree : xarray.DataTree
        ``posterior`` (parameters, ``u0``, ``u1``, ... and the conditional mean ``mu`` of every
        observation), ``posterior_predictive``, ``log_likelihood``, ``prior``,
        ``prior_predictive``, ``log_prior``, ``sample_stats``, ``observed_data`` and
        ``constant_data``.
    fit : Fit
        The estimates and diagnostics.

    Raises
    ------
    RuntimeError
        If the sampler failed: there is then nothing to describe.
    """

    def seed(stage: str) -> int:
        return named_seed(study_seed, "observed", prior_name, stage)

    fit = sampler.fit(data, seed("fit"))
    if fit.draws is None:
        raise RuntimeError(
            f"prior {prior_name}: the fit of the real data failed, {fit.diagnostics.error}"
        )
    rng = np.random.default_rng(seed("predict"))
    posterior = with_conditional_mean(fit.draws, data)
    prior_draws = pm.sample_prior_predictive(
        PRIOR_DRAWS,
        model=latent_model(data, sampler.prior),
        random_seed=seed("prior"),
        compile_kwargs={"mode": "FAST_COMPILE"},  # drawn once: compiling would take longer
    )
    drawn = by_name(prior_draws["prior"].to_dataset().drop_vars("stated"), data.effects)
    drawn = drawn.assign(decode(drawn, sampler.prior.coding))
    prior = with_conditional_mean(drawn, data)
    log_density = stats.norm.logpdf(
        data.response, posterior["mu"], posterior["sigma"].to_numpy()[..., None]
    )
    groups = {
        "posterior": posterior,
        "posterior_predictive": predict(posterior, rng),
        "log_prior": log_prior(fit.draws, sampler.prior, data),
        "log_likelihood": xr.Dataset({"response": posterior["mu"].copy(data=log_density)}),
        "sample_stats": fit.sample_stats,
        "prior": prior,
        "prior_predictive": predict(prior, rng),
        **_data_groups(data),
    }
    return xr.DataTree.from_dict(groups), fit


def log_prior(draws: xr.Dataset, prior: Prior, data: LongData) -> xr.Dataset:
    """The log density of the prior at draws, in its parts, as ArviZ's ``psense`` takes it.

    The prior is stated in its own coding of time, the draws in the study's. The density of the
    covariance is that of the standard deviations and rho given sigma.
    """
    coding = prior.coding
    own = decode(draws, Coding(-coding.lean, 1.0 / coding.unit))  # the way back
    beta = np.stack([draws[name] for name in ("beta0", "beta1", *data.effects)])
    level, *others = np.tensordot(prior.stated, beta, 1)
    names = (*sds(data.q), *correlations(data.q), "sigma")
    covariance = [np.asarray(own.get(name, 0.0)) for name in names]
    densities = {
        "beta0": stats.norm(prior.center_for(data.response), prior.beta0_sd).logpdf(level),
        **{
            name: stats.norm(0.0, sd).logpdf(effect)
            for name, sd, effect in zip(("beta1", *data.effects), prior.beta_sds[1:], others)
        },
        "sigma": np.log(2.0)
        + stats.t(prior.sigma_df, scale=prior.sigma_scale).logpdf(covariance[-1]),
        "covariance": prior.log_density(*covariance),
    }
    return xr.Dataset({name: own["sigma"].copy(data=x) for name, x in densities.items()})


def _data_groups(data: LongData) -> dict[str, xr.Dataset]:
    subject = np.asarray(data.labels)[data.subject]
    constant = {"time": ("observation", data.time), "subject_of_row": ("observation", subject)}
    return {
        "observed_data": xr.Dataset({"response": ("observation", data.response)}),
        "constant_data": xr.Dataset(constant),
    }


def with_conditional_mean(draws: xr.Dataset, data: LongData) -> xr.Dataset:
    """Add ``mu``, the mean of every observation given its subject's effects."""
    subject = xr.DataArray(data.subject, dims="observation")
    mean: Any = sum(
        draws[name] * xr.DataArray(column, dims="observation")
        for name, column in zip(("beta0", "beta1", *data.effects), data.fixed.T)
    )
    for k, column in enumerate(data.random.T):
        own = draws[f"u{k}"].isel(subject=subject)
        mean = mean + own * xr.DataArray(column, dims="observation")
    return draws.assign(mu=mean.drop_vars("subject").transpose("chain", "draw", "observation"))


def predict(draws: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
    """A new response for every observation and draw, from Normal(mu, sigma)."""
    noise = xr.DataArray(rng.standard_normal(draws["mu"].shape), dims=draws["mu"].dims)
    return xr.Dataset({"response": draws["mu"] + draws["sigma"] * noise})
