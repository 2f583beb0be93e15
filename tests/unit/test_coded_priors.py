"""Priors stated in another coding of time, by two ways to compute each thing."""

from dataclasses import replace

import numpy as np
import pytest

from recovery.data.coding import Coding
from recovery.data.scenarios import Design, Truth, days
from recovery.data.simulate import replicate_data, simulate_batch, simulate_replicate
from recovery.errors import InputError
from recovery.exact.draws import joint_draws
from recovery.exact.posterior import exact_posterior
from recovery.fitting.exact import exact_batch
from recovery.fitting.nuts import NutsSampler, SamplerSettings
from recovery.model.coded import decode, log_density_in_study
from recovery.model.families import make_prior
from recovery.parameters import PARAMETERS, correlation

CODING = Coding(4.5, 3.0)
CODED = {"origin": 4.5, "unit": 3.0}
FAMILIES = ["lkj_corr", "lkj_corr_rstanarm"]


@pytest.fixture(scope="module")
def data():
    design = Design(Truth(250.0, 10.0, 25.0, 6.0, 0.3, 25.0), 12, days(8), missing=0.2)
    return simulate_replicate(design, np.random.default_rng(5))[1]


def importance_moments(data, prior, n=80_000):
    """Moments in the study's time, by weighting draws of a model fitted in the prior's coding."""
    coded = prior.coding.code_data(data)
    exact = exact_posterior(coded, replace(prior, origin=0.0, unit=1.0))
    draws = joint_draws(exact, coded, n, np.random.default_rng(2))
    return decode(draws, prior.coding)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_transformed_density_gives_the_posterior_of_the_recoded_data(data, family):
    """The grid in the study's time with the transformed density, and a grid in the prior's own
    time with the plain one: one evidence and one posterior."""
    prior = make_prior(family, **CODED)
    exact = exact_posterior(data, prior)
    own = exact_posterior(CODING.code_data(data), make_prior(family))
    assert exact.adequate and own.adequate
    assert exact.log_marginal_likelihood == pytest.approx(own.log_marginal_likelihood, abs=2e-3)
    draws = importance_moments(data, prior)
    for name, (mean, sd) in exact.moments.items():
        values = draws[name]
        assert abs(values.mean() - mean) < 5 * sd / np.sqrt(len(values)) + 2e-3 * sd, name
        # cells of the grid make draws of functions of several parameters a little too wide
        assert values.std() == pytest.approx(sd, rel=0.03), name


@pytest.mark.parametrize("family", FAMILIES)
def test_the_density_integrates_to_one(family):
    """Over the study's parameters, by Monte Carlo from a wide proposal."""
    rng = np.random.default_rng(3)
    prior, n = make_prior(family, **CODED), 400_000
    s0, s1 = rng.gamma(1.2, 60.0, n), rng.gamma(1.2, 15.0, n)
    rho, sigma = rng.uniform(-1, 1, n), np.full(n, 25.0)
    proposal = sum(
        0.2 * np.log(s / scale) - s / scale - np.log(scale * 0.9181687423997607)
        for s, scale in ((s0, 60.0), (s1, 15.0))
    ) - np.log(2.0)
    weight = np.exp(log_density_in_study(prior)(s0, s1, rho, sigma) - proposal)
    assert abs(weight.mean() - 1) < 4.5 * weight.std() / np.sqrt(n)


def test_another_unit_is_another_scale(data):
    """3 per 3 days is 1 per day."""
    plain = exact_posterior(data, make_prior("lkj_corr"))
    coded = make_prior("lkj_corr", unit=3.0, sigma_u1_scale=30.0, beta1_sd=30.0)
    found = exact_posterior(data, coded)
    for name, moments in plain.moments.items():
        assert found.moments[name] == pytest.approx(moments, rel=1e-6), name
    assert found.log_marginal_likelihood == pytest.approx(plain.log_marginal_likelihood, abs=1e-6)


