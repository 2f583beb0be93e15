"""The simulator against the marginal normal of the model, and against a published number."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from recovery.data.scenarios import Design, Truth
from recovery.data.simulate import (
    missing_cells,
    replicate_data,
    simulate_batch,
    simulate_replicate,
    t_factors,
)


def marginal_moments(design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of one subject's responses, X beta and X Sigma X' + sigma^2 I."""
    t = design.truth
    X = np.column_stack([np.ones(design.days), np.arange(design.days)])
    off = t.rho * t.sigma_u0 * t.sigma_u1
    Sigma = np.array([[t.sigma_u0**2, off], [off, t.sigma_u1**2]])
    return X @ [t.beta0, t.beta1], X @ Sigma @ X.T + t.sigma**2 * np.eye(design.days)


@pytest.mark.parametrize("rho", [-0.8, 0.0, 0.5])
def test_responses_have_the_moments_of_the_marginal_normal(design, rng, rho):
    design = replace(design, truth=replace(design.truth, rho=rho), days=4)
    n = 2000
    y = np.concatenate([simulate_replicate(design, rng)[1] for _ in range(n)])
    mean, covariance = marginal_moments(design)
    n = len(y)
    z_mean = (y.mean(0) - mean) / np.sqrt(np.diag(covariance) / n)
    # the variance of a normal sample covariance: (S_ij^2 + S_ii S_jj) / n
    d = np.diag(covariance)
    z_cov = (np.cov(y.T) - covariance) / np.sqrt((covariance**2 + np.outer(d, d)) / n)
    assert np.abs(z_mean).max() < 4
    assert np.abs(z_cov).max() < 4


def test_heavy_tails_keep_mean_and_covariance(design, rng):
    """Student t effects and residuals have the moments that the truth says."""
    design = replace(design, days=4, effects_df=10.0, residual_df=10.0)
    y = np.concatenate([simulate_replicate(design, rng)[1] for _ in range(2000)])
    mean, covariance = marginal_moments(design)
    deviation = y - mean
    products = deviation[:, :, None] * deviation[:, None, :]
    for values, expected in ((deviation, 0.0), (products, covariance)):
        z = (values.mean(0) - expected) / (values.std(0) / np.sqrt(len(y)))
        assert np.abs(z).max() < 4


@pytest.mark.parametrize("df", [3.0, 10.0, np.inf])
def test_factors_make_a_student_t(df, rng):
    n = 20_000
    values = rng.standard_normal(n) * t_factors(df, n, rng)
    scale = 1.0 if np.isinf(df) else np.sqrt((df - 2) / df)
    assert stats.kstest(values, stats.t(df, scale=scale).cdf).pvalue > 1e-4


def test_effects_of_a_subject_share_their_factor(design, rng):
    """Of a bivariate t with 3 df, a subject far out in one effect is far out in the other."""
    effects, _ = simulate_replicate(replace(design, subjects=4000, effects_df=3.0), rng)
    sizes = np.abs(effects)
    assert stats.spearmanr(*sizes).pvalue < 1e-10


def test_the_wanted_share_is_missing_at_random(design, rng):
    n, share = 4000, 0.3
    gone = np.zeros((n, 18, 10))
    for replicate in gone:
        replicate[missing_cells((18, 10), 54, rng)] = 1.0
    assert (gone.sum(axis=(1, 2)) == 54).all()
    assert (gone.sum(axis=2) < 10).all()
    z = (gone.mean(axis=0) - share) / np.sqrt(share * (1 - share) / n)
    assert np.abs(z).max() < 4.5
    data = replicate_data(simulate_batch(replace(design, missing=share), [1], 1, "s"))[0]
    assert len(data.response) == 126 and data.subjects == 18 and not data.balanced


def test_as_much_as_possible_missing_leaves_one_row_a_subject(rng):
    gone = np.zeros((5, 4))
    gone[missing_cells((5, 4), 15, rng)] = 1.0
    assert (gone.sum(axis=1) == 3).all()


def test_effects_are_the_ones_in_the_responses(design, rng):
    quiet = replace(design, truth=replace(design.truth, sigma=1e-9))
    effects, response = simulate_replicate(quiet, rng)
    t = quiet.truth
    lines = t.beta0 + effects[0][:, None] + (t.beta1 + effects[1][:, None]) * np.arange(10)
    np.testing.assert_allclose(response, lines, atol=1e-6)


def test_truth_travels_with_the_data(design):
    datasets = simulate_batch(design, range(1, 4), 1, "s")
    u = datasets["effects"].sel(replicate=2)
    assert float(datasets["r_u"].sel(replicate=2)) == pytest.approx(np.corrcoef(u)[0, 1])
    assert (datasets["rho"] == design.truth.rho).all()


def test_replicates_do_not_depend_on_the_batch_they_are_in(design):
    whole = simulate_batch(design, range(1, 8), 1, "s")
    parts = [simulate_batch(design, numbers, 1, "s") for numbers in ([6, 7], [3], [1, 2, 4, 5])]
    again = xr.concat(parts, "replicate").sortby("replicate")
    xr.testing.assert_identical(whole, again)


def test_long_data_of_a_replicate_keeps_every_cell(design):
    datasets = simulate_batch(design, [1, 2], 1, "s")
    data = replicate_data(datasets)[1]
    grid = datasets["response"].sel(replicate=2).to_numpy()
    assert data.subjects == 18
    np.testing.assert_array_equal(grid[data.subject, data.time.astype(int)], data.response)


def is_singular(response: np.ndarray) -> bool:
    """Whether the ML fit of a balanced data set has a singular covariance (closed form).

    With each subject's least-squares coefficients b_j, their ML scatter S = sum (b_j - b)(b_j -
    b)' / J and the pooled residual variance s2, the estimate of Sigma is S - s2 (X'X)^-1 if that
    is positive definite, and lies on the boundary if not.
    """
    subjects, days = response.shape
    X = np.column_stack([np.ones(days), np.arange(days)])
    coefficients, residual, *_ = np.linalg.lstsq(X, response.T, rcond=None)
    s2 = residual.sum() / (subjects * (days - 2))
    scatter = np.cov(coefficients, bias=True)
    return bool(np.linalg.eigvalsh(scatter - s2 * np.linalg.inv(X.T @ X))[0] <= 0)


def test_singular_fits_are_as_frequent_as_published():
    """MixedModels.jl's documentation: 316 of 10,000 parametric bootstraps are singular."""
    ml = Truth(251.405, 10.4673, 23.780468, 5.716828, 0.0813321, 25.591824)
    rng = np.random.default_rng(1)
    n = 10_000
    found = sum(is_singular(simulate_replicate(Design(ml, 18, 10), rng)[1]) for _ in range(n))
    share = (found + 316) / (2 * n)
    standard_error = np.sqrt(2 * n * share * (1 - share))  # of a difference of two counts
    assert abs(found - 316) < 4 * standard_error
