"""Each prior's PyMC density against a plain one, and that one against SciPy."""

import numpy as np
import pymc as pm
import pytest
from scipy import integrate, stats

from recovery.calibration.truths import calibration_prior
from recovery.errors import InputError
from recovery.exact.prior import prior_grid
from recovery.model.families import FAMILIES, family_class, make_prior
from recovery.model.lkj import draw_lkj, lkj_log_density
from recovery.parameters import pairs

# integers, as a config has them: PyMC 6.4 would read 50 as int8
VARIANTS = {
    "defaults": {},
    "integers": {"eta": 4, "sigma_u0_scale": 50, "sigma_u1_scale": 56},
    "others": {"eta": 0.7, "tau_shape": 2, "tau_scale": 3, "concentration": 2},
}


FURTHER = {"curve": 7.0, "dose": 12.0}
EFFECTS = [(f, q) for f in FAMILIES for q in (2, 3, 4) if q == 2 or family_class(f).more_effects]


def variant(family: str, name: str, q: int = 2):
    known = family_class(family).__dataclass_fields__
    chosen = {k: v for k, v in VARIANTS[name].items() if k in known}
    return make_prior(family, **chosen, random_scales=dict(list(FURTHER.items())[: q - 2]))


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize(("family", "q"), [pair for pair in EFFECTS if pair[0] != "huang_wand"])
def test_pymc_density_is_the_plain_density(family, q, name, rng):
    """On the unconstrained scale: log p(x) = log p(theta(x)) + log |d theta / dx|."""
    prior, sigma = variant(family, name, q), 25.0
    with pm.Model() as model:
        covariance = prior.covariance(sigma)
    theta = [*covariance.sds, *covariance.correlations]
    inputs = model.value_vars
    unconstrained = model.replace_rvs_by_values(theta)
    mode = "FAST_COMPILE"
    logp = pm.compile(inputs, model.logp(), mode=mode)
    values = pm.compile(inputs, unconstrained, mode=mode)

    shapes = [np.shape(v) for v in model.initial_point().values()]

    def split(x):
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
        return [part.reshape(s) for part, s in zip(np.split(x, ends[:-1]), shapes)]

    for x in rng.normal(size=(5, sum(int(np.prod(shape)) for shape in shapes))):
        step = 1e-5
        columns = [
            (np.array(values(*split(x + e))) - np.array(values(*split(x - e)))) / (2 * step)
            for e in step * np.eye(len(x))
        ]
        _, log_jacobian = np.linalg.slogdet(np.array(columns))
        at = [float(v) for v in values(*split(x))]
        none = [] if prior.has_rho else [0.0] * len(pairs(q))
        plain = prior.log_density(*at, *none, sigma)
        assert float(logp(*split(x))) == pytest.approx(plain + log_jacobian, abs=1e-6)


@pytest.mark.parametrize("q", [3, 4])
@pytest.mark.parametrize("eta", [0.5, 1.0, 2.0])
def test_lkj_of_more_dimensions(eta, q, rng):
    """Its density against Monte Carlo, its marginals against the two-dimensional LKJ."""
    n, count = 400_000, len(pairs(q))
    # positive definite matrices, uniform: a share of the cube that the density must integrate over
    rhos = rng.uniform(-1, 1, (count, n))
    weight = 2.0**count * np.exp(lkj_log_density(eta, *rhos))
    assert abs(weight.mean() - 1.0) < 4 * weight.std() / np.sqrt(n) < 0.05
    for drawn in draw_lkj(eta, 20_000, rng, q):
        a = eta + q / 2 - 1
        assert stats.kstest(drawn, stats.beta(a, a, loc=-1, scale=2).cdf).pvalue > 1e-4


def test_pymc_draws_with_further_variables_have_the_density(rng):
    """Huang and Wand's model has random scales, which the plain density integrates out."""
    prior = variant("huang_wand", "others")
    with pm.Model():
        covariance = prior.covariance(25.0)
    wanted = [*covariance.sds, *covariance.correlations]
    ratio_is_one(prior, np.array(pm.draw(wanted, 200_000, random_seed=rng)), 0.0)


@pytest.mark.parametrize("shift", [0.0, 0.4])
@pytest.mark.parametrize(("family", "q"), [pair for pair in EFFECTS if pair[1] > 2])
def test_draws_of_more_effects_have_the_density(family, q, shift, rng):
    prior = variant(family, "others", q)
    ratio_is_one(prior, np.array(prior.draw(np.full(200_000, 25.0), rng)), shift)


def ratio_is_one(prior, drawn, shift):
    """The mean of f / p over draws of p is 1 for any density f within its support.

    Here f is log-normal sds and LKJ(2).
    """
    q, n = prior.q, drawn.shape[1]
    log_sds, rhos = np.log(drawn[:q]), drawn[q:]
    middle, spread = log_sds.mean(axis=1) + shift * log_sds.std(axis=1), 0.5 * log_sds.std(axis=1)
    log_f = stats.norm(middle, spread).logpdf(log_sds.T).sum(axis=1) - log_sds.sum(axis=0)
    log_f += lkj_log_density(2.0, *rhos) if prior.has_rho else 0.0
    ratio = np.exp(log_f - prior.log_density(*drawn, 25.0))
    error = ratio.std() / np.sqrt(n)
    assert abs(ratio.mean() - 1.0) < 4.5 * error
    assert error < 0.01


