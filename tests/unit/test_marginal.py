"""The marginal likelihood against SciPy's multivariate normal."""

import itertools

import numpy as np
import pytest
from scipy import optimize, stats

from recovery.data.coding import UNCODED
from recovery.data.longdata import LongData
from recovery.data.scenarios import Design, Truth, days
from recovery.data.simulate import simulate_replicate
from recovery.exact.quadrature import entries_of
from recovery.kernels.draws import beta_of_draws
from recovery.kernels.gradient import log_likelihood as kernel
from recovery.kernels.likelihood import likelihood_kernel
from recovery.model.effects import draw_effects
from recovery.model.statistics import Statistics

POINTS = [
    (250.0, 10.0, 25.0, 25.0, 6.0, 0.1),
    (230.0, 3.0, 31.0, 50.0, 0.3, -0.9),
    (260.0, 15.0, 12.0, 1e-4, 8.0, 0.5),  # hardly any variance of intercepts
    (251.0, 11.0, 25.0, 20.0, 5.0, 1 - 1e-9),  # nearly singular
]


def dense(data, code, beta0, beta1, sigma, s0, s1, rho):
    """X, y, Sigma and the marginal covariance of one subject."""
    mine = data.subject == code
    X = np.column_stack([np.ones(mine.sum()), data.time[mine]])
    off = rho * s0 * s1
    Sigma = np.array([[s0**2, off], [off, s1**2]])
    return X, data.response[mine], Sigma, X @ Sigma @ X.T + sigma**2 * np.eye(len(X))


def log_likelihood(s, beta0, beta1, sigma, s0, s1, rho):
    """By the sufficient statistics; beta0 counts from their centre."""
    return kernel(2, 2)(s.totals, s.patterns, np.array([beta0, beta1, sigma, s0, s1, rho]))[0]


