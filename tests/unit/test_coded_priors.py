"""Priors stated in another coding of time, by two ways to compute each thing."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from exact_accuracy import data_set
from scipy import stats

from recovery.data.coding import Coding
from recovery.data.scenarios import Design, Truth, days
from recovery.data.simulate import replicate_data, simulate_batch, simulate_replicate
from recovery.errors import InputError
from recovery.exact.draws import Randomness, drawn_estimands, joint_draws
from recovery.exact.posterior import exact_posterior
from recovery.exact.tables import exact_batch
from recovery.model.coded import decode
from recovery.model.families import make_prior
from recovery.nuts.observed import log_prior
from recovery.nuts.sampler import NutsSampler, SamplerSettings
from recovery.parameters import PARAMETERS, correlation

CODING = Coding(4.5, 3.0)
CODED = {"origin": 4.5, "unit": 3.0}
FAMILIES = ["lkj_corr", "lkj_corr_rstanarm"]


@pytest.fixture(scope="module")
def data():
    design = Design(Truth(250.0, 10.0, 25.0, 6.0, 0.3, 25.0), 12, days(8), missing=0.2)
    return simulate_replicate(design, np.random.default_rng(5))[1]


def moments_in_the_study_s_time(data, prior, n=80_000):
    """By weighting draws of the same prior's posterior at the study's origin (importance sampling).

    The weight of a draw is the ratio of the densities of the two priors, both in the study's time:
    p(s0, s1, rho) = p_c(s0c, s1c, rho_c) k^3 (s0 s1)^2 / (s0c s1c)^2, and beta's normals.
    """
    plain = replace(prior, origin=0.0, unit=1.0)
    draws = joint_draws(exact_posterior(data, plain), data, n, np.random.default_rng(2))
    m, k = prior.coding.origin, prior.coding.unit
    s0, s1, rho, sigma = (draws[name] for name in ("sigma_u0", "sigma_u1", "rho", "sigma"))
    along = rho * s0 + m * s1
    s0c = np.sqrt(along**2 + s0**2 * (1 - rho**2))
    log_weight = prior.log_density(s0c, k * s1, along / s0c, sigma) + 2 * np.log(s0 / s0c)
    log_weight += np.log(k) - plain.log_density(s0, s1, rho, sigma)
    center = prior.center_for(data.response)
    for beta0, beta1, sign in (
        (draws["beta0"] + m * draws["beta1"], k * draws["beta1"], 1),
        (draws["beta0"], draws["beta1"], -1),
    ):
        square = ((beta0 - center) / prior.beta0_sd) ** 2 + (beta1 / prior.beta1_sd) ** 2
        log_weight -= sign * square / 2
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    found = {}
    for name in ("beta0", "beta1", "sigma", "sigma_u0", "sigma_u1", "rho"):
        mean = weight @ draws[name]
        error = np.sqrt((weight**2) @ (draws[name] - mean) ** 2)
        found[name] = mean, error, np.sqrt(weight @ (draws[name] - mean) ** 2)
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_a_coded_prior_against_its_density_in_the_study_s_time(data, family):
    """Integrated in the prior's own time, and by weights of its density in the study's."""
    prior = make_prior(family, origin=1.0, unit=1.5)
    truths = np.zeros((1, len(PARAMETERS)))
    batch = exact_batch([data], prior, [0.95], truths, [1], [3])
    assert list(batch.fits["status"]) == ["ok"]
    found = batch.estimates.set_index("parameter")
    for name, (mean, error, sd) in moments_in_the_study_s_time(data, prior).items():
        allowed = 4.5 * np.hypot(error, found.loc[name, "mcse_mean"]) + 0.01 * sd
        assert abs(found.loc[name, "mean"] - mean) < allowed, name
        assert found.loc[name, "sd"] == pytest.approx(sd, rel=0.02), name
        assert found.loc[name, "mcse_mean"] == 0, name
        assert np.isfinite(found.loc[name, "mcse_q2.5"]) == (name in ("sigma_u0", "rho")), name


@pytest.mark.parametrize("family", ["independent", "lkj_corr"])
def test_draws_at_another_origin_have_the_errors_that_they_state(data, family):
    """Quantiles over 60 seeds: their spread is at most the stated error, their mean is right."""
    exact = exact_posterior(data, make_prior(family, origin=4.5))
    prior, n = make_prior(family, origin=4.5), 60
    truths = np.zeros((n, len(PARAMETERS)))
    batch = exact_batch([data] * n, prior, [0.95], truths, range(n), range(n))
    many = drawn_estimands(exact, Randomness.of(exact.problem, 200_000, 1))
    for name in ("sigma_u0", "rho"):
        found = batch.estimates[batch.estimates["parameter"] == name]
        assert found["mean"].nunique() == 1
        for end, share in (("q2.5", 0.025), ("q97.5", 0.975)):
            stated = np.sqrt(np.mean(found[f"mcse_{end}"] ** 2))
            assert 0.3 * stated < found[end].std() < 1.3 * stated, (name, end)
            off = found[end].mean() - np.quantile(many[name], share)
            assert abs(off) < 4.5 * stated / np.sqrt(n), (name, end)


@pytest.mark.parametrize("family", ["independent", "lkj_corr", "lkj_corr_rstanarm"])
def test_moments_at_another_origin_do_not_depend_on_the_grid(data, family):
    """The same prior at two origins that nearly coincide with the study's: a limit."""
    plain = exact_posterior(data, make_prior(family))
    near = exact_posterior(data, make_prior(family, origin=1e-6))
    for name in ("sigma_u0",) if family == "independent" else ("sigma_u0", "rho"):
        mean, sd = plain.moments[name]
        assert abs(near.moments[name][0] - mean) < 1e-3 * sd, name
        assert abs(near.moments[name][1] - sd) < 1e-3 * sd, name