@pytest.mark.parametrize("eta", [0.5, 1, 2, 4])
def test_lkj_density_is_a_beta_on_minus_one_to_one(eta):
    rho = np.linspace(-0.95, 0.95, 11)
    expected = stats.beta(eta, eta, loc=-1, scale=2).logpdf(rho)
    np.testing.assert_allclose(lkj_log_density(eta, rho), expected)


@pytest.mark.parametrize("family", ["independent", "lkj_cholesky_cov", "lkj_corr"])
def test_half_normal_scales_against_scipy(family):
    prior = make_prior(family, sigma_u0_scale=50, sigma_u1_scale=10)
    s0, s1, rho = np.array([3.0, 70.0]), np.array([4.0, 25.0]), np.array([0.3, -0.9])
    expected = stats.halfnorm(scale=50).logpdf(s0) + stats.halfnorm(scale=10).logpdf(s1)
    if prior.has_rho:
        expected += np.log(0.5)  # LKJ(1) is uniform on (-1, 1)
    np.testing.assert_allclose(prior.log_density(s0, s1, rho, 25.0), expected)


def test_rstanarm_scales_have_the_distribution_of_their_definition(rng):
    """sigma_uk = sigma tau sqrt(2 pi_k): the density's probabilities against draws."""
    prior = make_prior("lkj_corr_rstanarm", tau_shape=2, concentration=1.5)
    sigma, n = 2.0, 200_000
    tau = stats.gamma(2).rvs(n, random_state=rng)
    share = stats.beta(1.5, 1.5).rvs(n, random_state=rng)
    drawn = sigma * tau * np.sqrt(2 * np.array([share, 1 - share]))

    def density(s1, s0):  # rho integrates out of LKJ(1): its density is 1/2
        return 2.0 * np.exp(prior.log_density(s0, s1, 0.0, sigma))

    for a, b in [(2.0, 3.0), (6.0, 1.5)]:
        expected, _ = integrate.dblquad(density, 0, a, 0, b)
        share_drawn = np.mean((drawn[0] < a) & (drawn[1] < b))
        assert abs(share_drawn - expected) < 4 * np.sqrt(expected * (1 - expected) / n)


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("family", FAMILIES)
def test_draws_have_the_density(family, name, sleepstudy, rng):
    """The definition's draws against quantiles of the density, which quadrature gives."""
    prior = calibration_prior(variant(family, name), 250.0)
    n = 100_000
    drawn = prior.draw_parameters(n, rng)
    grid = prior_grid(sleepstudy, prior)
    probabilities = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    quantiles = grid.quantiles(probabilities)
    for name in {"sigma_u0", "sigma_u1", "rho", "sigma"} & set(quantiles):
        shares = (drawn[name][:, None] < quantiles[name]).mean(axis=0)
        standard_errors = np.sqrt(probabilities * (1 - probabilities) / n)
        # the quadrature's own error: some of these densities are infinite at 0 or 1
        tolerance = 4.5 * standard_errors + 0.003
        assert (np.abs(shares - probabilities) < tolerance).all(), name
    assert (drawn["rho"] == 0).all() == (not prior.has_rho)
    assert stats.kstest(drawn["beta0"], stats.norm(250.0, prior.beta0_sd).cdf).pvalue > 1e-4
    assert stats.kstest(drawn["beta1"], stats.norm(0.0, prior.beta1_sd).cdf).pvalue > 1e-4


@pytest.mark.parametrize("family", FAMILIES)
def test_population_priors_against_scipy(family, sleepstudy):
    """beta0, beta1 and sigma of the whole model, with the integers of a config."""
    from recovery.nuts.models import latent_model

    prior = make_prior(family, beta0_sd=50, beta1_sd=10, sigma_df=4, sigma_scale=50, center=250)
    model = latent_model(sleepstudy, prior)
    point = model.initial_point()
    x = {"stated": np.array([30.0, -7.0]), "sigma_log__": np.log(31.0)}
    variables = [model.rvs_to_values[model[n]] for n in ("stated", "sigma")]
    densities = model.logp(vars=[model[n] for n in ("stated", "sigma")], jacobian=False, sum=False)
    found = pm.compile(variables, densities, mode="FAST_COMPILE")(*x.values())
    np.testing.assert_allclose(found[0], stats.norm(0, [50, 10]).logpdf([30.0, -7.0]))
    np.testing.assert_allclose(found[1], stats.t(4, scale=50).logpdf(31.0) + np.log(2))
    assert set(x) <= set(point)


def test_center_is_the_mean_of_the_data_or_a_number(sleepstudy):
    mean = sleepstudy.response.mean()
    assert make_prior("independent").center_for(sleepstudy.response) == pytest.approx(mean)
    assert make_prior("independent", center=300).center_for(sleepstudy.response) == 300.0


@pytest.mark.parametrize(
    ("family", "hyperparameters", "message"),
    [
        ("lkj", {}, "unknown family 'lkj' .expected huang_wand"),
        ("lkj_corr", {"etta": 1}, "etta: unknown hyperparameter .* .expected center"),
        ("lkj_corr", {"eta": 0}, "eta: 0 must be positive and finite"),
        ("lkj_corr", {"eta": "four"}, "eta: 'four' is not a number"),
        ("lkj_corr", {"eta": float("nan")}, "eta: nan must be positive and finite"),
        ("lkj_corr", {"center": "mean"}, "center: 'mean' is not a number or 'data'"),
        ("independent", {"eta": 1}, "eta: unknown hyperparameter"),
    ],
)
def test_bad_priors_are_refused_in_a_sentence(family, hyperparameters, message):
    with pytest.raises(InputError, match=message):
        make_prior(family, **hyperparameters)
