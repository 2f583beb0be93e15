"""REML as a method: intervals against lme4's, and its rows among the others."""

import numpy as np
import pandas as pd
import pytest
from helpers import dense_fit
from scipy import optimize, special

from recovery.data.longdata import LongData
from recovery.data.scenarios import Design, Truth, days
from recovery.data.simulate import replicate_data, simulate_batch
from recovery.model.statistics import Statistics
from recovery.parameters import PARAMETERS
from recovery.reml.estimate import estimate
from recovery.reml.intervals import profile_intervals
from recovery.reml.tables import reml_batch
from recovery.summaries.comparison import comparison_table
from recovery.summaries.recovery import recovery_table

LEVELS = [0.5, 0.95]
KINDS = ("ml", "reml")


def fitted(data, truths=None):
    truths = np.zeros((len(data), len(PARAMETERS))) if truths is None else truths
    batch = reml_batch(data, LEVELS, truths, range(1, len(data) + 1))
    return batch.estimates.set_index(["replicate", "parameter"]), batch.fits


def test_profile_intervals_are_lme4_s(sleepstudy):
    """confint(lmer(...)), as lme4's documentation prints it (profile, ML)."""
    estimates, fits = fitted([sleepstudy])
    published = {
        "sigma_u0": (14.38, 37.72), "sigma_u1": (3.80, 8.75), "rho": (-0.48, 0.68),
        "sigma": (22.90, 28.86),
    }  # fmt: skip
    for name, ends in published.items():
        row = estimates.loc[(1, name)]
        assert (row["q2.5"], row["q97.5"]) == pytest.approx(ends, abs=0.006), name
        assert np.isnan(row["sd"])
    assert list(fits["status"]) == ["ok"]
    # fixed effects: estimate -+ t(17) times REML's standard error, 6.825 and 1.546
    t = special.stdtrit(17, 0.975)
    for name, value, error in (("beta0", 251.405, 6.825), ("beta1", 10.467, 1.546)):
        row = estimates.loc[(1, name)]
        assert row["sd"] == pytest.approx(error, abs=6e-4)
        assert row["q2.5"] == pytest.approx(value - t * error, abs=2e-3)
        assert row["q97.5"] == pytest.approx(value + t * error, abs=2e-3)
    assert estimates.loc[(1, "r_u")].drop("truth").isna().all()
    assert estimates["crps"].isna().all() and estimates["median"].isna().all()


def test_the_likelihood_has_lme4_s_profile_of_the_fixed_effects(sleepstudy):
    """Published: 237.68 to 265.13 and 7.36 to 13.58, the ML profile's (not used by the method)."""
    n = len(sleepstudy.time)

    def least(which, value):
        def deviance(x):
            factor = np.array([[x[0], 0.0], [x[1], x[2]]])
            log_det, beta, precision, quadratic = dense_fit(sleepstudy, factor)
            quadratic += (value - beta[which]) ** 2 / np.linalg.inv(precision)[which, which]
            return log_det + n * (1 + np.log(2 * np.pi * quadratic / n))

        start = np.array([0.93, 0.018, 0.22])
        options = {"xatol": 1e-5, "fatol": 1e-6}
        return optimize.minimize(deviance, start, method="Nelder-Mead", options=options).fun

    best = estimate(sleepstudy, reml=False).deviance
    for which, ends in ((0, (237.68, 265.13)), (1, (7.36, 13.58))):
        for end in ends:
            root = np.sqrt(least(which, end) - best)
            assert root == pytest.approx(special.ndtri(0.975), abs=0.003)


def test_a_profile_is_the_constrained_minimum(sleepstudy):
    """An end of rho's interval by another optimiser: its deviance is the quantile squared above."""
    n = len(sleepstudy.time)
    low, _ = profile_intervals(Statistics.of(sleepstudy, 0.0), [0.9])["rho"][0.9]

    def deviance(x):
        s0, s1, log_sigma = x
        share = np.exp(-log_sigma)
        across = np.sqrt(1 - low**2)
        factor = share * np.array([[s0, 0.0], [low * s1, across * s1]])
        log_det, *_, quadratic = dense_fit(sleepstudy, factor)
        return log_det + n * (np.log(2 * np.pi) + 2 * log_sigma) + quadratic * share**2

    options = {"xatol": 1e-5, "fatol": 1e-6}
    found = optimize.minimize(deviance, [25, 6, 3.2], method="Nelder-Mead", options=options).fun
    best = estimate(sleepstudy, reml=False).deviance
    assert np.sqrt(found - best) == pytest.approx(special.ndtri(0.95), abs=2e-4)


