"""The simulator against the marginal normal of the model, and against a published number."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from helpers import visits
from scipy import stats

from recovery.data.scenarios import Design, Scenario, Truth, days
from recovery.data.simulate import (
    remaining_cells,
    replicate_data,
    simulate_batch,
    simulate_replicate,
    t_factors,
)
from recovery.seeds import named_seed


def marginal_moments(design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of one subject's responses, X beta and X Sigma X' + sigma^2 I."""
    t = design.truth
    X = np.column_stack([np.ones(len(design.times)), design.times])
    off = t.rho * t.sigma_u0 * t.sigma_u1
    Sigma = np.array([[t.sigma_u0**2, off], [off, t.sigma_u1**2]])
    return X @ [t.beta0, t.beta1], X @ Sigma @ X.T + t.sigma**2 * np.eye(len(design.times))


def grid(design: Design, rng: np.random.Generator) -> np.ndarray:
    """Responses of a data set without missing rows, shape (subjects, visits)."""
    return simulate_replicate(design, rng)[1].response.reshape(design.subjects, -1)


@pytest.mark.parametrize("rho", [-0.8, 0.0, 0.5])
def test_responses_have_the_moments_of_the_marginal_normal(design, rng, rho):
    design = replace(design, truth=replace(design.truth, rho=rho), times=days(4))
    n = 2000
    y = np.concatenate([grid(design, rng) for _ in range(n)])
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
    design = replace(design, times=days(4), effects_df=10.0, residual_df=10.0)
    y = np.concatenate([grid(design, rng) for _ in range(2000)])
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
    design = replace(design, missing=share)
    gone = 1.0 - np.stack([remaining_cells(design, rng) for _ in range(n)])
    assert (gone.sum(axis=(1, 2)) == 54).all()
    assert (gone.sum(axis=2) < 10).all()
    z = (gone.mean(axis=0) - share) / np.sqrt(share * (1 - share) / n)
    assert np.abs(z).max() < 4.5
    data = replicate_data(simulate_batch(design, [1], 1, "s"))[0]
    assert len(data.response) == 126 and data.subjects == 18 and not data.balanced


def test_as_much_as_possible_missing_leaves_one_row_a_subject(design, rng):
    design = replace(design, subjects=5, times=days(4), missing=0.75)
    assert (remaining_cells(design, rng).sum(axis=1) == 1).all()


def test_dropouts_are_lost_from_a_uniform_visit_on(design, rng):
    n = 3000
    design = replace(design, subjects=10, times=days(6), dropout=0.35)  # 4 of 10, rounded
    remains = np.stack([remaining_cells(design, rng) for _ in range(n)])
    assert remains[:, :, 0].all(), "the first visit is never lost"
    assert not (remains[:, :, 1:] & ~remains[:, :, :-1]).any(), "a dropout does not come back"
    left = remains.sum(axis=2)
    assert ((left < 6).sum(axis=1) == 4).all()
    seen = np.bincount(left[left < 6], minlength=6)[1:]
    assert stats.chisquare(seen).pvalue > 1e-4
    by_subject = (left < 6).mean(axis=0)
    assert np.abs(by_subject - 0.4).max() < 4.5 * np.sqrt(0.24 / n)


def test_missing_rows_beside_dropout_leave_every_subject_one(design, rng):
    design = replace(design, subjects=10, times=days(6), dropout=0.4, missing=0.3)
    for _ in range(200):
        remains = remaining_cells(design, rng)
        assert (remains.sum(axis=1) >= 1).all()
        planned = remaining_cells(replace(design, missing=0.0), np.random.default_rng(1))
        assert planned.sum() > remains.sum()


PATTERNS = ((0.0, 1.0, 3.0), (0.0, 2.0), (5.0,))


def test_the_data_s_own_visits(design, rng):
    """A design of the real data has its subjects' visits, each subject its own."""
    own = replace(design, subjects=3, times=(), table=visits(PATTERNS))
    assert simulate_replicate(own, rng)[1].patterns() == PATTERNS
    assert not own.balanced and replace(own, table=visits(PATTERNS[:1] * 3)).balanced