@pytest.mark.parametrize(("p", "q"), [(1, 1), (8, 1), (2, 2), (4, 2), (3, 3), (1, 4), (8, 4)])
@pytest.mark.parametrize("visits", ["the same", "different"])
def test_any_design(p, q, visits, rng):
    """Against dense V, for time-varying columns and subjects with fewer rows than effects."""
    rows = np.full(9, 6) if visits == "the same" else np.array([1, 2, 3, 4, 5, 6, 6, 6, 6])
    subject, time = np.repeat(np.arange(9), rows), np.concatenate([np.arange(n) for n in rows])
    Z = (time[:, None] / 3.0) ** np.arange(q)
    X = np.column_stack([Z, rng.normal(size=(len(time), 8))])[:, :p]
    factor = np.tril(rng.normal(size=(q, q)))
    Sigma, sigma = factor @ factor.T + 0.1 * np.eye(q), 0.7
    y = X @ rng.normal(size=p) + rng.normal(size=len(time))
    sds = np.sqrt(np.diag(Sigma))
    correlations = (Sigma / np.outer(sds, sds))[np.tril_indices(q, -1)]
    vector = np.concatenate([rng.normal(size=p), [sigma], sds, correlations])
    found = Statistics.of_columns(X, Z, y, subject)
    evaluate = kernel(p, q)

    def at(vector):
        return evaluate(found.totals, found.patterns, vector)

    V = (subject[:, None] == subject) * (Z @ Sigma @ Z.T) + sigma**2 * np.eye(len(y))
    dense = stats.multivariate_normal(X @ vector[:p], V).logpdf(y)
    assert at(vector)[0] == pytest.approx(dense, rel=1e-11)
    step = 1e-6 * np.eye(len(vector))
    numerical = [(at(vector + h)[0] - at(vector - h)[0]) / 2e-6 for h in step]
    np.testing.assert_allclose(at(vector)[1:], numerical, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("unit", [1e-30, 1e30])
def test_many_columns_in_far_units_are_the_same_likelihood(unit, rng):
    subject, time = np.repeat(np.arange(7), 5), np.tile(np.arange(5.0), 7)
    Z = np.column_stack([np.ones(35), time])
    X, y = np.column_stack([Z, rng.normal(size=(35, 6))]), rng.normal(size=35)
    values = np.array([1.0]), np.array([0.5]), np.array([0.2]), np.array([1.5])
    tops = []
    for scale in (1.0, unit):
        found = Statistics.of_columns(scale * X, Z, y, subject)
        priors = entries_of([scale**2 * np.eye(8)])
        tops.append(likelihood_kernel(8)(*found[:2], *priors, np.eye(8), values)[1])
    assert tops[0] == pytest.approx(tops[1], rel=1e-9)


@pytest.mark.parametrize("p", [1, 2, 4, 8])
@pytest.mark.parametrize("visits", ["the same", "different"])
def test_beta_integrated_out(p, visits, rng):
    """The grid's likelihood and beta's normals, under two priors of beta, against dense V."""
    rows = np.full(7, 5) if visits == "the same" else np.array([1, 2, 3, 4, 5, 5, 6])
    subject, time = np.repeat(np.arange(7), rows), np.concatenate([np.arange(n) for n in rows])
    Z = np.column_stack([np.ones(len(time)), time / 3.0])
    X = np.column_stack([Z, rng.normal(size=(len(time), 6))])[:, :p]
    y = X @ rng.normal(size=p) + rng.normal(size=len(time))
    root = rng.normal(size=(p, p))
    precisions = [0.3 * np.eye(p), root @ root.T + np.eye(p)]
    values = [np.array(v) for v in ([0.2, 1.5], [0.1, 0.8, 2.0], [-0.9, 0.4], [0.5, 1.1])]
    found = Statistics.of_columns(X, Z, y, subject)
    priors, log_dets = entries_of(precisions)
    combine = rng.normal(size=(p, p))
    relative, top, mean, variance = likelihood_kernel(p)(
        found.totals, found.patterns, priors, log_dets, combine, tuple(values)
    )
    same = subject[:, None] == subject
    nodes = np.array(list(itertools.product(*values)))
    for b, P in enumerate(precisions):
        ours = (top[b] + np.log(relative[b])).ravel()
        for at, (s0, s1, rho, sigma) in enumerate(nodes):
            off = rho * s0 * s1
            V = same * (Z @ [[s0**2, off], [off, s1**2]] @ Z.T) + sigma**2 * np.eye(len(y))
            total = V + X @ np.linalg.inv(P) @ X.T
            dense = stats.multivariate_normal(np.zeros(len(y)), total).logpdf(y)
            assert ours[at] == pytest.approx(dense, rel=1e-8)  # exp and log have nine digits
            covariance = np.linalg.inv(X.T @ np.linalg.solve(V, X) + P)
            best = covariance @ X.T @ np.linalg.solve(V, y)
            wanted, square = combine @ best, np.diag(combine @ covariance @ combine.T)
            np.testing.assert_allclose(mean[b].reshape(p, -1)[:, at], wanted, rtol=1e-8, atol=1e-8)
            np.testing.assert_allclose(variance[b].reshape(p, -1)[:, at], square, rtol=1e-8)
            if at == 5:
                n = 40_000
                z, where = rng.normal(size=(p, n)), np.repeat(nodes[at][:, None], n, axis=1)
                drawn = beta_of_draws(found.totals, found.patterns, priors[b], where, z)
                error = np.sqrt(np.diag(covariance) / n)
                assert (np.abs(drawn.mean(axis=1) - best) < 4.5 * error).all()
                np.testing.assert_allclose(
                    np.atleast_2d(np.cov(drawn)) / np.outer(error, error) / n,
                    covariance / np.outer(error, error) / n,
                    atol=0.03,
                )


@pytest.fixture(params=["balanced", "unbalanced"])
def data(request, rng):
    truth = Truth(250.0, 10.0, 25.0, 6.0, 0.3, 25.0)
    response = simulate_replicate(Design(truth, 7, days(5)), rng)[1].response.reshape(7, 5)
    if request.param == "unbalanced":
        response[rng.random(response.shape) < 0.3] = np.nan
        response[0] = [np.nan, 240.0, np.nan, np.nan, np.nan]  # a subject measured once
    return LongData.from_grid(response, np.array([0.0, 1, 2, 4, 9]))


@pytest.mark.parametrize("center", [0.0, 248.0])
@pytest.mark.parametrize("point", POINTS)
def test_marginal_likelihood_is_the_multivariate_normal(data, point, center):
    beta0, beta1, *_ = point
    expected = 0.0
    for code in range(data.subjects):
        X, y, _, V = dense(data, code, *point)
        expected += stats.multivariate_normal(X @ [beta0, beta1], V).logpdf(y)
    found = log_likelihood(Statistics.of(data, center), beta0 - center, *point[1:])
    assert found == pytest.approx(expected, rel=1e-9)


def test_the_maximum_is_that_of_lme4(sleepstudy):
    """lmer(Reaction ~ Days + (Days | Subject), REML = FALSE), to the digits that it prints.

    More digits are in the documentation of MixedModels.jl: its objective is 1751.9393.
    """
    s = Statistics.of(sleepstudy, 0.0)

    def deviance(x):
        return -2 * log_likelihood(s, x[0], x[1], *np.exp(x[2:5]), np.tanh(x[5]))

    start = [250.0, 10.0, *np.log([25.0, 25.0, 5.0]), 0.0]
    best = optimize.minimize(deviance, start, method="Nelder-Mead", options={"maxfev": 20_000})
    found = [*best.x[:2], *np.exp(best.x[2:5]), np.tanh(best.x[5])]
    assert best.fun == pytest.approx(1751.9393, abs=1e-4)
    np.testing.assert_allclose(found, [251.405, 10.467, 25.592, 23.780, 5.717, 0.081], atol=2e-3)


def test_subjects_with_the_same_visits_are_one_pattern(sleepstudy):
    assert len(Statistics.of(sleepstudy, 0.0).patterns) == 1


@pytest.mark.parametrize(("point", "at"), [(POINTS[1], "origin"), (POINTS[2], "means")])
def test_pymc_model_is_the_posterior_density(data, point, at):
    """The marginal PyMC model's log density, up to the constant that it leaves out."""
    from recovery.model.families import make_prior
    from recovery.nuts.models import marginal_model

    prior = make_prior("lkj_corr", beta_prior_at=at).for_design(data.time)
    model = marginal_model(data, prior)
    log_density = model.compile_logp(jacobian=False, mode="FAST_COMPILE")

    def both(beta0, beta1, sigma, s0, s1, rho):
        unconstrained = {
            "stated": np.array([beta0 + beta1 * time - data.response.mean(), beta1]),
            "sigma_log__": np.log(sigma),
            "sigma_u0_log__": np.log(s0),
            "sigma_u1_log__": np.log(s1),
            "corr_cholesky_cholesky_corr__": unconstrain(rho),
        }
        likelihood = sum(
            stats.multivariate_normal(X @ [beta0, beta1], V).logpdf(y)
            for X, y, _, V in (
                dense(data, code, beta0, beta1, sigma, s0, s1, rho) for code in range(data.subjects)
            )
        )
        density = likelihood + prior.log_density(s0, s1, rho, sigma)
        density += stats.norm(data.response.mean(), 50).logpdf(beta0 + beta1 * time)
        density += stats.norm(0, 10).logpdf(beta1) + stats.t(4, scale=50).logpdf(sigma)
        return float(log_density(unconstrained)), density

    time = prior.beta_time
    transform = model.rvs_to_transforms[model["corr_cholesky"]]

    def unconstrain(rho):
        factor = np.array([[1.0, 0.0], [rho, np.sqrt(1 - rho**2)]])
        return transform.forward(factor, *model["corr_cholesky"].owner.inputs).eval()

    a = both(*POINTS[0])
    b = both(*point)
    assert b[0] - a[0] == pytest.approx(b[1] - a[1], rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("point", POINTS)
def test_effects_have_their_conditional_moments(data, point, rng):
    """E and Cov of u_j given y: Sigma X'V^-1 (y - X beta) and Sigma - Sigma X'V^-1 X Sigma."""
    n = 20_000
    names = ("beta0", "beta1", "sigma", "sigma_u0", "sigma_u1", "rho")
    draws = {name: np.full(n, value) for name, value in zip(names, point)}
    u = np.stack(draw_effects(draws, data, UNCODED, rng))
    for code in range(data.subjects):
        X, y, Sigma, V = dense(data, code, *point)
        gain = Sigma @ X.T @ np.linalg.inv(V)
        mean = gain @ (y - X @ np.array(point[:2]))
        covariance = Sigma - gain @ X @ Sigma
        sd = np.sqrt(np.diag(covariance))
        assert np.abs((u[:, :, code].mean(1) - mean) / (sd / np.sqrt(n))).max() < 4.5
        outer = np.sqrt((covariance**2 + np.outer(sd**2, sd**2)) / n)
        assert np.abs((np.cov(u[:, :, code]) - covariance) / outer).max() < 4.5