def test_a_restricted_profile_is_wider_than_the_likelihood_s(sleepstudy):
    """By the restricted likelihood the sds are larger; an end is where its deviance says."""
    found = {kind: reml_batch([sleepstudy], LEVELS, np.zeros((1, 7)), [1], kind) for kind in KINDS}
    ml, reml = (found[kind].estimates.set_index("parameter") for kind in KINDS)
    for name in ("sigma_u0", "sigma_u1"):
        assert reml.loc[name, "q97.5"] > 1.02 * ml.loc[name, "q97.5"]
    n, end = len(sleepstudy.time) - 2, reml.loc["sigma_u1", "q97.5"]

    def deviance(x):
        s0, angle, log_sigma = x
        share = np.exp(-log_sigma)
        factor = share * np.array([[s0, 0.0], [end * np.sin(angle), end * np.cos(angle)]])
        log_det, _, precision, quadratic = dense_fit(sleepstudy, factor)
        log_det += np.linalg.slogdet(precision)[1] + n * (np.log(2 * np.pi) + 2 * log_sigma)
        return log_det + quadratic * share**2

    lowest = optimize.minimize(deviance, [25, 0, 3.2], method="Nelder-Mead").fun
    root = np.sqrt(lowest - estimate(sleepstudy).deviance)
    assert root == pytest.approx(special.ndtri(0.975), abs=1e-3)


def test_singular_fits_are_kept_and_end_at_the_limits():
    design = Design(Truth(250, 10, 25, 6, 0.9, 25), 6, days(5))
    datasets = simulate_batch(design, range(1, 61), 1, "singular")
    estimates, fits = fitted(replicate_data(datasets))
    singular = fits.set_index("replicate")["status"] == "singular"
    assert 10 < singular.sum() < 60 and (fits["status"] != "failed").all()
    rho = estimates.xs("rho", level="parameter")
    boundary = rho["mean"].abs() == 1
    assert (boundary | rho["mean"].isna())[singular].all()
    up = rho[rho["mean"] == 1]
    assert (up["q97.5"] == 1).all() and (up["q2.5"] < 1).all()
    sds = estimates.xs("sigma_u0", level="parameter")
    assert (sds.loc[sds["mean"] == 0, "q2.5"] == 0).all()
    ends = estimates.drop(index="r_u", level="parameter").dropna(subset="mean")
    assert (ends["q2.5"] <= ends["q25"] + 1e-9).all()
    assert (ends["q75"] <= ends["q97.5"] + 1e-9).all() and ends["q97.5"].notna().all()


def test_profile_intervals_cover():
    """Coverage of sigma's and the fixed effects' intervals, whose theory holds at 18 subjects."""
    n = 400
    design = Design(Truth(250, 10, 25, 6, 0.2, 25), 18, days(10))
    datasets = simulate_batch(design, range(1, n + 1), 1, "cover")
    truths = np.stack([datasets[name].to_numpy() for name in PARAMETERS], axis=1)
    estimates, _ = fitted(replicate_data(datasets), truths)
    table = estimates.reset_index()
    inside = table["truth"].between(table["q2.5"], table["q97.5"])
    share = inside.groupby(table["parameter"]).mean()
    for name in ("beta0", "beta1", "sigma"):
        assert abs(share[name] - 0.95) < 4 * np.sqrt(0.95 * 0.05 / n), name
    for name in ("sigma_u0", "sigma_u1", "rho"):  # ML profiles are a little short
        assert 0.88 < share[name] < 0.98, name


def test_a_broken_data_set_is_a_row(sleepstudy):
    broken = LongData(
        np.where(np.arange(180) == 3, np.inf, sleepstudy.response),
        sleepstudy.time, sleepstudy.subject, sleepstudy.labels,
    )  # fmt: skip
    estimates, fits = fitted([broken, sleepstudy])
    assert list(fits["status"]) == ["failed", "ok"] and "not all finite" in fits["error"][0]
    assert estimates.loc[1, "mean"].isna().all() and estimates.loc[2, "mean"].notna().sum() == 6


