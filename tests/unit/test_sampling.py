"""NUTS against the exact posterior, prior against prior, and fits as values."""

import numpy as np
import nutpie
import pytensor
import pytensor.tensor as pt
import pytest
from unit.sleepstudy_exact import EXACT

from recovery.data.longdata import LongData
from recovery.data.scenarios import Design, Truth, days
from recovery.data.simulate import simulate_batch
from recovery.errors import FitError
from recovery.exact.posterior import exact_posterior
from recovery.kernels.gradient import log_likelihood
from recovery.model.families import FAMILIES, make_prior
from recovery.model.statistics import Statistics
from recovery.nuts.likelihood_op import MarginalLogLikelihood
from recovery.nuts.sampler import MIN_ESS_BULK, NutsSampler, SamplerSettings
from recovery.nuts.trace import draws_from_trace
from recovery.replicates import fit_each, replicate_tables
from recovery.seeds import named_seed

THE_POST_S = ("independent", "lkj_cholesky_cov", "lkj_corr", "lkj_corr_rstanarm")


@pytest.fixture(scope="module", params=[pytest.param("latent", marks=pytest.mark.slow), "marginal"])
def fits(request, sleepstudy, nuts):
    return {
        family: nuts(family, request.param, tune=1000, draws=3000).fit(sleepstudy, 1)
        for family in (FAMILIES if request.param == "marginal" else THE_POST_S)
    }


def test_sleepstudy_posterior_is_the_exact_one(fits):
    """Of the other families, the marginal models only; test_priors compares their densities."""
    for family, fit in fits.items():
        assert fit.diagnostics.status == "ok", family
        for parameter, (mean, sd) in EXACT[family].items():
            row = fit.estimates.loc[parameter]
            assert abs(row["mean"] - mean) < 4 * row["mcse_mean"], (family, parameter)
            # sd of a posterior sd: about sd sqrt(kurtosis - 1) / (2 sqrt(ess)), kurtosis here < 5
            assert abs(row["sd"] - sd) < 4 * sd / np.sqrt(row["ess_bulk"]), (family, parameter)


def test_flat_fixed_effects_are_sampled(sleepstudy):
    prior = make_prior("lkj_cholesky_cov", beta_prior_at="flat")
    settings = SamplerSettings("marginal", 4, tune=1000, draws=3000, target_accept=0.9)
    found = NutsSampler(prior, settings, [0.95]).fit(sleepstudy, 1).estimates
    for parameter, (mean, _) in exact_posterior(sleepstudy, prior).moments.items():
        row = found.loc[parameter]
        assert abs(row["mean"] - mean) < 4 * row["mcse_mean"], parameter


def test_two_implementations_of_one_prior_agree(fits):
    a, b = fits["lkj_cholesky_cov"].estimates, fits["lkj_corr"].estimates
    z = (a["mean"] - b["mean"]) / np.hypot(a["mcse_mean"], b["mcse_mean"])
    assert z.abs().max() < 4


def test_a_prior_without_correlation_has_no_rho_but_an_r_u(fits):
    found = fits["independent"].estimates
    assert found.loc["rho"].isna().all()
    assert found.loc["r_u"].notna().all()


def test_each_attempt_tries_harder():
    settings = SamplerSettings("latent", 4, 100, 200, 0.8)
    third = settings.for_attempt(3)
    assert (third.tune, third.draws, third.target_accept) == (400, 800, pytest.approx(0.95))
    assert settings.for_attempt(1) == settings


@pytest.fixture(scope="module")
def datasets():
    """Four replicates of a small design, the second one broken."""
    design = Design(Truth(250.0, 10.0, 25.0, 6.0, 0.3, 25.0), subjects=6, times=days(5))
    datasets = simulate_batch(design, range(1, 5), 1, "small")
    datasets["response"][int(datasets["first_row"][1])] = np.inf  # replicate 2, its first row
    return datasets


@pytest.fixture(scope="module")
def sampler(nuts):
    return nuts("independent", chains=2, tune=200, draws=500)


def seed_of(replicate: int) -> int:
    return named_seed(1, "small", replicate, "fit", "independent")


def ignore(done: int, total: int) -> None:
    pass


@pytest.fixture(scope="module")
def batch(datasets, sampler):
    return replicate_tables(fit_each(datasets, sampler, seed_of, ignore))


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # its response is infinite
def test_a_broken_replicate_is_a_row_and_harms_no_other(batch):
    estimates, fits = batch
    assert list(fits["replicate"]) == [1, 2, 3, 4]
    status = fits.set_index("replicate")["status"]
    assert status[2] == "failed" and (status.drop(2) != "failed").all()
    assert fits["error"][1] != "" and "\n" not in fits["error"][1]
    values = estimates.set_index("replicate")["mean"]
    assert values[2].isna().all()
    assert values.drop(2).notna().sum() == 3 * 6  # all but rho
    assert estimates["truth"].notna().all()


