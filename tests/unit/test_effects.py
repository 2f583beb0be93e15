"""Three random effects: against rstanarm, lme4, draws and calibration; and what is refused."""

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from recovery.calibration.ranks import calibration_table, rank_truths
from recovery.calibration.truths import draw_designs
from recovery.data.scenarios import Design, Truth, days
from recovery.data.simulate import draw_effects, replicate_data, simulate_designs, true_values
from recovery.errors import InputError
from recovery.model.families import make_prior
from recovery.model.lkj import lkj_corr_factor
from recovery.model.prior import Covariance
from recovery.model.priors.lkj_corr_rstanarm import LKJCorrRstanarm
from recovery.nuts.sampler import NutsSampler, SamplerSettings
from recovery.parameters import correlation_matrix, correlations, parameters, sds
from recovery.reml.estimate import estimate
from recovery.replicates import fit_each
from study.check import check_study
from study.real_data import check_random
from study.truth import check_correlations, truth_of_data

PEERS = Path(__file__).parent / "effects"
RSTANARM, LME4 = (json.loads((PEERS / f"{name}.json").read_text()) for name in ("rstanarm", "lme4"))
TRUTH = Truth(300.0, 10.0, 25.0, 6.0, 0.4, 25.0, (0.5,), (2.0,), (-0.3, 0.2))


@pytest.fixture
def curved(sleepstudy):
    """Sleepstudy from its mean day, with a curve per subject."""
    time = sleepstudy.time - 4.5
    further = {"further": np.square(time)[:, None], "effects": ("t2",), "varying": ("t2",)}
    return replace(sleepstudy, time=time, **further)


def scaled(family: str, **others):
    return make_prior(
        family, effects_sd={"t2": 2.0}, random_scales={"t2": 3.0}, beta_prior_at="means", **others
    )


class AsRstanarmComputesIt(LKJCorrRstanarm):
    """decov of three effects as rstanarm 2.21 computes it, which is not what it documents.

    ``make_theta_L`` in common_functions.stan scales the third row of the Cholesky factor, but for
    its last entry, by the standard deviation of the second effect.
    """

    def covariance(self, sigma):
        import pymc as pm

        tau, share = pm.Gamma("tau", alpha=1.0, beta=1.0), pm.Dirichlet("pi", np.ones(3))
        s, factor = sigma * tau * pm.math.sqrt(3.0 * share), lkj_corr_factor(1.0, 3)
        last = [factor[2][0] * s[1], factor[2][1] * s[1], factor[2][2] * s[2]]
        third = pm.math.sqrt(sum(x**2 for x in last))
        own = [pm.Deterministic(f"sigma_u{k}", x) for k, x in enumerate((s[0], s[1], third))]
        return Covariance(own, [*factor[:2], [x / third for x in last]])


def fitted(prior, curved, seed=1):
    settings = SamplerSettings("marginal", 4, 500, 2000, 0.95)
    fit = NutsSampler(prior.for_design(*curved.fixed.T[1:]), settings, [0.95]).fit(curved, seed)
    assert fit.diagnostics.divergences == 0
    return fit.estimates


@pytest.mark.slow
def test_nuts_agrees_with_the_real_rstanarm(curved):
    """Means and sds under decov as rstanarm computes it, within the Monte Carlo errors of both."""
    given = scaled("lkj_corr_rstanarm")
    found = fitted(AsRstanarmComputesIt(**{f.name: getattr(given, f.name) for f in fields(given)}),
                   curved)  # fmt: skip
    for name, theirs in RSTANARM.items():
        for quantity in ("mean", "sd"):
            ours, error = found.loc[name, quantity], found.loc[name, f"mcse_{quantity}"]
            both = np.hypot(error, theirs[f"mcse_{quantity}"])
            assert abs(ours - theirs[quantity]) < 4.5 * both, (name, quantity)


@pytest.mark.slow
def test_decov_as_documented_is_one_prior_in_two_implementations(curved):
    """They agree with each other, and differ from rstanarm's third standard deviation."""
    one, other = (
        fitted(scaled(f"{kind}_rstanarm"), curved) for kind in ("lkj_corr", "lkj_cholesky_cov")
    )
    error = np.hypot(one["mcse_mean"], other["mcse_mean"])
    assert ((one["mean"] - other["mean"]).abs() < 4.5 * error).all()
    theirs = RSTANARM["sigma_u2"]
    gap = theirs["mean"] - one.loc["sigma_u2", "mean"]
    assert gap > 10 * np.hypot(theirs["mcse_mean"], one.loc["sigma_u2", "mcse_mean"])