def test_reml_stands_beside_the_priors_in_the_tables(sleepstudy, rng):
    noisy = [
        LongData(sleepstudy.response + rng.normal(0, 5, 180), sleepstudy.time, sleepstudy.subject,
                 sleepstudy.labels)
        for _ in range(5)
    ]  # fmt: skip
    reml = reml_batch(noisy, LEVELS, np.ones((5, 7)), range(1, 6)).estimates
    reml = reml.assign(scenario="s", prior="reml", engine="reml")
    exact = reml.assign(prior="lkj", engine="exact", mean=reml["mean"] + 1)
    exact[["median", "crps", "sd"]] = 1.0
    both = pd.concat([exact, reml], ignore_index=True)
    recovery = recovery_table(both, LEVELS).query("engine == 'reml' and parameter == 'rho'")
    found = recovery[recovery["level"].isna() | (recovery["level"] == 0.95)].set_index("measure")
    assert (
        found["estimate"]
        .drop(["relative_bias"])
        .notna()[["bias", "rmse", "coverage", "width"]]
        .all()
    )
    for measure in ("crps", "model_se", "hdi_coverage", "median_bias"):
        assert np.isnan(found.loc[measure, "estimate"]), measure
    table = comparison_table(both, LEVELS, [("reml", "lkj")])
    bias = table.query("measure == 'bias' and parameter == 'rho'").iloc[0]
    assert (bias["prior"], bias["reference"], bias["engine"]) == ("reml", "lkj", "exact")
    assert bias["difference"] == pytest.approx(-1.0)


def test_sigma_s_profile_may_reach_0():
    """Subjects of one row, or of two: the residual sd is barely known, and no fit fails."""
    rng = np.random.default_rng(8)
    times = [(0.0,), (0.0, 3.0), (2.0,)]
    for _ in range(10):
        own = [times[j % 3] for j in range(20)]
        subject = np.repeat(np.arange(20), [len(t) for t in own])
        time = np.concatenate(own)
        u = rng.normal(0, 8, 20)
        response = 50 + u[subject] + 0.5 * time + rng.normal(0, 4, len(time))
        estimates, fits = fitted([LongData(response, time, subject, tuple(map(str, range(20))))])
        assert fits["status"][0] in ("ok", "singular"), fits["error"][0]
        sigma = estimates.loc[(1, "sigma")]
        assert 0.0 <= sigma["q2.5"] <= sigma["mean"] * 1.001


def test_outer_ends_are_those_of_the_lowest_minimum():
    """On weak data the deviance has several minima; an independent search finds none lower."""
    design = Design(Truth(250, 10, 15, 4, 0.5, 40), 6, days(4), missing=0.2)
    datasets = simulate_batch(design, range(1, 7), 1, "weak")
    for data in replicate_data(datasets):
        found = profile_intervals(Statistics.of(data, 0.0), [0.95])
        best = estimate(data, reml=False).deviance
        end = found["sigma_u1"][0.95][1]
        roots = []
        for rho in (-0.95, 0.0, 0.95):
            for s0 in (1.0, 20.0):
                options = {"xatol": 1e-5, "fatol": 1e-7, "maxiter": 2000}
                lowest = optimize.minimize(
                    natural_deviance, [s0, np.arcsin(rho), 3.5], args=(data, end),
                    method="Nelder-Mead", options=options,
                )  # fmt: skip
                roots.append(np.sqrt(max(lowest.fun - best, 0)))
        assert min(roots) > special.ndtri(0.975) - 0.01


def natural_deviance(x, data, s1):
    """The deviance at s0, asin rho and log sigma, for a given sigma_u1."""
    s0, angle, log_sigma = x
    share = np.exp(-log_sigma)
    factor = share * np.array([[s0, 0.0], [s1 * np.sin(angle), s1 * np.cos(angle)]])
    log_det, *_, quadratic = dense_fit(data, factor)
    n = len(data.time)
    return log_det + n * (np.log(2 * np.pi) + 2 * log_sigma) + quadratic * share**2


def test_a_replicate_without_an_interval_lowers_n(sleepstudy):
    reml = reml_batch([sleepstudy] * 4, LEVELS, np.ones((4, 7)), range(1, 5)).estimates
    reml = reml.assign(scenario="s", prior="reml", engine="reml")
    lost = (reml["replicate"] == 2) & (reml["parameter"] == "sigma")
    reml.loc[lost, "q97.5"] = np.nan
    table = recovery_table(reml[reml["parameter"] == "sigma"], LEVELS).set_index(
        ["measure", "level"]
    )
    assert table.loc[("coverage", 0.95), "n"] == 3 and table.loc[("coverage", 0.5), "n"] == 4
    assert np.isfinite(table.loc[("width", 0.95), "estimate"])
