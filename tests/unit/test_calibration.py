"""Calibration passes what is right and catches what is wrong."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from recovery.calibration import (
    QUANTITIES,
    RANK_DRAWS,
    calibration_prior,
    calibration_table,
    prior_designs,
    quantities,
    rank_replicates,
)
from recovery.exact_engine import ExactEngine
from recovery.fits import Diagnostics, Fit
from recovery.models import draw_parameters
from recovery.priors import LKJCorrRstanarm, make_prior
from recovery.simulate import replicate_data, simulate_designs

CENTER = 250.0
FAMILIES = ["independent", "lkj_cholesky_cov", "lkj_corr", "lkj_corr_rstanarm"]


def prior_of(family: str, **hyperparameters):
    return calibration_prior(make_prior(family, hyperparameters), CENTER)


def datasets_from(prior, n: int, subjects: int = 5, days: int = 5):
    truths = draw_parameters(prior, n, seed=1)
    return simulate_designs(
        prior_designs(truths, range(1, n + 1), subjects, days), lambda number: 1000 + number
    )


def ranks_of(datasets, engine) -> pd.DataFrame:
    ranks = rank_replicates(datasets, engine, lambda number: number, lambda done, total: None)
    return ranks.assign(prior="p", method="m")


def verdict(datasets, engine) -> pd.DataFrame:
    return calibration_table(ranks_of(datasets, engine)).set_index("quantity")


@pytest.mark.parametrize("family", FAMILIES)
def test_priors_are_drawn_as_their_density_says(family):
    """beta0, beta1, sigma as stated; the covariance's own draws are tested with the priors."""
    drawn = draw_parameters(prior_of(family), 2000, seed=2)
    assert stats.kstest(drawn["beta0"], stats.norm(CENTER, 50).cdf).pvalue > 1e-4
    assert stats.kstest(drawn["beta1"], stats.norm(0, 10).cdf).pvalue > 1e-4
    half_t = stats.t(4, scale=50)
    assert stats.kstest(drawn["sigma"], lambda x: 2 * half_t.cdf(x) - 1).pvalue > 1e-4
    if family != "independent":
        assert stats.kstest(drawn["rho"], stats.uniform(-1, 2).cdf).pvalue > 1e-4


def test_first_truths_do_not_depend_on_how_many_are_drawn():
    prior = prior_of("lkj_corr")
    few, many = draw_parameters(prior, 5, seed=3), draw_parameters(prior, 9, seed=3)
    pd.testing.assert_frame_equal(few, many.iloc[:5])


@pytest.mark.parametrize("family", ["lkj_corr", "lkj_corr_rstanarm"])
def test_the_exact_engine_is_calibrated(family):
    """Truths from PyMC's prior, posteriors from the plain density: both say one prior."""
    prior = prior_of(family)
    table = verdict(datasets_from(prior, 300), ExactEngine(prior, [0.95], 1000))
    assert list(table.index) == list(QUANTITIES)
    assert table["calibrated"].all() and (table["n"] == 300).all()


def test_another_eta_is_caught():
    """eta = 2 in place of 1, with data that say little of rho."""
    data, wrong = datasets_from(prior_of("lkj_corr"), 600, subjects=3), prior_of("lkj_corr", eta=2)
    table = verdict(data, ExactEngine(wrong, [0.95], 1000))
    assert not table.loc["rho", "calibrated"]


class PostsOwn(LKJCorrRstanarm):
    """The post's code: pi in place of its square root, sigma_uk = sigma tau sqrt(2) pi_k."""

    def log_density(self, sigma_u0, sigma_u1, rho, sigma):
        # with s_k = sigma tau sqrt(2) pi_k: tau = (s0 + s1) / (sqrt(2) sigma), pi = s0 / (s0 + s1)
        total = sigma_u0 + sigma_u1
        tau, share = total / (np.sqrt(2.0) * sigma), sigma_u0 / total
        jacobian = -np.log(np.sqrt(2.0) * sigma * total)
        density = stats.gamma.logpdf(tau, self.tau_shape, scale=self.tau_scale)
        density = density + stats.beta.logpdf(share, self.concentration, self.concentration)
        return density + jacobian - np.log(2.0) + 0.0 * rho


def test_pi_in_place_of_its_root_is_caught():
    right = prior_of("lkj_corr_rstanarm")
    table = verdict(datasets_from(right, 400), ExactEngine(PostsOwn(CENTER), [0.95], 1000))
    assert not table["calibrated"].all()


class ForgetsTheData:
    """Answers with the prior, whatever the data."""

    def __init__(self, prior, n: int) -> None:
        self.truths = draw_parameters(prior, n * RANK_DRAWS, seed=5)

    def fit(self, data, seed: int) -> Fit:
        rows = self.truths.iloc[(seed - 1) * RANK_DRAWS : seed * RANK_DRAWS]
        rng = np.random.default_rng(seed)
        z = rng.standard_normal((2, RANK_DRAWS, data.subjects))
        rho = rows["rho"].to_numpy()[:, None]
        u0 = rows["sigma_u0"].to_numpy()[:, None] * z[0]
        u1 = rows["sigma_u1"].to_numpy()[:, None] * (rho * z[0] + np.sqrt(1 - rho**2) * z[1])
        draws = rows.to_xarray().expand_dims("chain").drop_vars("draw")
        dims = ("chain", "draw", "subject")
        draws = draws.assign(u0=(dims, u0[None]), u1=(dims, u1[None]))
        return Fit(Diagnostics(status="ok"), None, draws)


def test_a_posterior_that_forgot_the_data_is_caught_by_the_likelihood_only():
    prior = prior_of("lkj_corr")
    table = verdict(datasets_from(prior, 200), ForgetsTheData(prior, 200))
    assert not table.loc["log_likelihood", "calibrated"]
    assert table.drop("log_likelihood")["calibrated"].all()


def test_failed_fits_are_counted_and_priors_without_rho_have_no_row():
    prior = prior_of("independent")
    data = datasets_from(prior, 4)
    data["response"][0, 0, 0] = np.inf
    table = verdict(data, ExactEngine(prior, [0.95], 200))
    assert "rho" not in table.index
    assert (table["requested"] == 4).all() and (table["n"] == 3).all()


def test_log_likelihood_is_the_normals():
    prior = prior_of("lkj_corr")
    datasets = datasets_from(prior, 1)
    data = replicate_data(datasets, 1)
    one = datasets.sel(replicate=1)
    names = ("beta0", "beta1", "sigma", "sigma_u0", "sigma_u1", "rho")
    values = {name: one[name].to_numpy() for name in names}
    u0, u1 = one["effects"].to_numpy()
    mean = values["beta0"] + u0[data.subject] + (values["beta1"] + u1[data.subject]) * data.time
    expected = stats.norm.logpdf(data.response, mean, values["sigma"]).sum()
    found = quantities(values | {"u0": u0, "u1": u1}, data)["log_likelihood"]
    constant = -0.5 * len(data.response) * np.log(2 * np.pi)
    assert found + constant == pytest.approx(expected)
