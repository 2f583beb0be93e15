"""Arms and covariates: every engine against lme4, against dense matrices and against each other."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers import visits
from scipy import stats

from recovery.calibration.ranks import ALARM, calibration_table, rank_truths
from recovery.calibration.truths import calibration_prior, draw_designs
from recovery.data.coding import UNCODED, Coding
from recovery.data.formula import FixedPart, same_effect
from recovery.data.read import read_measurements
from recovery.data.scenarios import Design, Scenario, Truth, shared_out
from recovery.data.simulate import (
    autocorrelated,
    planned_rows,
    replicate_data,
    simulate_batch,
    simulate_designs,
    true_values,
)
from recovery.data.tables import with_fixed_effects
from recovery.exact.posterior import exact_posterior
from recovery.exact.tables import ExactEngine, exact_batch
from recovery.model.families import FAMILIES, make_prior
from recovery.nuts.sampler import NutsSampler, SamplerSettings
from recovery.reml.estimate import estimate
from recovery.reml.tables import reml_batch
from recovery.replicates import fit_each
from recovery.summaries.pairs import equal_pairs

FOLDER = Path(__file__).parent / "arms"
LME4 = json.loads((FOLDER / "lme4.json").read_text())
SETS = {
    "orthodont": ("distance ~ age * Sex", "age", "Subject"),
    "bodyweight": ("weight ~ day * Diet", "day", "Rat"),
    "trial": ("score ~ month * arm + age + dose", "month", "patient"),
}


def read(name, coding=UNCODED, **words):
    formula, time, group = SETS[name]
    response = formula.partition(" ~")[0]
    file = FOLDER / f"{name}.csv"
    found = read_measurements(file, response, time, group, "refuse", formula, **words)
    return with_fixed_effects(found, coding, formula, response, time)


@pytest.fixture(scope="module")
def orthodont():
    return read("orthodont").data


def in_r(name: str) -> str:
    """R's name of an effect: SexMale for Sex[T.Male]."""
    return re.sub(r"\[T\.(.*?)\]", r"\1", name)


@pytest.mark.parametrize("name", SETS)
def test_reml_is_lme4_s(name):
    """To 1e-4 (rho absolutely), or at a higher likelihood; time may count from anywhere."""
    data, expected = read(name).data, LME4[name]
    found = estimate(data)
    assert found.deviance < expected["deviance"] + 1e-6
    for one in ("sigma_u0", "sigma_u1", "sigma"):
        assert found.values[one] == pytest.approx(expected[one], rel=1e-4), one
    assert found.values["rho"] == pytest.approx(expected["rho"], abs=1e-4)
    in_lme4 = ("(Intercept)", SETS[name][1], *map(in_r, data.effects))
    pairs = ((found.values[effect], error) for effect, error in found.errors.items())
    effects = dict(zip(in_lme4, pairs))
    assert set(effects) == set(expected["fixed"])
    for effect, (value, error) in effects.items():
        assert value == pytest.approx(expected["fixed"][effect], rel=1e-4), effect
        assert error == pytest.approx(expected["se"][effect], rel=1e-4), effect


def trial_design(subjects: int) -> Design:
    """The design of lme4.R: two arms in turn, months 0, 1, 3, 6 and 12."""
    months = np.array([0.0, 1.0, 3.0, 6.0, 12.0])
    table = visits([tuple(months)] * subjects)
    arm = (table.subject % 2 == 0).astype(float)
    further = np.column_stack([arm, arm * table.time])
    table = pd.Series(vars(table)).to_dict() | {"further": further, "effects": ("arm", "month:arm")}
    table = type(visits([(0.0, 1.0)]))(**table)
    truth = Truth(50.0, -0.3, 8.0, 0.4, -0.4, 4.0, effects=(0.0, -0.25))
    return Design(truth, subjects, (), table=table)


