"""REML and ML estimates against lme4, statsmodels and closed forms."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import dense_fit

from recovery.data.coding import Coding
from recovery.data.longdata import LongData
from recovery.data.scenarios import Design, Truth, days
from recovery.data.simulate import simulate_replicate
from recovery.model.coded import decode
from recovery.model.statistics import Statistics
from recovery.reml.estimate import estimate
from recovery.reml.minimum import Deviance, starting_scales

TRUTH = Truth(250.0, 10.0, 25.0, 6.0, 0.3, 25.0)


def test_sleepstudy_is_lme4_s(sleepstudy):
    """lmer(Reaction ~ Days + (Days | Subject)) as lme4's documentation prints it."""
    found = estimate(sleepstudy)
    published = {
        "beta0": 251.405, "beta1": 10.467, "sigma_u0": 24.741, "sigma_u1": 5.922,
        "rho": 0.066, "sigma": 25.592,
    }  # fmt: skip
    for name, value in published.items():
        assert found.values[name] == pytest.approx(value, abs=6e-4), name
    assert [*found.errors.values()] == pytest.approx([6.825, 1.546], abs=6e-4)
    assert found.deviance == pytest.approx(1743.628, abs=5e-4)
    assert not found.singular
    assert estimate(sleepstudy, reml=False).deviance == pytest.approx(1751.9393, abs=5e-5)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("seed", "design"),
    [
        (1, Design(TRUTH, 18, days(10), missing=0.3)),
        (2, Design(TRUTH, 12, (0.0, 1.0, 3.0, 6.0, 12.0), dropout=0.4)),
        (3, Design(replace(TRUTH, rho=-0.6), 30, days(5), missing=0.4)),
    ],
)
def test_unbalanced_data_agree_with_statsmodels(seed, design):
    """MixedLM at its default optimiser, which stops a little earlier."""
    import statsmodels.regression.mixed_linear_model as mixed

    data = simulate_replicate(design, np.random.default_rng(seed))[1]
    X = np.column_stack([np.ones_like(data.time), data.time])
    theirs = mixed.MixedLM(data.response, X, data.subject, X).fit(reml=True)
    found = estimate(data)
    covariance = theirs.cov_re
    sds = np.sqrt(np.diag(covariance))
    assert [found.values["beta0"], found.values["beta1"]] == pytest.approx(
        theirs.fe_params, rel=1e-4
    )
    assert [found.values["sigma_u0"], found.values["sigma_u1"]] == pytest.approx(sds, rel=2e-3)
    assert found.values["rho"] == pytest.approx(covariance[0, 1] / sds.prod(), abs=2e-3)
    assert found.values["sigma"] == pytest.approx(np.sqrt(theirs.scale), rel=1e-3)
    # standard errors by their definition, (X' V^-1 X)^-1 with dense matrices
    same = data.subject[:, None] == data.subject
    off = found.values["rho"] * found.values["sigma_u0"] * found.values["sigma_u1"]
    Sigma = np.array([[found.values["sigma_u0"] ** 2, off], [off, found.values["sigma_u1"] ** 2]])
    V = same * (X @ Sigma @ X.T) + found.values["sigma"] ** 2 * np.eye(len(X))
    errors = np.sqrt(np.diag(np.linalg.inv(X.T @ np.linalg.solve(V, X))))
    assert [*found.errors.values()] == pytest.approx(errors, rel=1e-8)
    # -2 log restricted likelihood; ours is not below theirs by more than rounding
    assert found.deviance <= -2 * theirs.llf + 1e-6


def test_balanced_data_have_a_closed_form(sleepstudy):
    """Where it is positive definite, Sigma is the lines' covariance minus s2 (X'X)^-1."""
    y = sleepstudy.response.reshape(18, 10)
    X = np.column_stack([np.ones(10), np.arange(10)])
    lines, residual, *_ = np.linalg.lstsq(X, y.T, rcond=None)
    variance = residual.sum() / (18 * 8)
    Sigma = np.cov(lines) - variance * np.linalg.inv(X.T @ X)
    found = estimate(sleepstudy)
    assert found.values["sigma"] == pytest.approx(np.sqrt(variance), rel=1e-7)
    assert [found.values["sigma_u0"], found.values["sigma_u1"]] == pytest.approx(
        np.sqrt(np.diag(Sigma)), rel=1e-6
    )
    assert found.values["rho"] == pytest.approx(
        Sigma[0, 1] / np.sqrt(Sigma[0, 0] * Sigma[1, 1]), rel=1e-5
    )