@pytest.mark.parametrize("origin", [4.5, -6.0])
@pytest.mark.parametrize("family", FAMILIES)
def test_where_the_lines_meet_at_the_prior_s_origin(family, origin):
    """No spread of the lines there: the density in the study's time is singular (rho -1 or 1)."""
    sd1 = 6.0
    rho = -0.9999 if origin > 0 else 0.9999
    design = Design(Truth(250.0, 10.0, abs(origin) * sd1, sd1, rho, 25.0), 18, days(10))
    for data in replicate_data(simulate_batch(design, range(1, 5), 1, "meet")):
        exact = exact_posterior(data, make_prior(family, origin=origin))
        own = exact_posterior(Coding(origin).code_data(data), make_prior(family))
        assert exact.adequate
        assert exact.log_marginal_likelihood == pytest.approx(own.log_marginal_likelihood, abs=1e-3)


def test_another_unit_is_another_scale(data):
    """3 per 3 days is 1 per day."""
    plain = exact_posterior(data, make_prior("lkj_corr"))
    coded = make_prior("lkj_corr", unit=3.0, sigma_u1_scale=30.0, beta1_sd=30.0)
    found = exact_posterior(data, coded)
    for name, moments in plain.moments.items():
        assert found.moments[name] == pytest.approx(moments, rel=1e-6), name
    assert found.log_marginal_likelihood == pytest.approx(plain.log_marginal_likelihood, abs=1e-6)


def test_a_prior_without_rho_at_another_origin(data):
    """Quantiles of sigma_u0 and rho at the study's origin come from draws, with their error."""
    prior = make_prior("independent", **CODED)
    truths = np.zeros((1, len(PARAMETERS)))
    batch = exact_batch([data], prior, [0.95], truths, [1], [7])
    found = batch.estimates.set_index("parameter")
    exact = exact_posterior(data, prior)
    assert set(exact.marginals) == {"beta0", "beta1", "sigma", "sigma_u1"}
    draws = joint_draws(exact, data, 100_000, np.random.default_rng(4))
    draws["r_u"] = correlation(draws["u0"], draws["u1"])
    for name in PARAMETERS:
        mean, error = found.loc[name, "mean"], found.loc[name, "mcse_mean"]
        sd = draws[name].std()
        # draws of several parameters are independent within a cell: up to 0.01 sd off
        assert abs(mean - draws[name].mean()) < 4.5 * np.hypot(error, sd / 300) + 0.01 * sd, name
        assert found.loc[name, "sd"] == pytest.approx(sd, rel=0.1 if name == "r_u" else 0.02), name
        assert (error > 0) == (name == "r_u")
    # rho at day 0 follows from two variances: it is never 0
    assert found.loc["rho", "q97.5"] < 0
    own = exact_posterior(CODING.code_data(data), make_prior("independent"))
    assert exact.log_marginal_likelihood == pytest.approx(own.log_marginal_likelihood, abs=1e-9)