def test_fits_do_not_depend_on_batch_or_order(datasets, sampler, batch):
    estimates, _ = batch
    for numbers in ([4], [3, 1]):
        chosen = datasets.sel(replicate=numbers)
        alone, _ = replicate_tables(fit_each(chosen, sampler, seed_of, ignore))
        for number in numbers:  # noqa: B007 - used in the queries
            first = estimates.query("replicate == @number").reset_index(drop=True)
            again = alone.query("replicate == @number").reset_index(drop=True)
            assert first.equals(again)


def fit_shortly(datasets, nuts, refits):
    sampler = nuts("independent", chains=2, tune=50, draws=50, refits=refits)
    estimates, fits = replicate_tables(
        fit_each(datasets.sel(replicate=[1]), sampler, seed_of, ignore)
    )
    return estimates, fits.iloc[0]


def test_bad_diagnostics_are_reported_and_replace_nothing(datasets, nuts):
    estimates, fit = fit_shortly(datasets, nuts, refits=0)
    assert fit["attempts"] == 1 and fit["status"] == "not_converged"
    assert "bulk ESS" in fit["error"]
    assert estimates["mean"].notna().sum() == 6  # all but rho


def test_too_few_draws_are_tried_again_if_wanted(datasets, nuts):
    _, fit = fit_shortly(datasets, nuts, refits=2)
    assert fit["attempts"] > 1
    assert fit["target_accept"] > 0.9
    assert (fit["status"] == "ok") == (fit["error"] == "")
    if fit["status"] == "not_converged":
        assert "bulk ESS" in fit["error"] or "R-hat" in fit["error"] or "diverg" in fit["error"]
    else:
        assert fit["min_ess_bulk"] >= MIN_ESS_BULK


def test_a_refit_that_breaks_is_a_failure_with_no_word_of_the_fit_before(
    sleepstudy, nuts, monkeypatch
):
    sampler = nuts("independent", chains=2, tune=50, draws=50, refits=1)
    sample = sampler._sample

    def breaks(data, settings, seed):
        if settings.draws > 50:
            raise FitError("broken")
        return sample(data, settings, seed)

    monkeypatch.setattr(sampler, "_sample", breaks)
    fit = sampler.fit(sleepstudy, 1)
    record = fit.diagnostics
    assert (record.status, record.error) == ("failed", "FitError: broken")
    assert (record.attempts, record.divergences, record.seed) == (2, 0, 1)
    assert np.isnan(record.max_rhat) and record.gradient_evaluations > 0
    assert fit.draws is None and fit.estimates["mean"].isna().all()


@pytest.mark.parametrize("formulation", ["latent", "marginal"])
def test_raw_traces_equal_nutpies_own_conversion(sleepstudy, nuts, formulation):
    model = nuts("lkj_corr", formulation).compiled(sleepstudy)
    settings = dict(chains=2, tune=60, draws=50, cores=1, seed=1, progress_bar=False)
    expected = nutpie.sample(model, **settings)
    found = draws_from_trace(nutpie.sample(model, **settings, return_raw_trace=True))
    for group in ("posterior", "sample_stats", "warmup_sample_stats"):
        for name, values in found[group].data_vars.items():
            np.testing.assert_array_equal(values, expected[group][name], err_msg=name)
    assert {"rho", "sigma_u0"} <= set(found["posterior"].data_vars)


@pytest.mark.parametrize("q", [2, 3])
def test_the_operation_is_its_own_gradient(q, rng):
    """PyTensor's numerical check of the gradient, in the interpreter and compiled by numba."""
    p, n = 2, 3 + q + q * (q - 1) // 2
    found = Statistics.of_columns(
        rng.normal(size=(40, p)), rng.normal(size=(40, q)), rng.normal(size=40), np.arange(40) // 8
    )
    point = np.concatenate([[0.1, -0.2, 1.3], rng.uniform(0.5, 2.0, q), np.full(n - 3 - q, 0.2)])
    vector = pt.dvector()
    value, _ = MarginalLogLikelihood(p, q)(found.totals, found.patterns, vector)
    outputs = [value, *pytensor.grad(value, [vector])]
    expected = log_likelihood(p, q)(found.totals, found.patterns, point)
    for mode in ("FAST_COMPILE", "NUMBA"):
        logp, gradient = pytensor.function([vector], outputs, mode=mode)(point)
        np.testing.assert_allclose([logp, *gradient], expected, rtol=1e-12)


def test_unbalanced_data_are_fitted_like_their_exact_posterior(sleepstudy, nuts):
    keep = np.random.default_rng(1).random(180) < 0.6
    data = LongData(
        sleepstudy.response[keep],
        sleepstudy.time[keep],
        sleepstudy.subject[keep],
        sleepstudy.labels,
    )
    assert not data.balanced
    prior = make_prior("lkj_corr")
    found = nuts("lkj_corr", draws=2000).fit(data, 1).estimates
    exact = exact_posterior(data, prior)
    assert exact.adequate
    for parameter, (mean, _) in exact.moments.items():
        row = found.loc[parameter]
        assert abs(row["mean"] - mean) < 4 * row["mcse_mean"], parameter