@pytest.mark.parametrize("case", LME4["power"], ids=lambda case: str(case["subjects"]))
def test_the_power_of_reml_is_that_of_lme4(case):
    """The interval has t quantiles of J minus the columns that vary between subjects only."""
    n, datasets = 600, simulate_batch(trial_design(case["subjects"]), range(1, 601), 1, "power")
    truths = np.stack([*true_values(datasets).values()], axis=1)
    table = reml_batch(replicate_data(datasets), [0.95], truths, range(1, n + 1)).estimates
    own = table[table["parameter"] == "month:arm"]
    power = ((own["q2.5"] > 0) | (own["q97.5"] < 0)).mean()
    error = np.sqrt(case["power"] * (1 - case["power"]) * (1 / n + 1 / case["n"]))
    assert abs(power - case["power"]) < 3.5 * error


def dense_posterior(data, prior, points):
    """log p(theta, y) by dense matrices, and E(beta | theta, y), for rows of s0, s1, rho, sigma.

    The subjects of the data have the same visits, so that all have the covariance V.
    """
    size, rows = data.subjects, len(data.time) // data.subjects
    X, y = data.fixed.reshape(size, rows, -1), data.response.reshape(size, rows)
    s0, s1, rho, sigma = points.T
    Sigma = np.moveaxis(np.array([[s0**2, rho * s0 * s1], [rho * s0 * s1, s1**2]]), 2, 0)
    Z = X[0, :, :2]
    V = Z @ Sigma @ Z.T + sigma[:, None, None] ** 2 * np.eye(rows)
    W = np.linalg.inv(V)
    precision = prior.stated.T @ np.diag(prior.beta_sds**-2.0) @ prior.stated
    mean = np.linalg.solve(prior.stated, np.eye(len(precision))[0] * prior.center_for(y))
    A = np.einsum("jrp,nrs,jsq->npq", X, W, X, optimize=True) + precision
    b = np.einsum("jrp,nrs,js->np", X, W, y, optimize=True) + precision @ mean
    beta = np.linalg.solve(A, b[..., None])[..., 0]
    square = np.einsum("jr,nrs,js->n", y, W, y, optimize=True) + mean @ precision @ mean
    square -= (b * beta).sum(axis=1)
    log_dets = size * np.linalg.slogdet(V)[1] + np.linalg.slogdet(A)[1]
    log_dets -= np.linalg.slogdet(precision)[1]
    log_p = -0.5 * (y.size * np.log(2 * np.pi) + log_dets + square)
    log_p += prior.log_density(s0, s1, rho, sigma)
    log_p += stats.t(prior.sigma_df, scale=prior.sigma_scale).logpdf(sigma) + np.log(2.0)
    return log_p, beta


def scaled_prior(family, data):
    """A prior whose scales suit Orthodont."""
    sds = dict.fromkeys(data.effects, 5.0)
    scales = {"beta0_sd": 10.0, "beta1_sd": 2.0, "sigma_scale": 5.0, "effects_sd": sds}
    prior = make_prior(family, beta_prior_at="means", **scales)
    return prior.for_design(*data.fixed.T[1:])


@pytest.mark.parametrize("family", FAMILIES)
def test_the_exact_engine_agrees_with_dense_importance_sampling(family, orthodont):
    prior = scaled_prior(family, orthodont)
    exact = exact_posterior(orthodont, prior)
    assert exact.adequate
    # a t about the posterior, in coordinates without limits
    draws = ExactEngine(prior, [0.95], 4000).fit(orthodont, 1).draws
    names = ["sigma_u0", "sigma_u1", *(["rho"] if prior.has_rho else []), "sigma"]
    limits = {"rho": (-0.9999, 0.9999)}
    drawn = {n: draws[n].to_numpy()[0].clip(*limits.get(n, (1e-3, None))) for n in names}
    u = np.array([np.arctanh(x) if name == "rho" else np.log(x) for name, x in drawn.items()])
    proposal = stats.multivariate_t(u.mean(axis=1), 1.5 * np.cov(u), df=4, seed=1)
    z = proposal.rvs(20_000)
    z = z[(np.abs(z) < 9).all(axis=1)]  # the posterior has no weight beyond
    values = {name: np.tanh(x) if name == "rho" else np.exp(x) for name, x in zip(names, z.T)}
    jacobian = sum(np.log1p(-(values[n] ** 2)) if n == "rho" else np.log(values[n]) for n in names)
    rho = values.get("rho", np.zeros(len(z)))
    points = np.column_stack([values["sigma_u0"], values["sigma_u1"], rho, values["sigma"]])
    log_p, betas = dense_posterior(orthodont, prior, points)
    log_w = log_p + jacobian - proposal.logpdf(z)
    w = np.exp(log_w - log_w.max())
    w /= w.sum()
    assert 1.0 / np.square(w).sum() > 1000
    evidence = log_w.max() + np.log(np.sum(np.exp(log_w - log_w.max())) / 20_000)
    error = np.std(w) * np.sqrt(len(w))
    assert exact.log_marginal_likelihood == pytest.approx(evidence, abs=5 * error)
    fixed = dict(zip(("beta0", "beta1", *orthodont.effects), betas.T))
    for name, value in (values | fixed).items():
        mean = w @ value
        error = np.sqrt(np.square(w) @ np.square(value - mean))
        assert abs(exact.moments[name][0] - mean) < 5 * error, name


