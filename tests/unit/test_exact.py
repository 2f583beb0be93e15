"""The exact posterior against reference values, brute force, and itself."""

import numpy as np
import pytest
from scipy import stats
from unit.sleepstudy_exact import EXACT, LOG_MARGINAL_LIKELIHOOD, QUANTILES

from recovery.exact import exact_columns, exact_moments, exact_posterior
from recovery.longdata import LongData
from recovery.marginal import Statistics
from recovery.priors import FAMILIES, make_prior
from recovery.quadrature import prior_grid
from recovery.scenarios import Design, Truth
from recovery.simulate import simulate_replicate


def grid_data(design: Design, seed: int = 1) -> LongData:
    _, response = simulate_replicate(design, np.random.default_rng(seed))
    return LongData.from_grid(response, np.arange(design.days))


@pytest.mark.parametrize("family", FAMILIES)
def test_sleepstudy_is_the_reference(sleepstudy, family):
    exact = exact_posterior(sleepstudy, make_prior(family))
    assert exact.adequate
    moments = exact.moments
    quantiles = exact.quantiles(list(QUANTILES[family]["beta0"]))
    for parameter, (mean, sd) in EXACT[family].items():
        assert abs(moments[parameter][0] - mean) < 1e-3 * sd
        assert moments[parameter][1] == pytest.approx(sd, rel=1e-3)
        expected = list(QUANTILES[family][parameter].values())
        assert np.abs(quantiles[parameter] - expected).max() < 2e-3 * sd, parameter
    assert exact.log_marginal_likelihood == pytest.approx(LOG_MARGINAL_LIKELIHOOD[family], abs=1e-3)


def importance_moments(data: LongData, prior, n: int = 400_000):
    """Posterior means by importance sampling from the prior, with their standard errors.

    Shares the likelihood of SciPy's multivariate normal, beta integrated out, and nothing of
    the quadrature.
    """
    rng = np.random.default_rng(2)
    sigma = np.abs(stats.t(prior.sigma_df, scale=prior.sigma_scale).rvs(n, random_state=rng))
    s0 = np.abs(rng.normal(0, prior.sigma_u0_scale, n))
    s1 = np.abs(rng.normal(0, prior.sigma_u1_scale, n))
    rho = rng.uniform(-1, 1, n)
    log_weight = np.zeros(n)
    times = data.time[data.subject == 0]
    X = np.column_stack([np.ones(len(times)), times])
    J = data.subjects
    y = data.response.reshape(J, -1) - data.response.mean()
    # all subjects jointly: V is block diagonal plus the rank two part of beta
    eye = np.eye(len(times))
    D = np.diag([prior.beta0_sd**2, prior.beta1_sd**2])
    off = rho * s0 * s1
    Sigma = np.stack([s0**2, off, off, s1**2], -1).reshape(n, 2, 2)
    V = X @ Sigma @ X.T + (sigma**2)[:, None, None] * eye
    inverse = np.linalg.inv(V)
    _, log_det = np.linalg.slogdet(V)
    XVX = X.T @ inverse @ X
    XVy = X.T @ inverse @ y.sum(0)
    fit = np.linalg.inv(np.linalg.inv(D) + J * XVX)
    quadratic = np.einsum("ja,nab,jb->n", y, inverse, y) - np.einsum("na,nab,nb->n", XVy, fit, XVy)
    log_weight = -0.5 * (J * log_det + quadratic)
    log_weight -= 0.5 * np.linalg.slogdet(np.eye(2) + J * D @ XVX)[1]
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    found = {}
    for name, value in (("sigma", sigma), ("sigma_u0", s0), ("sigma_u1", s1), ("rho", rho)):
        mean = weight @ value
        found[name] = mean, np.sqrt(np.sum((weight * (value - mean)) ** 2))
    return found