@pytest.mark.slow
def test_both_formulations_agree(curved):
    data = small_design(curved).table
    prior = scaled("lkj_cholesky_cov").for_design(*data.fixed.T[1:])
    settings = SamplerSettings("marginal", 4, 500, 1000, 0.95)
    marginal, latent = (
        NutsSampler(prior, replace(settings, formulation=one), [0.95]).fit(data, 3).estimates
        for one in ("marginal", "latent")
    )
    error = np.hypot(marginal["mcse_mean"], latent["mcse_mean"])
    assert ((marginal["mean"] - latent["mean"]).abs() < 4.5 * error).all()


def test_reml_is_lme4_s(curved):
    found = estimate(curved)
    assert found.deviance < LME4["deviance"] + 1e-6
    assert [found.values[name] for name in sds(3)] == pytest.approx(LME4["sds"], rel=1e-4)
    assert [found.values[name] for name in correlations(3)] == pytest.approx(LME4["rhos"], abs=1e-4)
    assert found.values["sigma"] == pytest.approx(LME4["sigma"], rel=1e-5)
    fixed = [found.values[name] for name in found.errors]
    assert fixed == pytest.approx(LME4["fixed"], rel=1e-5)
    assert [*found.errors.values()] == pytest.approx(LME4["se"], rel=1e-4)


def test_effects_have_the_true_covariance(rng):
    design = Design(TRUTH, 5, days(4))
    u = draw_effects(design, 100_000, rng)
    expected_sds = np.array([25.0, 6.0, 2.0])
    expected = correlation_matrix((0.4, -0.3, 0.2))
    assert u.std(axis=1) == pytest.approx(expected_sds, rel=4 / np.sqrt(2e5))
    assert np.abs(np.corrcoef(u) - expected).max() < 4 / np.sqrt(1e5)


def small_design(curved) -> Design:
    """Eight subjects of sleepstudy."""
    rows = np.flatnonzero(curved.subject < 8)
    table = replace(curved.kept(rows), labels=curved.labels[:8])
    return Design(TRUTH, 8, (), table=table)


def test_a_batch_knows_its_effects(curved):
    datasets = simulate_designs({1: small_design(curved)}, lambda number: number)
    assert [*true_values(datasets)] == [*parameters(3), "t2"]
    (data,) = replicate_data(datasets)
    assert data.varying == ("t2",) and data.q == 3
    u = datasets["effects"].to_numpy()[0]
    assert datasets["r_u_12"].item() == pytest.approx(np.corrcoef(u[1], u[2])[0, 1])


@pytest.mark.slow
def test_three_effects_are_calibrated(curved):
    """Ranks of all sds and correlations; 100 truths."""
    design = small_design(curved)
    prior = scaled("lkj_corr", eta=2.0, center=300.0, sigma_scale=25.0)
    prior = prior.for_design(*design.planned)
    designs = draw_designs(prior, range(1, 101), design, lambda number: 1000 + number)
    datasets = simulate_designs(designs, lambda number: 5000 + number)
    engine = NutsSampler(prior, SamplerSettings("marginal", 4, 300, 300, 0.9), [0.95])
    ranks = rank_truths(fit_each(datasets, engine, lambda number: number, lambda *_: None))
    table = calibration_table(ranks.assign(prior="lkj", method="marginal"))
    assert {*table["quantity"]} == {*parameters(3), "t2", "log_likelihood"}
    assert (table["p_adjusted"] >= 0.01).all()


RSTANARM_SCALED = {"family": "lkj_corr_rstanarm", "random_scales": 2.0} | dict.fromkeys(
    ("beta0_sd", "beta1_sd", "sigma_scale"), "auto"
)
NO_RHOS = {"sigma_u2": 1.0, "I(Days**2)": 0.3}


def config(**changes):
    """A study of sleepstudy with curves."""
    data = {"formula": "Reaction ~ Days + I(Days**2)", "random": "Days + I(Days**2)"}
    truth = {"sigma_u2": 1.0, "rho_01": 0.1, "rho_02": 0.2, "rho_12": 0.3, "I(Days**2)": 0.3}
    names = ("beta0_sd", "beta1_sd", "sigma_scale", "sigma_u0_scale", "sigma_u1_scale")
    scales = dict.fromkeys(names, "auto") | {"beta_prior_at": "means"}
    found = {
        "data": data,
        "truth": truth,
        "scenarios": str(PEERS / "scenarios.tsv"),
        "priors": {"lkj": {"family": "lkj_corr", **scales}},
        "sampler": {"priors": {"lkj": 7}},
    }
    for key, value in changes.items():
        block, _, name = key.partition("__")
        found[block] = found[block] | {name: value} if name else value
    return found