def test_a_prior_without_rho_at_another_origin(data):
    """sigma_u0 and rho at the study's origin come from draws, with their Monte Carlo error."""
    prior = make_prior("independent", **CODED)
    truths = np.zeros((1, len(PARAMETERS)))
    batch = exact_batch([data], prior, [0.95], truths, [1], [7])
    found = batch.estimates.set_index("parameter")
    exact = exact_posterior(data, prior)
    assert set(exact.moments) == {"beta0", "beta1", "sigma", "sigma_u1"}
    draws = joint_draws(exact, data, 100_000, np.random.default_rng(4))
    draws["r_u"] = correlation(draws["u0"], draws["u1"])
    for name in PARAMETERS:
        mean, error = found.loc[name, "mean"], found.loc[name, "mcse_mean"]
        sd = draws[name].std()
        assert abs(mean - draws[name].mean()) < 4.5 * np.hypot(error, sd / 300) + 1e-3 * sd, name
        assert found.loc[name, "sd"] == pytest.approx(sd, rel=0.1), name
        assert (error > 0) == (name in ("sigma_u0", "rho", "r_u"))
    # rho at day 0 follows from two variances: it is never 0
    assert found.loc["rho", "q97.5"] < 0
    own = exact_posterior(CODING.code_data(data), make_prior("independent"))
    assert exact.log_marginal_likelihood == pytest.approx(own.log_marginal_likelihood, abs=1e-9)


def test_beta0_at_another_origin_is_a_tilted_mixture(data):
    """beta0 = a - m / k b: its marginal against draws of (a, b)."""
    exact = exact_posterior(data, make_prior("independent", **CODED))
    draws = joint_draws(exact, data, 200_000, np.random.default_rng(6))["beta0"]
    mean, sd = exact.moments["beta0"]
    assert abs(draws.mean() - mean) < 4.5 * sd / np.sqrt(200_000)
    low, high = exact.quantiles([0.025, 0.975])["beta0"]
    for share, end in ((0.025, low), (0.975, high)):
        assert abs((draws < end).mean() - share) < 4.5 * np.sqrt(share * (1 - share) / 200_000)


@pytest.mark.parametrize("family", ["independent", "lkj_corr"])
def test_nuts_agrees_in_the_study_s_time(family, model_file):
    design = Design(Truth(250.0, 10.0, 25.0, 6.0, 0.3, 25.0), 12, days(8))
    data = replicate_data(simulate_batch(design, [1], 1, "coded"))[0]
    prior = make_prior(family, origin="mean", unit="sd").for_times(design.planned_times)
    settings = SamplerSettings("marginal", chains=4, tune=500, draws=1000, target_accept=0.9)
    sampler = NutsSampler(prior, settings, model_file(family, "marginal-balanced"), [0.95])
    estimates = sampler.fit(data, 1).estimates
    truths = np.zeros((1, len(PARAMETERS)))
    exact = exact_batch([data], prior, [0.95], truths, [1], [1]).estimates.set_index("parameter")
    error = np.hypot(estimates["mcse_mean"], exact["mcse_mean"])
    assert ((estimates["mean"] - exact["mean"]).abs() < 4.5 * error).all()
    assert estimates.notna().all(axis=None)
    assert estimates["sd"].to_numpy() == pytest.approx(exact["sd"].to_numpy(), rel=0.15)


def test_mean_and_sd_are_those_of_the_planned_times():
    design = Design(Truth(0, 0, 1, 1, 0, 1), 5, (0.0, 1.0, 3.0, 6.0), missing=0.3, dropout=0.2)
    prior = make_prior("lkj_corr", origin="mean", unit="sd").for_times(design.planned_times)
    assert prior.coding == Coding(2.5, 2.29129)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("origin", "middle", "origin: 'middle' is not a number or 'mean'"),
        ("unit", "day", "unit: 'day' is not a number or 'sd'"),
        ("unit", 0, "unit: 0 must be positive"),
        ("origin", float("inf"), "origin: inf must be finite"),
    ],
)
def test_bad_codings(key, value, message):
    with pytest.raises(InputError, match=message):
        make_prior("lkj_corr", **{key: value})
