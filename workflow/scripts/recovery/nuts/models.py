"""The hierarchical model in PyMC: the same model in two formulations, for any prior.

Everything that differs between data sets is a ``pm.Data``, so that one compiled model serves them.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pymc as pm
import xarray as xr

from recovery.data.longdata import LongData
from recovery.model.effects import with_effects
from recovery.model.prior import Covariance, Prior
from recovery.model.statistics import Statistics
from recovery.nuts.likelihood_op import MarginalLogLikelihood
from recovery.parameters import correlations


def latent_data(data: LongData, prior: Prior) -> dict[str, Any]:
    """The ``pm.Data`` of the latent model for a data set."""
    return {
        "center": prior.center_for(data.response),
        "fixed": data.fixed,
        "random": prior.coding.random(data),
        "subject_of_row": data.subject,
        "measured": data.response,
    }


def latent_model(data: LongData, prior: Prior) -> pm.Model:
    """The post's formulation: non-centred subject effects as parameters."""
    names = ["intercept", "slope", *data.varying]
    with pm.Model(coords={"effect": names, "subject": data.labels}) as model:
        values = {name: pm.Data(name, value) for name, value in latent_data(data, prior).items()}
        beta, sigma = _population(prior, values["center"])
        cov, _ = _covariance(prior, sigma)
        standard = pm.Normal("z", 0.0, 1.0, dims=("effect", "subject"))
        subject = values["subject_of_row"]
        mean = values["center"] + sum(slope * values["fixed"][:, i] for i, slope in enumerate(beta))
        for k, sd in enumerate(cov.sds):
            own = standard[k]
            if cov.factor and k:
                own = sum(share * standard[c] for c, share in enumerate(cov.factor[k]))
            effect = pm.Deterministic(f"u{k}", sd * own, dims="subject")
            mean = mean + effect[subject] * (values["random"][:, k] if k else 1.0)
        pm.Normal("response", mean, sigma, observed=values["measured"])
    return model


def marginal_data(data: LongData, prior: Prior) -> dict[str, Any]:
    """The ``pm.Data`` of the marginal model: the center, and `Statistics` about it."""
    center = prior.center_for(data.response)
    found = Statistics.of(data, center, prior.coding)
    return {"center": center, "totals": found.totals, "patterns": found.patterns}


def marginal_model(data: LongData, prior: Prior) -> pm.Model:
    """The same model with the subjects' effects integrated out (see `statistics`)."""
    with pm.Model() as model:
        values = {name: pm.Data(name, value) for name, value in marginal_data(data, prior).items()}
        beta, sigma = _population(prior, values["center"])
        cov, rhos = _covariance(prior, sigma)
        vector = pm.math.stack([*beta, sigma, *cov.sds, *rhos])
        likelihood = MarginalLogLikelihood(p=len(beta), q=prior.q)
        found: Any = likelihood(values["totals"], values["patterns"], vector)
        pm.Potential("marginal_likelihood", found[0])
    return model


def _population(prior: Prior, center: Any) -> tuple[list[Any], Any]:
    """The fixed effects, beta0 counted from the center, and sigma, for all families.

    What `Prior.stated` has is sampled, as its deviation from the center. A compiled model keeps the
    starting point it was compiled with; that of a deviation suits every data set.
    """
    sds = prior.beta_sds
    stated = pm.Flat("stated", shape=len(sds)) if prior.flat else pm.Normal("stated", 0.0, sds)
    inverse = np.linalg.inv(prior.stated)
    beta = [
        sum(share * stated[k] for k, share in enumerate(row.tolist()) if share) for row in inverse
    ]
    pm.Deterministic("beta0", center + beta[0])
    pm.Deterministic("beta1", beta[1])
    if prior.effects_sd:
        pm.Deterministic("further", pm.math.stack(beta[2:]))
    sigma = pm.HalfStudentT("sigma", nu=prior.sigma_df, sigma=prior.sigma_scale)
    return beta, sigma


def _covariance(prior: Prior, sigma: Any) -> tuple[Covariance, list[Any]]:
    """The random effects' standard deviations and correlations, the latter under their names."""
    cov, names = prior.covariance(sigma), correlations(prior.q)
    if cov.factor is None:
        return cov, [0.0] * len(names)
    return cov, [pm.Deterministic(name, rho) for name, rho in zip(names, cov.correlations)]


def label_subjects(
    draws: xr.Dataset, data: LongData, prior: Prior, rng: np.random.Generator
) -> xr.Dataset:
    """Name the subjects as in the data; a compiled model has those of another data set."""
    return draws.assign_coords(subject=list(data.labels))


class Formulation(NamedTuple):
    """How the model is written for the sampler.

    Attributes
    ----------
    build : callable
        Makes the PyMC model of a data set and a prior.
    data : callable
        Returns the values of its ``pm.Data`` for a data set.
    complete : callable
        Completes the sampler's draws with u0 and u1 of the data's subjects.
    """

    build: Callable[[LongData, Prior], pm.Model]
    data: Callable[[LongData, Prior], dict[str, Any]]
    complete: Callable[[xr.Dataset, LongData, Prior, np.random.Generator], xr.Dataset]


FORMULATIONS = {
    "latent": Formulation(latent_model, latent_data, label_subjects),
    "marginal": Formulation(marginal_model, marginal_data, with_effects),
}