@pytest.mark.parametrize(
    "truth",
    [
        Truth(250, 10, 25, 6, 0.3, 25),
        Truth(250, 10, 25, 0.05, 0.0, 25),  # hardly any slope variance
        Truth(250, 10, 25, 6, 0.97, 25),  # nearly singular
    ],
    ids=["plain", "flat", "singular"],
)
@pytest.mark.parametrize("subjects", [3, 6])
def test_hard_data_against_importance_sampling(truth, subjects):
    data = grid_data(Design(truth, subjects, 5))
    prior = make_prior("lkj_corr")
    exact = exact_posterior(data, prior)
    assert exact.adequate, exact.change
    moments = exact.moments
    for parameter, (mean, error) in importance_moments(data, prior).items():
        assert abs(moments[parameter][0] - mean) < 4.5 * error, parameter


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("subjects", [3, 18, 50])
@pytest.mark.parametrize("rho", [-0.9, 0.0, 0.8])
def test_every_design_is_adequate(family, subjects, rho):
    data = grid_data(Design(Truth(250, 10, 25, 6, rho, 25), subjects, 10), seed=3)
    exact = exact_posterior(data, make_prior(family))
    assert exact.adequate, exact.change
    for parameter, quantiles in exact.quantiles([0.025, 0.5, 0.975]).items():
        assert np.all(np.diff(quantiles) >= 0), parameter


def test_order_of_rows_and_subjects_does_not_matter(sleepstudy):
    prior = make_prior("lkj_corr")
    turned = LongData(
        sleepstudy.response[::-1],
        sleepstudy.time[::-1],
        (17 - sleepstudy.subject)[::-1],
        sleepstudy.labels[::-1],
    )
    a, b = exact_posterior(sleepstudy, prior), exact_posterior(turned, prior)
    for name, (mean, sd) in a.moments.items():
        assert abs(b.moments[name][0] - mean) < 1e-9 * sd


def test_shifting_the_responses_shifts_beta0_only(sleepstudy):
    prior = make_prior("lkj_corr")
    shifted = LongData(
        sleepstudy.response + 1e8, sleepstudy.time, sleepstudy.subject, sleepstudy.labels
    )
    a, b = exact_posterior(sleepstudy, prior), exact_posterior(shifted, prior)
    quantiles = [x.quantiles([0.025, 0.5, 0.975]) for x in (a, b)]
    for name, (mean, sd) in a.moments.items():
        shift = 1e8 if name == "beta0" else 0.0
        # of 1e8, a double has the eighth digit after the point
        assert abs(b.moments[name][0] - mean - shift) < 1e-6 * sd
        np.testing.assert_allclose(quantiles[1][name] - shift, quantiles[0][name], atol=1e-6 * sd)


def test_one_pattern_or_many_is_the_same_posterior(sleepstudy):
    """Dropping no row but splitting the patterns by a hair's breadth changes nothing."""
    prior = make_prior("lkj_corr")
    time = sleepstudy.time + 1e-9 * sleepstudy.subject
    many = LongData(sleepstudy.response, time, sleepstudy.subject, sleepstudy.labels)
    assert np.size(Statistics.of(many, 0.0).count) > 1
    a, b = exact_posterior(sleepstudy, prior).moments, exact_posterior(many, prior).moments
    for name, (mean, sd) in a.items():
        assert abs(b[name][0] - mean) < 1e-5 * sd


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("value", [np.nan, np.inf, 1e200])
def test_data_that_break_the_quadrature_leave_the_columns_empty(sleepstudy, value):
    response = sleepstudy.response.copy()
    response[3] = value
    broken = LongData(response, sleepstudy.time, sleepstudy.subject, sleepstudy.labels)
    columns = exact_columns(exact_moments(broken, make_prior("lkj_corr")))
    assert list(columns) == ["exact_mean", "exact_sd"]
    assert all(np.isnan(values).all() for values in columns.values())


@pytest.mark.parametrize("family", ["lkj_corr", "lkj_corr_rstanarm"])
def test_without_data_the_grid_is_the_prior(family, sleepstudy, rng):
    """Probabilities of the prior's grid against closed forms and the definition's draws."""
    prior = make_prior(family)
    grid = prior_grid(sleepstudy, prior, (60, 60, 24, 32))
    n = 200_000
    rho = grid.values(2)
    np.testing.assert_allclose(grid.density(2)[np.abs(rho) < 0.95], 0.5, rtol=5e-3)
    sigma = 50.0 * np.abs(rng.standard_t(4, n))
    assert abs(grid.moments()["sigma"][0] / sigma.mean() - 1) < 0.02
    if family == "lkj_corr":
        drawn = 10.0 * np.abs(rng.standard_normal(n))
    else:
        drawn = sigma * rng.exponential(size=n) * np.sqrt(2.0 * rng.random(n))
    for limit in (2.0, 10.0, 40.0):
        share = grid.marginal(1)[grid.values(1) < limit].sum()
        assert abs(share - (drawn < limit).mean()) < 0.03  # a node is that much
