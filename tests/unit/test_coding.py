"""Time codings, and what they do to a model."""

from dataclasses import replace

import numpy as np
import pytest

from recovery.data.coding import Coding
from recovery.exact.posterior import exact_posterior
from recovery.model.families import make_prior
from recovery.reml.estimate import estimate

TIMES = np.array([0.0, 1.0, 3.0, 6.0, 12.0, 24.0])


def test_mean_and_sd_are_those_of_the_rows():
    coding = Coding.of("mean", "sd", TIMES)
    assert coding.code(TIMES).mean() == pytest.approx(0, abs=1e-5)
    assert coding.code(TIMES).std() == pytest.approx(1, rel=1e-5)
    assert coding == Coding.of("mean", "sd", np.tile(TIMES, 30)), "whatever the number of subjects"


def test_a_computed_origin_has_six_digits():
    """Last bits, which differ between machines, must not rerun a study."""
    assert Coding.of("mean", "sd", TIMES + 1e-9) == Coding.of("mean", "sd", TIMES)
    assert Coding.of("mean", 1, np.array([2001.0, 2004.0, 2012.0])).origin == 2005.66667


def test_digits_are_those_of_the_spread():
    """A mean of seconds since 1970, to six digits of its own, would lie minutes away."""
    shift = 1_600_000_000.0
    coding = Coding.of("mean", "sd", TIMES + shift)
    assert abs(coding.origin - shift - TIMES.mean()) < 1e-5 * TIMES.std()
    assert coding.unit == pytest.approx(TIMES.std(), rel=1e-5)
    assert f"{shift + TIMES.mean():.5f}" in coding.label("second")


def test_numbers_are_taken_as_they_are():
    assert Coding.of(2000, 10, TIMES) == Coding(2000.0, 10.0)
    assert list(Coding(2.0, 4.0).code([2, 4, 10])) == [0.0, 0.5, 2.0]
    assert Coding().trivial and not Coding(1.0).trivial


def test_labels():
    assert Coding().label("month") == "month"
    assert Coding(-2.0).label("month") == "month + 2"
    assert Coding(0.0, 12.0).label("month") == "month / 12"
    assert Coding(6.0, 12.0).label("month") == "(month - 6) / 12"


def test_the_likelihood_does_not_depend_on_the_coding(sleepstudy):
    """Estimates in another coding are those of the same lines (Sigma becomes B' Sigma B)."""
    coding = Coding(4.5, 3.0)
    day0, coded = (estimate(c.code_data(sleepstudy), reml=False) for c in (Coding(), coding))
    assert coded.deviance == pytest.approx(day0.deviance, abs=1e-7)
    day0, coded = day0.values, coded.values
    assert coded["beta1"] == pytest.approx(3 * day0["beta1"])
    assert coded["beta0"] == pytest.approx(day0["beta0"] + 4.5 * day0["beta1"])
    off = day0["rho"] * day0["sigma_u0"] * day0["sigma_u1"]
    variance = day0["sigma_u0"] ** 2 + 9 * off + 4.5**2 * day0["sigma_u1"] ** 2
    assert coded["sigma_u0"] == pytest.approx(np.sqrt(variance), rel=1e-6)
    rho = 3 * (off + 4.5 * day0["sigma_u1"] ** 2) / coded["sigma_u0"] / coded["sigma_u1"]
    assert coded["rho"] == pytest.approx(rho, rel=1e-6)


def test_the_origin_of_time_decides_between_priors(sleepstudy):
    """The Bayes factors of a reader's own computation: 2.45 for Independent from day 0, and 22
    for LKJ(1) from the mean day."""

    def log_ratio(data):
        lkj, independent = (
            exact_posterior(data, make_prior(family)).log_marginal_likelihood
            for family in ("lkj_corr", "independent")
        )
        return lkj - independent

    assert np.exp(-log_ratio(sleepstudy)) == pytest.approx(2.45, rel=0.005)
    centred = Coding.of("mean", 1, sleepstudy.time).code_data(sleepstudy)
    assert np.exp(log_ratio(centred)) == pytest.approx(22.0, rel=0.01)


def test_another_unit_is_another_unit_of_the_scales(sleepstudy):
    """Days counted in threes, with slopes' scales three times as large: the same posterior."""
    coded = Coding(0.0, 3.0).code_data(sleepstudy)
    a = exact_posterior(sleepstudy, make_prior("lkj_corr"))
    b = exact_posterior(coded, make_prior("lkj_corr", sigma_u1_scale=30.0, beta1_sd=30.0))
    for name, (mean, sd) in a.moments.items():
        factor = 3.0 if name in ("beta1", "sigma_u1") else 1.0
        assert b.moments[name] == pytest.approx((factor * mean, factor * sd), rel=1e-7)
    # a density of y: the same
    assert b.log_marginal_likelihood == pytest.approx(a.log_marginal_likelihood, abs=1e-7)
    assert replace(sleepstudy, time=coded.time).balanced