def test_beta0_at_another_origin_is_a_tilted_mixture(data):
    """beta0 = a - m / k b: its marginal against draws of (a, b)."""
    against_draws(data, make_prior("independent", **CODED))


@pytest.mark.parametrize(
    ("design", "family"), [("6 subjects", "lkj_corr"), ("3 subjects", "lkj_corr_student_t")]
)
def test_beta0_at_another_origin_with_few_subjects(design, family):
    """It depends on sigma_u1 as well: merged over all of it, interval ends were off by 0.07 and
    0.16 sds."""
    against_draws(data_set(design, 1), make_prior(family, origin=4.5))


def against_draws(data, prior):
    exact = exact_posterior(data, prior)
    draws = joint_draws(exact, data, 200_000, np.random.default_rng(6))["beta0"]
    mean, sd = exact.moments["beta0"]
    assert abs(draws.mean() - mean) < 4.5 * sd / np.sqrt(200_000)
    low, high = exact.quantiles([0.025, 0.975])["beta0"]
    for share, end in ((0.025, low), (0.975, high)):
        assert abs((draws < end).mean() - share) < 4.5 * np.sqrt(share * (1 - share) / 200_000)


@pytest.mark.parametrize("family", ["independent", "lkj_corr"])
def test_nuts_agrees_in_the_study_s_time(family):
    design = Design(Truth(250.0, 10.0, 25.0, 6.0, 0.3, 25.0), 12, days(8))
    data = replicate_data(simulate_batch(design, [1], 1, "coded"))[0]
    prior = make_prior(family, origin="mean", unit="sd").for_design(*design.planned)
    settings = SamplerSettings("marginal", chains=4, tune=500, draws=1000, target_accept=0.9)
    sampler = NutsSampler(prior, settings, [0.95])
    estimates = sampler.fit(data, 1).estimates
    truths = np.zeros((1, len(PARAMETERS)))
    exact = exact_batch([data], prior, [0.95], truths, [1], [1]).estimates.set_index("parameter")
    error = np.hypot(estimates["mcse_mean"], exact["mcse_mean"])
    assert ((estimates["mean"] - exact["mean"]).abs() < 4.5 * error).all()
    assert estimates.notna().all(axis=None)
    assert estimates["sd"].to_numpy() == pytest.approx(exact["sd"].to_numpy(), rel=0.15)


def test_mean_and_sd_are_those_of_the_planned_times():
    design = Design(Truth(0, 0, 1, 1, 0, 1), 5, (0.0, 1.0, 3.0, 6.0), missing=0.3, dropout=0.2)
    prior = make_prior("lkj_corr", origin="mean", unit="sd").for_design(*design.planned)
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


@pytest.mark.parametrize("family", ["independent", "lkj_corr", "lkj_corr_rstanarm"])
@pytest.mark.parametrize("at", ["origin", "means"])
def test_the_log_prior_of_draws_is_that_of_the_prior_s_own_coding(data, family, at, rng):
    """For ArviZ's psense: draws are in the study's time, the prior is stated in its own."""
    prior = make_prior(family, center=250.0, origin="mean", unit=2.0, beta_prior_at=at)
    prior = prior.for_design(data.time)
    own = prior.draw_parameters(40, rng)
    draws = {name: ("draw", values) for name, values in own.items()}
    found = log_prior(xr.Dataset(draws).expand_dims("chain"), prior, data)
    coding = prior.coding
    own |= decode(own, Coding(-coding.lean, 1.0 / coding.unit))  # the way back
    level = own["beta0"] + (coding.origin + coding.unit * prior.beta_time) * own["beta1"]
    slope = coding.unit * own["beta1"]
    expected = stats.norm(250.0, 50.0).logpdf(level) + stats.norm(0.0, 10.0).logpdf(slope)
    expected += stats.t(4, scale=50.0).logpdf(own["sigma"]) + np.log(2.0)
    covariance = (own[name] for name in ("sigma_u0", "sigma_u1", "rho", "sigma"))
    expected += prior.log_density(*covariance)
    total = found.to_array().sum("variable")
    np.testing.assert_allclose(total.transpose("chain", "draw")[0], expected, rtol=1e-9)