def test_nuts_by_pymc_s_own_likelihood_agrees(orthodont):
    """The latent model, with the prior in another coding of time."""
    part, table = read("orthodont").part, read("orthodont").table
    coding = Coding(11.0, 2.0)
    prior = make_prior(
        "lkj_cholesky_cov", origin=11, unit=2, beta_prior_at="means", sigma_u0_scale=10.0,
        sigma_u1_scale=4.0, beta1_sd=4.0, effects_sd=dict.fromkeys(orthodont.effects, 5.0),
        recoding=part.recoding(table, coding.code(orthodont.time)),
    )  # fmt: skip
    prior = prior.for_design(*orthodont.fixed.T[1:])
    truths = np.zeros((1, 7 + len(orthodont.effects)))
    exact = exact_batch([orthodont], prior, [0.95], truths, [1], [1]).estimates
    exact = exact.set_index("parameter")
    settings = SamplerSettings("latent", 4, tune=700, draws=1000, target_accept=0.95)
    found = NutsSampler(prior, settings, [0.95]).fit(orthodont, 1).estimates
    assert list(found.index) == list(exact.index)
    error = np.hypot(found["mcse_mean"], exact["mcse_mean"])
    assert ((found["mean"] - exact["mean"]).abs() < 5 * error).all()
    assert found["sd"].to_numpy() == pytest.approx(exact["sd"].to_numpy(), rel=0.15)


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_nuts_agrees_with_the_exact_engine_under_every_family(family, orthodont):
    prior = scaled_prior(family, orthodont)
    exact = exact_posterior(orthodont, prior)
    settings = SamplerSettings("marginal", 4, tune=1000, draws=4000, target_accept=0.95)
    found = NutsSampler(prior, settings, [0.95]).fit(orthodont, 1).estimates
    for name, (mean, sd) in exact.moments.items():
        own = found.loc[name]
        assert abs(own["mean"] - mean) < 4.5 * own["mcse_mean"], name
        assert abs(own["sd"] - sd) < 4.5 * own["mcse_sd"], name


def test_a_prior_in_another_coding_is_that_of_coded_data(orthodont):
    """It equals the posterior of data whose times are coded before the formula is read."""
    coding = Coding(11.0, 2.0)
    one = read("orthodont")
    coded = read("orthodont", coding).data
    words = {"sigma_u0_scale": 8.0, "sigma_u1_scale": 3.0, "beta1_sd": 4.0, "eta": 2.0}
    words["effects_sd"] = dict.fromkeys(orthodont.effects, 5.0)
    recoding = one.part.recoding(one.table, coding.code(orthodont.time))
    there = make_prior("lkj_corr", **words).for_design(*coded.fixed.T[1:])
    here = make_prior("lkj_corr", origin=11, unit=2, recoding=recoding, **words)
    here = here.for_design(*orthodont.fixed.T[1:])
    a, b = exact_posterior(orthodont, here), exact_posterior(coded, there)
    assert a.log_marginal_likelihood == pytest.approx(b.log_marginal_likelihood, abs=1e-6)
    assert a.moments["sigma"] == pytest.approx(b.moments["sigma"], rel=1e-6)
    for name, factor in (("beta1", 0.5), ("age:Sex[T.Male]", 0.5)):
        expected = np.array(b.moments[name]) * factor
        assert np.array(a.moments[name]) == pytest.approx(expected, rel=1e-5), name