def line_data(lines: np.ndarray, noise: np.ndarray) -> LongData:
    """Six visits per subject, on given lines plus noise that no line can fit."""
    time = np.arange(6.0)
    X = np.column_stack([np.ones(6), time])
    noise = noise - (X @ np.linalg.lstsq(X, noise.T, rcond=None)[0]).T
    response = (lines[:, :1] + lines[:, 1:] * time + noise).ravel()
    size = len(lines)
    labels = tuple(map(str, range(size)))
    return LongData(response, np.tile(time, size), np.repeat(np.arange(size), 6), labels)


def test_singular_estimates_are_at_the_boundary(rng):
    noise = rng.normal(size=(12, 6))
    u = rng.normal(size=12)
    along = np.column_stack([10 * u, -2 * u])
    assert estimate(line_data(along, noise)).values["rho"] == -1.0
    level = np.column_stack([10 * u, np.zeros(12)])
    found = estimate(line_data(level, noise))
    assert found.values["sigma_u1"] == 0.0 and np.isnan(found.values["rho"]) and found.singular
    tilted = np.column_stack([np.zeros(12), 3 * u])
    found = estimate(line_data(tilted, noise))
    assert (
        found.values["sigma_u0"] == 0.0
        and np.isnan(found.values["rho"])
        and found.values["sigma_u1"] > 1
    )
    none = estimate(line_data(np.zeros((12, 2)), noise))
    assert (none.values["sigma_u0"], none.values["sigma_u1"]) == (0.0, 0.0)


@pytest.mark.parametrize("reml", [True, False])
def test_the_deviance_is_that_of_dense_matrices(reml):
    design = Design(TRUTH, 14, days(7), missing=0.3)
    data = simulate_replicate(design, np.random.default_rng(5))[1]
    found = estimate(data, reml=reml)
    off = found.values["rho"] * found.values["sigma_u0"] * found.values["sigma_u1"]
    Sigma = np.array([[found.values["sigma_u0"] ** 2, off], [off, found.values["sigma_u1"] ** 2]])
    factor = np.linalg.cholesky(Sigma) / found.values["sigma"]
    log_det, beta, precision, quadratic = dense_fit(data, factor)
    n = len(data.time) - (2 if reml else 0)
    deviance = log_det + n * (1.0 + np.log(2.0 * np.pi * quadratic / n))
    deviance += np.linalg.slogdet(precision)[1] if reml else 0.0
    assert found.deviance == pytest.approx(deviance, rel=1e-10)
    assert [found.values["beta0"], found.values["beta1"]] == pytest.approx(beta, rel=1e-8)


def test_another_start_finds_nothing_lower():
    """The lowest of a grid of starts, for data of little information."""
    for seed in range(20):
        design = Design(replace(TRUTH, sigma=60.0), 6, days(4), missing=0.2)
        data = simulate_replicate(design, np.random.default_rng(seed))[1]
        statistics = Statistics.of(data, float(data.response.mean()))
        deviance = Deviance(statistics, starting_scales(statistics)[0], reml=True)
        starts = [(0.1, 0.0, 0.1), (3.0, 2.0, 0.5), (0.5, -2.0, 2.0), (0.01, 0.01, 1.0)]
        assert estimate(data).deviance < deviance.minimum(starts)[0] + 1e-6


def test_times_in_seconds_of_a_date_are_as_good_as_days(sleepstudy):
    here = estimate(sleepstudy)
    for unit in (300.0, 3600.0):
        there = estimate(sleepstudy.at(1.6e9 + unit * sleepstudy.time))
        assert unit * there.values["sigma_u1"] == pytest.approx(here.values["sigma_u1"], rel=1e-7)
        assert unit * there.errors["beta1"] == pytest.approx(here.errors["beta1"], rel=1e-8)
        assert there.values["sigma"] == pytest.approx(here.values["sigma"], rel=1e-7)


@pytest.mark.parametrize("shift", [5.0, -30.0, 2000.0])
def test_the_origin_of_time_changes_nothing_but_what_is_at_it(sleepstudy, shift):
    """Slopes, residuals and the deviance stay; beta0, sigma_u0 and rho are those at the origin."""
    here, there = estimate(sleepstudy), estimate(sleepstudy.at(sleepstudy.time + shift))
    for name in ("beta1", "sigma_u1", "sigma"):
        assert there.values[name] == pytest.approx(here.values[name], rel=1e-6), name
    assert there.errors["beta1"] == pytest.approx(here.errors["beta1"], rel=1e-6)
    assert there.deviance == pytest.approx(here.deviance, rel=1e-6)
    assert there.values["beta0"] == pytest.approx(
        here.values["beta0"] - shift * here.values["beta1"], rel=1e-7
    )
    moved = decode(here.values, Coding(shift))
    assert there.values["sigma_u0"] == pytest.approx(moved["sigma_u0"], rel=1e-6)
    assert there.values["rho"] == pytest.approx(moved["rho"], abs=1e-6)