def test_every_data_set_is_for_nuts():
    study = check_study(config(replicates=10))
    assert not study.exact and not study.sample_sizes
    assert study.parameters == (*parameters(3), "I(Days ** 2)")
    scenario = next(iter(study.scenarios.values()))
    assert scenario.nuts == scenario.replicates
    assert study.nuts_replicates(scenario, "lkj") == 7
    assert study.config["focus"] == "rho_01"
    assert "exact" not in study.calibrated_methods


def test_rho_is_that_of_all_pairs_without_one():
    study = check_study(config(truth__rho=0.6))
    (scenario,) = study.scenarios.values()
    assert scenario.design.truth.values["rho_02"] == 0.2
    study = check_study(config(truth=NO_RHOS | {"rho": 0.6}))
    (scenario,) = study.scenarios.values()
    assert {scenario.design.truth.values[name] for name in correlations(3)} == {0.6}


def test_a_truth_of_the_data_has_all_parameters(curved):
    truth = truth_of_data(check_study(config(data__origin="mean", truth="data")).real, "config")
    expected = estimate(curved).values
    assert truth["rho_12"] == pytest.approx(expected["rho_12"], abs=1e-4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data__random": "Days + I(Days**3)"}, "data.random: 'I.Days .. 3.' is not a fixed"),
        ({"data__random": "I(Days**2)"}, "data.random: the intercept and the time, 'Days', must"),
        ({"data__random": "0 + Days"}, "data.random: the intercept and the time, 'Days', must"),
        ({"data__random": "Days +"}, "data.random: 'Days .' is not valid"),
        ({"data__formula": ""}, "data.random: add data.formula"),
        ({"priors__lkj": {"family": "inverse_wishart"}}, "family: 'inverse_wishart' is for two"),
        ({"data__random": "Days + Days**2"}, r"data.random: write I.Days\*\*2. for a power"),
        ({"data__formula": "Reaction ~ Days^2"}, r"data.formula: write I.Days\*\*2. for a power"),
        ({"truth": NO_RHOS | {"rho": -0.7}}, "truth.rho: -0.7 is not possible for all pairs"),
        ({"truth": NO_RHOS}, "line 2: rho_01 has no true value"),
        ({"truth__r_u_01": 0.2}, "truth.r_u_01: follows from the subjects"),
        ({"mcse_target": {"rho_03": {"bias": 0.1}}}, "mcse_target.rho_03: unknown effect"),
        ({"sampler": {"priors": []}}, "sampler.priors: name at least one prior"),
        ({"truth__sigma_u2": -1.0}, "truth.sigma_u2: -1.0 is not valid"),
        ({"truth__rho_12": 1.0}, "truth.rho_12: 1.0 is not valid"),
        ({"scenarios": str(PEERS / "twins.tsv")}, "'b' and another scenario of its design have"),
        ({"priors__lkj": RSTANARM_SCALED}, "random_scales: the family .* has no such scales"),
        ({"truth__rho_13": 0.2}, "truth.rho_13: unknown effect 'rho_13'"),
        ({"truth__rho_12": 0.999}, "rho_12: 0.999 is not possible with the other correlations"),
        ({"priors__lkj": {"family": "lkj_corr", "origin": 4.5}}, "origin: only for two"),
        ({"sampler": {"priors": {"other": 3}}}, "sampler.priors: 'other' is not a prior"),
    ],
)  # fmt: skip
def test_what_is_refused(changes, message):
    given = config(**changes)
    given["priors"]["lkj"].setdefault("beta_prior_at", "means")
    with pytest.raises(InputError, match=message):
        check_study(given)


def test_effects_that_visits_do_not_determine_are_refused(curved):
    constant = (curved.subject % 2).astype(float)[:, None]
    with pytest.raises(InputError, match="the visits of 0 subjects determine 3 effects"):
        check_random(replace(curved, further=constant))


def test_a_correlation_of_one_is_simulated():
    truth = replace(TRUTH, rho=1.0, further_sds=(), further_rhos=())
    u = draw_effects(Design(truth, 5, days(4)), 50, np.random.default_rng(1))
    assert np.corrcoef(u)[0, 1] == pytest.approx(1.0)


def test_impossible_correlations_have_their_limits():
    values = {"rho_01": 0.8, "rho_02": 0.8, "rho_12": 0.0}
    with pytest.raises(InputError, match=r"rho_12: 0 is not .* above 0.280 and below 1"):
        check_correlations(values, 3, "config, key truth.")
    assert np.linalg.eigvalsh(correlation_matrix((0.8, 0.8, 0.2801)))[0] > 0
    check_correlations(values | {"rho_12": 0.2801}, 3, "config")