def test_truths_of_two_arms_are_calibrated():
    design = trial_design(12)
    sds = {"arm": 10.0, "month:arm": 2.0}
    prior = make_prior("lkj_corr", beta_prior_at="means", beta1_sd=2.0, effects_sd=sds,
                       sigma_u0_scale=10.0, sigma_u1_scale=1.0, sigma_scale=5.0)  # fmt: skip
    prior = calibration_prior(prior, 50.0).for_design(*design.planned)
    designs = draw_designs(prior, range(1, 301), design, lambda number: number)
    datasets = simulate_designs(designs, lambda number: 100_000 + number)
    engine = ExactEngine(prior, [0.95], 1000)
    fitted = fit_each(datasets, engine, lambda number: number, lambda *progress: None)
    table = calibration_table(rank_truths(fitted).assign(prior="p", method="m"))
    assert {"arm", "month:arm"} < set(table["quantity"])
    assert (table["p_adjusted"] >= ALARM).all() and (table["n"] == 300).all()


def test_residuals_correlate_as_a_power_of_their_distance(rng):
    table = visits([(0.0, 1.0, 3.0)] * 40_000)
    noise = rng.standard_normal(len(table.time))
    found = autocorrelated(noise, table, 0.6).reshape(-1, 3)
    expected = 0.6 ** np.abs(np.subtract.outer([0.0, 1.0, 3.0], [0.0, 1.0, 3.0]))
    assert np.abs(np.cov(found.T) - expected).max() < 4.5 * np.sqrt(2 / 40_000)


def test_subjects_are_drawn_whole_and_in_the_shares_of_their_strata(rng):
    coded = read("trial", strata="arm").data
    design = Design(Truth(0, 0, 1, 1, 0, 1, effects=(0.0,) * 4), 33, (), table=coded, redrawn=True)
    assert design.subjects_by_stratum == shared_out(33, {"placebo": 30, "drug": 30})
    arm = coded.effects.index("arm[T.placebo]")
    whole = {tuple(map(tuple, coded.fixed[coded.subject == j])) for j in range(coded.subjects)}
    for _ in range(20):
        drawn = planned_rows(design, rng)
        first = np.searchsorted(drawn.subject, np.arange(33))
        assert drawn.further[first, arm].sum() == design.subjects_by_stratum["placebo"]
        assert {tuple(map(tuple, drawn.fixed[drawn.subject == j])) for j in range(33)} <= whole
    row = Scenario("s", design, 10, 0).columns()
    assert Design.from_row(row, coded) == design and row["visits"] == "drawn from the data"


def test_names_of_interactions_in_any_order():
    effects = ("arm[T.a: b]", "month:arm[T.a: b]", "center(month):age")
    assert same_effect("arm[T.a: b]:month", effects) == effects[1]
    assert same_effect("age:center(month)", effects) == effects[2]
    assert same_effect("dose", effects) == "dose"


def test_levels_and_means_are_those_of_the_first_table():
    table = pd.DataFrame(
        {"t": [0.0, 1, 2, 0, 1, 2], "x": [1.0, 2, 3, 4, 5, 7], "g": list("aabbcc")}
    )
    part = FixedPart.of("y ~ t + center(x) + g", "y", "t", table)
    assert part.levels == {"g": ["a", "b", "c"]} and part.effects[0] == "center(x)"
    some = part.columns(table[2:4])
    np.testing.assert_allclose(some, part.columns(table)[2:4])


def test_priors_of_other_effects_are_not_one():
    a, b, c = (make_prior("lkj_corr", effects_sd={"arm": sd}) for sd in (1.0, 2.0, 2.0))
    assert equal_pairs({"a": a, "b": b, "c": c}) == [("c", "b")]
