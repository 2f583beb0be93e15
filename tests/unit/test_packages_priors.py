"""The priors that packages and the literature use, against SciPy and their documentation."""

import numpy as np
import pytest
from scipy import stats

from recovery.data.coding import Coding
from recovery.errors import InputError
from recovery.exact.posterior import exact_posterior
from recovery.model.coded import decode
from recovery.model.families import make_prior


def test_the_inverse_wishart_density_is_scipy_s(rng):
    """Up to the Jacobian 4 (s0 s1)^2 of the standard deviations and rho."""
    prior = make_prior("inverse_wishart", sigma_u0_scale=20, sigma_u1_scale=5, df=4.5)
    for s0, s1, rho in zip(rng.uniform(1, 60, 5), rng.uniform(1, 20, 5), rng.uniform(-0.9, 0.9, 5)):
        Sigma = np.array([[s0**2, rho * s0 * s1], [rho * s0 * s1, s1**2]])
        expected = stats.invwishart(4.5, np.diag([400.0, 25.0])).logpdf(Sigma)
        expected += np.log(4.0) + 2.0 * np.log(s0 * s1)
        assert prior.log_density(s0, s1, rho, 25.0) == pytest.approx(expected)


def test_in_another_coding_it_is_the_inverse_wishart_of_the_transformed_matrix(rng):
    """Sigma_c = T Sigma T' ~ IW(df, S) is Sigma ~ IW(df, T^-1 S T^-1'), by draws of both."""
    n, prior = 20_000, make_prior("inverse_wishart", sigma_u0_scale=20, sigma_u1_scale=5)
    names = ("sigma_u0", "sigma_u1", "rho")
    drawn = dict(zip(names, prior.draw(np.full(n, 25.0), rng)))
    decoded = decode(drawn, Coding(4.0, 3.0))
    back = np.linalg.inv([[1.0, 4.0], [0.0, 3.0]])
    scale = back @ np.diag([400.0, 25.0]) @ back.T
    Sigma = stats.invwishart(3.0, scale).rvs(n, random_state=rng)
    s0, s1 = np.sqrt(Sigma[:, 0, 0]), np.sqrt(Sigma[:, 1, 1])
    for name, values in zip(names, (s0, s1, Sigma[:, 0, 1] / (s0 * s1))):
        assert stats.ks_2samp(decoded[name], values).pvalue > 1e-4, name


def test_another_unit_of_the_inverse_wishart(sleepstudy):
    plain = exact_posterior(sleepstudy, make_prior("inverse_wishart"))
    coded = make_prior("inverse_wishart", unit=3, sigma_u1_scale=18, beta1_sd=30)
    found = exact_posterior(sleepstudy, coded)
    assert found.log_marginal_likelihood == pytest.approx(plain.log_marginal_likelihood, abs=1e-6)
    assert coded.coding == Coding(0.0, 3.0)


def test_rho_is_uniform_and_the_median_sd_0_85_scales(rng):
    prior = make_prior("inverse_wishart")
    s0, s1, rho = prior.draw(np.full(20_000, 25.0), rng)
    assert stats.kstest(rho, stats.uniform(-1, 2).cdf).pvalue > 1e-4
    for values, scale in ((s0, 25.0), (s1, 6.0)):
        below = (values < 0.8493 * scale).mean()
        assert abs(below - 0.5) < 4.5 * 0.5 / np.sqrt(20_000)


def test_too_few_degrees_of_freedom():
    with pytest.raises(InputError, match="df: 1 must be above 1"):
        make_prior("inverse_wishart", df=1)


def test_student_t_scales_are_scipy_s():
    prior = make_prior("lkj_corr_student_t", scale_df=4, sigma_u0_scale=30, sigma_u1_scale=7)
    expected = stats.t(4, scale=30).logpdf(12.0) + stats.t(4, scale=7).logpdf(9.0)
    expected += 2.0 * np.log(2.0) + np.log(0.5)  # halves, and LKJ(1) on (-1, 1)
    assert prior.log_density(12.0, 9.0, 0.4, 25.0) == pytest.approx(expected)


def test_brms_scale_of_sleepstudy(sleepstudy):
    """max(2.5, round(mad(y), 1)), mad with R's constant 1.4826: 59.3."""
    y = sleepstudy.response
    mad = 1.4826 * np.median(np.abs(y - np.median(y)))
    assert round(max(2.5, mad), 1) == 59.3 == make_prior("lkj_corr_student_t").sigma_u0_scale
