"""Summaries of draws against closed forms and ArviZ."""

import arviz as az
import numpy as np
import pytest
import xarray as xr
from scipy import stats

from recovery.columns import density_columns, quantile_name
from recovery.nuts.summary import crps_of_draws, highest_density
from recovery.parameters import with_realised_correlations


def test_column_names():
    assert quantile_name(0.025) == "q2.5" and quantile_name(0.9) == "q90"
    assert density_columns(0.95) == ("hdi95_low", "hdi95_high")
    assert density_columns(0.999) == ("hdi99.9_low", "hdi99.9_high")


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_highest_density_is_that_of_arviz(level, rng):
    draws = rng.gamma(2.0, size=(3, 1000))
    low, high = highest_density(np.sort(draws), level)
    for row, found in zip(draws, zip(low, high)):
        assert found == pytest.approx(az.hdi(row, prob=level))


def test_crps_is_its_definition(rng):
    values = np.sort(rng.normal(size=(2, 50)))
    truth = np.array([0.3, -4.0])
    pairs = np.abs(values[:, :, None] - values[:, None, :]).mean(axis=(1, 2))
    distance = np.abs(values - truth[:, None]).mean(axis=1)
    np.testing.assert_allclose(crps_of_draws(values, truth), distance - pairs / 2)


@pytest.mark.parametrize("truth", [-2.0, 0.0, 0.7])
def test_crps_of_a_normal(truth):
    """Gneiting & Raftery (2007), eq. 21's closed form for the normal."""
    values = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)[None]
    expected = truth * (2 * stats.norm.cdf(truth) - 1) + 2 * stats.norm.pdf(truth)
    expected -= 1 / np.sqrt(np.pi)
    assert crps_of_draws(values, np.array([truth]))[0] == pytest.approx(expected, abs=1e-3)


def test_realised_correlation_is_that_of_xarray(rng):
    dims = ("chain", "draw", "subject")
    effects = xr.Dataset({name: (dims, rng.normal(3.0, 2.0, (2, 5, 9))) for name in ("u0", "u1")})
    expected = xr.corr(effects["u0"], effects["u1"], dim="subject")
    xr.testing.assert_allclose(with_realised_correlations(effects)["r_u"], expected)
