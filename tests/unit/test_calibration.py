"""Calibration passes what is right and catches what is wrong."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

from recovery.calibration.ranks import (
    ALARM,
    MOST_UNSURE,
    RANK_DRAWS,
    calibration_table,
    quantities,
    rank_truths,
)
from recovery.calibration.truths import calibration_prior, draw_designs
from recovery.data.scenarios import Design, Truth, days
from recovery.data.simulate import replicate_data, simulate_designs
from recovery.exact.tables import ExactEngine
from recovery.model.families import make_prior
from recovery.model.prior import Covariance
from recovery.model.priors.lkj_corr_rstanarm import LKJCorrRstanarm
from recovery.nuts.sampler import NutsSampler, SamplerSettings
from recovery.parameters import PARAMETERS
from recovery.replicates import fit_each
from recovery.result import Diagnostics, Fit
from study.truth import TRUTH

CENTER = 250.0


def prior_of(family: str, **hyperparameters):
    return calibration_prior(make_prior(family, **hyperparameters), CENTER)


def datasets_from(prior, n: int, subjects: int = 6, visits: int = 5):
    design = Design(Truth(**TRUTH), subjects, days(visits))
    designs = draw_designs(prior, range(1, n + 1), design, lambda number: number)
    return simulate_designs(designs, lambda number: 100_000 + number)


def ranks_of(datasets, engine) -> pd.DataFrame:
    ranks = rank_truths(fit_each(datasets, engine, lambda number: number, lambda *progress: None))
    return ranks.assign(prior="p", method="m")


def verdict(datasets, engine) -> pd.DataFrame:
    return calibration_table(ranks_of(datasets, engine)).set_index("quantity")


def test_a_fixed_center_is_kept_and_that_of_the_data_is_not():
    assert prior_of("lkj_corr").center == CENTER
    assert prior_of("lkj_corr", center=300).center == 300.0


@pytest.mark.parametrize(
    ("family", "subjects", "visits", "at"),
    [
        ("lkj_corr_rstanarm", 6, 5, "origin"),
        ("lkj_corr_rstanarm", 18, 10, "origin"),
        ("lkj_corr_student_t", 6, 5, "origin"),
        pytest.param("inverse_wishart", 6, 5, "means", marks=pytest.mark.slow),
    ],
)
def test_the_exact_engine_is_calibrated(family, subjects, visits, at):
    """Truths by the prior's definition, posteriors from its density: both say one prior."""
    prior = prior_of(family, beta_prior_at=at).for_design(np.array(days(visits)))
    datasets = datasets_from(prior, 400, subjects, visits)
    table = verdict(datasets, ExactEngine(prior, [0.95], 1000))
    assert list(table.index) == [*PARAMETERS, "log_likelihood"]
    assert (table["p_adjusted"] >= ALARM).all() and (table["n"] == 400).all()
    converged = table["not_converged"] <= MOST_UNSURE * 400
    assert (table["calibrated"] == converged).all()


def test_another_eta_is_caught():
    """eta = 2 in place of 1, with data that say little of rho."""
    data, wrong = datasets_from(prior_of("lkj_corr"), 500), prior_of("lkj_corr", eta=2)
    table = verdict(data, ExactEngine(wrong, [0.95], 1000))
    assert not table.loc["rho", "calibrated"]


class PostsOwn(LKJCorrRstanarm):
    """The post's code: pi in place of its square root, sigma_uk = sigma tau sqrt(2) pi_k."""

    def covariance(self, sigma):
        import pymc as pm

        tau = pm.Gamma("tau", alpha=self.tau_shape, beta=1.0 / self.tau_scale)
        share = pm.Dirichlet("pi", np.full(2, self.concentration))
        sds = (
            pm.Deterministic(f"sigma_u{k}", sigma * tau * np.sqrt(2.0) * share[k]) for k in (0, 1)
        )
        factor = pm.LKJCorr("corr_cholesky", n=2, eta=self.eta)
        return Covariance.of_two(*sds, factor[1, 0])

    def log_density(self, *values):
        sigma_u0, sigma_u1, rho, sigma = values
        # with s_k = sigma tau sqrt(2) pi_k: tau = (s0 + s1) / (sqrt(2) sigma), pi = s0 / (s0 + s1)
        total = sigma_u0 + sigma_u1
        tau, share = total / (np.sqrt(2.0) * sigma), sigma_u0 / total
        jacobian = -np.log(np.sqrt(2.0) * sigma * total)
        density = stats.gamma.logpdf(tau, self.tau_shape, scale=self.tau_scale)
        density = density + stats.beta.logpdf(share, self.concentration, self.concentration)
        return density + jacobian - np.log(2.0) + 0.0 * rho