def test_visits_are_drawn_with_replacement(design, rng):
    drawn = replace(design, subjects=50, times=(), table=visits(PATTERNS), redrawn=True)
    found = [simulate_replicate(drawn, rng)[1].patterns() for _ in range(100)]
    counts = np.array([[patterns.count(p) for p in PATTERNS] for patterns in found])
    assert stats.chisquare(counts.sum(axis=0)).pvalue > 1e-4
    assert counts.std(axis=0).min() > 0, "drawn again for each data set"


def test_a_design_survives_its_row(design):
    for own in (
        design,
        replace(design, times=(0.0, 1.0, 3.5), dropout=0.2, residual_df=5.0),
        replace(design, times=(), table=visits(PATTERNS), redrawn=True),
        replace(design, times=(), table=visits(PATTERNS)),
    ):
        row = Scenario("s", own, 10, 0).columns()
        assert Design.from_row(row, visits(PATTERNS)) == own


def test_effects_are_the_ones_in_the_responses(design, rng):
    quiet = replace(design, truth=replace(design.truth, sigma=1e-9))
    effects, data = simulate_replicate(quiet, rng)
    t = quiet.truth
    lines = t.beta0 + effects[0][:, None] + (t.beta1 + effects[1][:, None]) * np.arange(10)
    np.testing.assert_allclose(data.response, lines.ravel(), atol=1e-6)


def test_truth_travels_with_the_data(design):
    datasets = simulate_batch(design, range(1, 4), 1, "s")
    u = datasets["effects"].sel(replicate=2)
    assert float(datasets["r_u"].sel(replicate=2)) == pytest.approx(np.corrcoef(u)[0, 1])
    assert (datasets["rho"] == design.truth.rho).all()


def test_replicates_do_not_depend_on_the_batch_they_are_in(design):
    design = replace(design, missing=0.2)
    whole = replicate_data(simulate_batch(design, range(1, 8), 1, "s"))
    for numbers in ([6, 7], [3], [1, 2, 4, 5]):
        part = replicate_data(simulate_batch(design, numbers, 1, "s"))
        for number, data in zip(numbers, part):
            np.testing.assert_array_equal(data.response, whole[number - 1].response)
            assert data.patterns() == whole[number - 1].patterns()


def test_stored_data_sets_are_the_simulated_ones(design, tmp_path):
    design = replace(design, times=(0.0, 0.5, 4.0, 9.0), dropout=0.3)
    simulate_batch(design, [1, 2], 1, "s").to_netcdf(tmp_path / "a.nc")
    stored = replicate_data(xr.load_dataset(tmp_path / "a.nc"))[1]
    _, data = simulate_replicate(design, np.random.default_rng(named_seed(1, "s", 2, "simulate")))
    assert stored.labels == data.labels
    for name in ("response", "time", "subject"):
        np.testing.assert_array_equal(getattr(stored, name), getattr(data, name))


def is_singular(response: np.ndarray) -> bool:
    """Whether the ML fit of a balanced data set has a singular covariance (closed form).

    With each subject's least-squares coefficients b_j, their ML scatter S = sum (b_j - b)(b_j -
    b)' / J and the pooled residual variance s2, the estimate of Sigma is S - s2 (X'X)^-1 if that
    is positive definite, and lies on the boundary if not.
    """
    subjects, visits = response.shape
    X = np.column_stack([np.ones(visits), np.arange(visits)])
    coefficients, residual, *_ = np.linalg.lstsq(X, response.T, rcond=None)
    s2 = residual.sum() / (subjects * (visits - 2))
    scatter = np.cov(coefficients, bias=True)
    return bool(np.linalg.eigvalsh(scatter - s2 * np.linalg.inv(X.T @ X))[0] <= 0)


def test_singular_fits_are_as_frequent_as_published():
    """MixedModels.jl's documentation: 316 of 10,000 parametric bootstraps are singular."""
    ml = Truth(251.405, 10.4673, 23.780468, 5.716828, 0.0813321, 25.591824)
    rng = np.random.default_rng(1)
    n = 10_000
    found = sum(is_singular(grid(Design(ml, 18, days(10)), rng)) for _ in range(n))
    share = (found + 316) / (2 * n)
    standard_error = np.sqrt(2 * n * share * (1 - share))  # of a difference of two counts
    assert abs(found - 316) < 4 * standard_error
