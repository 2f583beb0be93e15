"""The hierarchical model in PyMC: one likelihood per formulation, for any prior."""

from collections.abc import Callable
from types import SimpleNamespace

import pymc as pm

from recovery.data.longdata import LongData
from recovery.model.formulations import latent_data, marginal_data
from recovery.model.marginal import misfit, spread
from recovery.model.prior import Covariance, Prior
from recovery.model.sufficient import PATTERN_COLUMNS


def latent_model(data: LongData, prior: Prior) -> pm.Model:
    """The post's formulation: non-centred subject effects as parameters.

    Everything that differs between data sets of one design is a ``pm.Data``, so one compiled
    model serves them all (see `latent_data`).
    """
    with pm.Model(coords={"effect": ["intercept", "slope"], "subject": data.labels}) as model:
        values = {name: pm.Data(name, value) for name, value in latent_data(data, prior).items()}
        _, beta1, sigma = _population(prior, values["center"], values["beta_time"])
        cov = prior.covariance(sigma)
        standard = pm.Normal("z", 0.0, 1.0, dims=("effect", "subject"))
        u0 = pm.Deterministic("u0", cov.sigma_u0 * standard[0], dims="subject")
        u1 = pm.Deterministic("u1", cov.sigma_u1 * _correlated(standard, cov), dims="subject")
        subject = values["subject_of_row"]
        mean = model["beta0"] + u0[subject] + (beta1 + u1[subject]) * values["time"]
        pm.Normal("response", mean, sigma, observed=values["measured"])
    return model


def _population(prior: Prior, center, time):
    """The priors of beta0, beta1 and sigma, for all families; also beta0 counted from the center.

    The population's mean at `Prior.beta_time` is sampled as its deviation from the center. A
    compiled model keeps the starting point it was compiled with; that of a deviation suits every
    data set.
    """
    deviation = pm.Normal("beta0_deviation", 0.0, prior.beta0_sd)
    beta1 = pm.Normal("beta1", 0.0, prior.beta1_sd)
    intercept = deviation - beta1 * time
    pm.Deterministic("beta0", center + intercept)
    sigma = pm.HalfStudentT("sigma", nu=prior.sigma_df, sigma=prior.sigma_scale)
    return intercept, beta1, sigma


def _correlated(standard, cov: Covariance):
    """Unit-variance slopes with correlation rho to the intercepts ``standard[0]``."""
    if cov.rho is None:
        return standard[1]
    return cov.rho * standard[0] + pm.math.sqrt(1.0 - cov.rho**2) * standard[1]


def marginal_model(data: LongData, prior: Prior) -> pm.Model:
    """The same model with the subjects' effects integrated out (see `marginal`).

    Its data are sums over patterns of measurement times, so one compiled model serves all balanced
    designs, and another one all others. They are two arrays, since each ``pm.Data`` takes a while
    to compile.
    """
    with pm.Model() as model:
        values = {name: pm.Data(name, value) for name, value in marginal_data(data, prior).items()}
        center, time, rows, rss = (values["totals"][i] for i in range(4))
        intercept, beta1, sigma = _population(prior, center, time)
        cov = prior.covariance(sigma)
        columns = {name: values["patterns"][..., i] for i, name in enumerate(PATTERN_COLUMNS)}
        stats = SimpleNamespace(**columns)
        rho = 0.0 if cov.rho is None else cov.rho
        m = spread(stats.r00, stats.r01, stats.r11, cov.sigma_u0, cov.sigma_u1, rho, sigma)
        by_pattern = stats.count * pm.math.log(m.det)
        by_pattern += misfit(stats, m, intercept, beta1) / sigma**2
        squares = rss / sigma**2 + by_pattern.sum()
        pm.Potential("marginal_likelihood", -rows * pm.math.log(sigma) - squares / 2.0)
    return model


MODELS: dict[str, Callable[[LongData, Prior], pm.Model]] = {
    "latent": latent_model,
    "marginal": marginal_model,
}
"""Model builders by formulation."""