def test_pi_in_place_of_its_root_is_caught_in_the_density():
    right = prior_of("lkj_corr_rstanarm")
    table = verdict(datasets_from(right, 600), ExactEngine(PostsOwn(CENTER), [0.95], 1000))
    assert not table.loc[["sigma_u0", "sigma_u1"], "calibrated"].all()
    assert table.loc[["beta1", "rho"], "calibrated"].all()


@pytest.mark.slow
def test_pi_in_place_of_its_root_is_caught_in_the_pymc_model():
    """By NUTS; that the right models pass takes longer and is what `snakemake sbc` shows."""
    right, wrong = prior_of("lkj_corr_rstanarm"), PostsOwn(CENTER)
    settings = SamplerSettings("marginal", chains=4, tune=250, draws=250, target_accept=0.8)
    table = verdict(datasets_from(right, 400), NutsSampler(wrong, settings, [0.95]))
    assert (table.loc[["sigma_u0", "sigma_u1"], "p_adjusted"] < ALARM).any()


class ForgetsTheData:
    """Answers with the prior, whatever the data."""

    def __init__(self, prior) -> None:
        self.prior = prior

    def fit(self, data, seed: int) -> Fit:
        rng = np.random.default_rng([seed, 7])
        drawn = self.prior.draw_parameters(RANK_DRAWS, rng)
        z = rng.standard_normal((2, RANK_DRAWS, data.subjects))
        s0, s1, rho = (drawn[name][:, None] for name in ("sigma_u0", "sigma_u1", "rho"))
        effects = {"u0": s0 * z[0], "u1": s1 * (rho * z[0] + np.sqrt(1 - rho**2) * z[1])}
        draws = {name: (("chain", "draw"), x[None]) for name, x in drawn.items()}
        draws |= {name: (("chain", "draw", "subject"), x[None]) for name, x in effects.items()}
        return Fit(Diagnostics(status="ok"), None, xr.Dataset(draws))


def test_a_posterior_that_forgot_the_data_is_caught_by_the_likelihood_only():
    prior = prior_of("lkj_corr")
    table = verdict(datasets_from(prior, 200), ForgetsTheData(prior))
    assert not table.loc["log_likelihood", "calibrated"]
    assert table.drop("log_likelihood")["calibrated"].all()


def test_failed_fits_are_counted_and_priors_without_rho_have_no_row():
    prior = prior_of("independent")
    data = datasets_from(prior, 4)
    data["response"][0] = np.inf
    table = verdict(data, ExactEngine(prior, [0.95], 200))
    assert "rho" not in table.index
    assert (table["requested"] == 4).all() and (table["n"] == 3).all()


def test_log_likelihood_is_the_normals():
    prior = prior_of("lkj_corr")
    datasets = datasets_from(prior, 1)
    data = replicate_data(datasets)[0]
    one = datasets.sel(replicate=1)
    names = ("beta0", "beta1", "sigma", "sigma_u0", "sigma_u1", "rho")
    values = {name: one[name].to_numpy() for name in names}
    u0, u1 = one["effects"].to_numpy()
    mean = values["beta0"] + u0[data.subject] + (values["beta1"] + u1[data.subject]) * data.time
    expected = stats.norm.logpdf(data.response, mean, values["sigma"]).sum()
    found = quantities(values | {"u0": u0, "u1": u1}, data)["log_likelihood"]
    constant = -0.5 * len(data.response) * np.log(2 * np.pi)
    assert found + constant == pytest.approx(expected)
