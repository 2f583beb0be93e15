"""The exact engine and its priors: new families, and where a prior is stated."""

from dataclasses import replace

import numpy as np
import pytest
from exact_accuracy import TOLERANCES, errors_of
from scipy import stats

from recovery.data.longdata import LongData
from recovery.data.scenarios import Design, Truth, days
from recovery.data.simulate import simulate_replicate
from recovery.exact.draws import joint_draws
from recovery.exact.grid import Form, form_of
from recovery.exact.posterior import exact_posterior
from recovery.model.families import make_prior
from recovery.model.half_normal import HalfNormalScales


def grid_data(design: Design, seed: int = 1) -> LongData:
    return simulate_replicate(design, np.random.default_rng(seed))[1]


class Exponential(HalfNormalScales):
    """A made-up family: exponential scales, and a correlation that is not symmetric."""

    has_rho = True

    def covariance(self, sigma):
        pytest.fail("the exact engine needs no PyMC model")

    def draw(self, sigma, rng):
        pytest.fail("the exact engine needs no draws of the prior")

    def log_density(self, sigma_u0, sigma_u1, rho, sigma):
        rates = 1.0 / self.sigma_u0_scale, 1.0 / self.sigma_u1_scale
        scales = np.log(rates[0] * rates[1]) - rates[0] * sigma_u0 - rates[1] * sigma_u1
        return scales + np.log((1.0 + rho) / 2.0)


class WithSigma(Exponential):
    """The more noise, the nearer rho is to 0: LKJ(1 + sigma / 25)."""

    def log_density(self, sigma_u0, sigma_u1, rho, sigma):
        rates = 1.0 / self.sigma_u0_scale, 1.0 / self.sigma_u1_scale
        scales = np.log(rates[0] * rates[1]) - rates[0] * sigma_u0 - rates[1] * sigma_u1
        eta = 1.0 + sigma / 25.0
        return scales + stats.beta(eta, eta, -1.0, 2.0).logpdf(rho)


@pytest.mark.parametrize("family", [Exponential, WithSigma])
def test_a_new_family_needs_its_density_only(family):
    data = grid_data(Design(Truth(250, 10, 25, 6, 0.3, 25), 6, days(8)), seed=5)
    exact = exact_posterior(data, family())
    assert exact.adequate and (errors_of(exact, data, family()) < TOLERANCES).all()


def test_a_prior_far_from_the_data_gets_its_own_grid():
    """Responses in seconds under an inverse Wishart made for milliseconds."""
    truth = Truth(0.25, 0.01, 0.025, 0.006, 0.3, 0.025)
    exact = exact_posterior(grid_data(Design(truth, 18, days(10))), make_prior("inverse_wishart"))
    assert exact.adequate and exact.moments["sigma_u0"][0] > 1.0


def test_the_form_of_a_prior_is_found_about_its_own_scales():
    """An inverse Wishart ties rho to the sds, however small its scales are beside sigma's."""
    scales = {"sigma_u0_scale": 25e-4, "sigma_u1_scale": 6e-4}
    for prior in (make_prior("inverse_wishart"), make_prior("inverse_wishart", **scales)):
        assert form_of(prior) == Form(rho_apart=False, sigma="not")
    assert form_of(make_prior("lkj_corr")) == Form(rho_apart=True, sigma="not")
    assert form_of(make_prior("lkj_corr_rstanarm")) == Form(rho_apart=True, sigma="apart")


def test_beta_where_its_posterior_is_a_spike_with_a_broad_tail():
    """Two subjects: against draws, whose beta is normal given the rest."""
    data = grid_data(Design(Truth(250, 10, 0.3, 0.075, 0.3, 1.0), 2, days(10)), seed=1)
    exact = exact_posterior(data, make_prior("lkj_corr"))
    draws = joint_draws(exact, data, 100_000, np.random.default_rng(1))["beta1"]
    for share, end in zip((0.025, 0.25, 0.5), exact.quantiles([0.025, 0.25, 0.5])["beta1"]):
        assert abs((draws < end).mean() - share) < 4.5 * np.sqrt(share * (1 - share) / 100_000)


def test_a_prior_at_the_means_moves_with_the_times(sleepstudy):
    """However far from 0 time is counted: that of the origin, from day 2000 on, does not hold."""
    found = {}
    for at in ("origin", "means"):
        for shift in (0.0, 2000.0, 1.6e9):
            data = sleepstudy.at(sleepstudy.time + shift)
            prior = make_prior("independent", beta_prior_at=at, origin=shift).for_design(data.time)
            found[at, shift] = exact_posterior(data, prior).moments
    for name in ("beta1", "sigma", "sigma_u1"):
        for shift in (2000.0, 1.6e9):
            expected = pytest.approx(found["means", 0.0][name], rel=1e-6)
            assert found["means", shift][name] == expected
    plain = make_prior("lkj_corr", beta_prior_at="means").for_design(sleepstudy.time)
    far = replace(plain, beta_prior_at=plain.beta_time + 300.0)
    assert plain.beta_time == 4.5
    moments = [exact_posterior(sleepstudy, prior).moments["beta1"][0] for prior in (plain, far)]
    assert moments[0] == pytest.approx(10.2, abs=0.2) and moments[1] < 0.5


def test_the_center_is_a_shift_of_the_data(sleepstudy):
    """With a number as the center, under a prior of beta that is stated at the mean time."""
    moved = replace(sleepstudy, response=sleepstudy.response - 240.0)
    found = []
    for data, center in ((sleepstudy, 240.0), (moved, 0.0)):
        prior = make_prior("independent", center=center, beta_prior_at="means")
        found.append(exact_posterior(data, prior.for_design(data.time)))
    a, b = found
    assert a.log_marginal_likelihood == pytest.approx(b.log_marginal_likelihood, abs=1e-9)
    for name, shift in (("beta0", 240.0), ("beta1", 0.0), ("sigma", 0.0)):
        assert a.moments[name] == pytest.approx((b.moments[name][0] + shift, b.moments[name][1]))
