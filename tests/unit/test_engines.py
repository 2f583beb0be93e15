"""The two engines against each other: the same study within Monte Carlo error."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from recovery.estimates import highest_density
from recovery.exact import bayes_factors
from recovery.exact_engine import ExactEngine
from recovery.longdata import LongData
from recovery.priors import make_prior
from recovery.replicates import fit_each, replicate_tables
from recovery.sampling import NutsSampler, SamplerSettings
from recovery.scenarios import Design, Truth
from recovery.seeds import named_seed
from recovery.simulate import simulate_batch, simulate_replicate
from recovery.tables import accuracy_table, recovery_table

LEVELS = [0.5, 0.95]
REPLICATES = 40
SCENARIO = Design(Truth(250.0, 10.0, 25.0, 6.0, 0.4, 25.0), subjects=8, days=6)


def seed_of(replicate: int) -> int:
    return named_seed(1, "engines", replicate, "fit")


@pytest.fixture(scope="module", params=["lkj_corr", "lkj_corr_rstanarm"])
def engines(request, model_file):
    """Estimates of the same replicates by NUTS and by quadrature."""
    prior = make_prior(request.param)
    settings = SamplerSettings("marginal", chains=4, tune=500, draws=500, target_accept=0.9)
    nuts = NutsSampler(prior, settings, model_file(request.param, "marginal-balanced"), LEVELS)
    datasets = simulate_batch(SCENARIO, range(1, REPLICATES + 1), 1, "engines")
    found = []
    for engine in (nuts, ExactEngine(prior, LEVELS, 2001)):
        fitted = fit_each(datasets, engine, seed_of, lambda done, total: None)
        estimates, fits = replicate_tables(fitted)
        assert (fits["status"] != "failed").all()
        found.append(estimates.assign(scenario="engines", prior=request.param))
    return found


def test_sampling_errs_as_much_as_it_says(engines):
    """(mean - exact) / mcse has sd 1 and mean - exact mean 0, within four standard errors."""
    table = accuracy_table(engines[0]).set_index("parameter")
    assert list(table.index) == ["beta0", "beta1", "sigma", "sigma_u0", "sigma_u1", "rho"]
    assert (table["n"] == REPLICATES).all()
    # of 240 normal z, one beyond 5 comes once in 7,000 runs (one beyond 4 once in 66)
    assert table["largest"].max() < 5
    assert (table["error"].abs() < 4 * table["error_mcse"]).all()
    assert ((table["sd"] - 1).abs() < 4 / np.sqrt(2 * (REPLICATES - 1))).all()


def test_a_wrong_sampler_would_be_caught(engines):
    """Means that are off by a fifth of a posterior sd are many standard errors off."""
    wrong = engines[0].assign(mean=lambda t: t["mean"] + 0.2 * t["sd"])
    table = accuracy_table(wrong)
    assert (table["error"].abs() > 4 * table["error_mcse"]).all()


def test_recovery_is_the_same_by_both_engines(engines):
    """Bias over replicates differs by no more than the fits' own Monte Carlo errors allow."""
    nuts, exact = (table.set_index(["parameter", "replicate"]) for table in engines)
    error = np.sqrt(nuts["mcse_mean"] ** 2 + exact["mcse_mean"] ** 2)
    for parameter in ("beta0", "beta1", "sigma", "sigma_u0", "sigma_u1", "rho", "r_u"):
        difference = (nuts["mean"] - exact["mean"]).loc[parameter]
        allowed = np.sqrt((error.loc[parameter] ** 2).sum()) / REPLICATES
        assert abs(difference.mean()) < 4 * allowed, parameter
    recovery = [recovery_table(table, LEVELS) for table in engines]
    width = [t.query("measure == 'width' and level == 0.95")["estimate"] for t in recovery]
    np.testing.assert_allclose(*width, rtol=0.03)  # 40 intervals, each end known to about 5 %


def test_accuracy_by_hand():
    estimates = pd.DataFrame(
        {
            "scenario": "s",
            "prior": "p",
            "parameter": ["rho"] * 4 + ["r_u"],
            "mean": [1.0, 2.0, 3.0, 10.0, 5.0],
            "exact_mean": [0.0, 2.0, 4.0, 0.0, np.nan],
            "exact_sd": [1.0, 1.0, 1.0, 2.0, np.nan],
            "mcse_mean": [0.5, 1.0, 1.0, 2.0, 1.0],
        }
    )
    (row,) = accuracy_table(estimates).to_dict("records")
    z = np.array([2.0, 0.0, -1.0, 5.0])
    assert row["mean"] == pytest.approx(z.mean()) and row["sd"] == pytest.approx(z.std(ddof=1))
    assert (row["largest"], row["beyond_4"], row["n"]) == (5.0, 1, 4)
    # errors 1, 0, -1, 5: mean 1.25, squared deviations 0.0625, 1.5625, 5.0625, 14.0625
    assert row["error"] == pytest.approx(1.25)
    assert row["error_mcse"] == pytest.approx(np.sqrt(20.75 / 3 / 4))


def test_bayes_factors_are_ratios_of_evidence():
    a, b, unsettled = (
        SimpleNamespace(adequate=adequate, log_marginal_likelihood=value)
        for adequate, value in ((True, -10.0), (True, -10.0 - np.log(3.0)), (False, -10.0))
    )
    table = bayes_factors({"a": a, "b": b})
    assert list(table["bayes_factor"]) == pytest.approx([3.0, 1 / 3])
    assert table["log_bayes_factor"].sum() == pytest.approx(0.0)
    assert bayes_factors({"a": a, "b": unsettled})["bayes_factor"].isna().all()


def test_a_quadrature_that_does_not_settle_is_no_oracle(monkeypatch):
    """It gives estimates, told as not converged, but nothing exact to hold others against."""
    monkeypatch.setattr("recovery.exact.TOLERANCE", 0.0)
    _, response = simulate_replicate(SCENARIO, np.random.default_rng(1))
    data = LongData.from_grid(response, np.arange(SCENARIO.days))
    fit = ExactEngine(make_prior("independent"), LEVELS, 100).fit(data, 1)
    assert fit.diagnostics.status == "not_converged" and "quadrature" in fit.diagnostics.error
    assert fit.estimates["mean"].notna().sum() == 6  # all but rho
    assert fit.estimates["exact_mean"].isna().all()


def test_intervals_of_almost_no_level_have_ends():
    values = np.sort(np.random.default_rng(1).normal(size=(1, 100)))
    low, high = highest_density(values, 0.005)
    assert high[0] - low[0] == np.diff(values[0]).min()
