"""Lines at chosen times, a new subject and the subjects' own lines."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recovery.data.coding import Coding
from recovery.data.scenarios import Design, Truth, days
from recovery.data.simulate import replicate_data, simulate_batch, simulate_replicate
from recovery.exact.batch import Targets
from recovery.exact.draws import joint_draws, matched
from recovery.exact.estimands import Estimands, draw_new_effects, subject_scores
from recovery.exact.grid import weighed
from recovery.exact.posterior import exact_posterior, moments_over_nodes, parameters_at_nodes
from recovery.exact.tables import exact_batch
from recovery.model.families import make_prior
from recovery.summaries.subjects import subjects_table

LEVELS = [0.5, 0.95]
DESIGN = Design(Truth(250.0, 10.0, 25.0, 6.0, 0.3, 25.0), 12, days(8))
WANTED = {
    "lines_at": {"4.5": 4.5}, "new_subject_at": {"4.5": 4.5, "0": 0.0}, "subjects": True,
    "replicates": 20,
}  # fmt: skip
NOTHING = {"lines_at": {}, "new_subject_at": {}, "subjects": False, "replicates": 10}


def test_the_sd_of_lines_is_that_of_the_transformed_covariance():
    estimands = Estimands(lines_at={"4.5": 4.5})
    draws = {"sigma_u0": np.array([25.0]), "sigma_u1": np.array([6.0]), "rho": np.array([0.3])}
    (sd,), (rho,) = estimands.values(draws | {"beta0": 0.0, "beta1": 0.0}, np.zeros((2, 1)))
    T = np.array([[1, 4.5], [0, 1]])
    Sigma = T @ np.array([[625.0, 45.0], [45.0, 36.0]]) @ T.T
    assert sd == pytest.approx(np.sqrt(Sigma[0, 0]))
    assert rho == pytest.approx(Sigma[0, 1] / np.sqrt(Sigma[0, 0] * Sigma[1, 1]))
    assert estimands.names == ("sd_at_4.5", "rho_at_4.5")


def test_new_effects_have_the_covariance_of_the_draws(rng):
    n = 200_000
    draws = {name: np.full(n, value) for name, value in
             (("sigma_u0", 25.0), ("sigma_u1", 6.0), ("rho", -0.6))}  # fmt: skip
    u = draw_new_effects(draws, rng)
    expected = np.array([[625.0, -90.0], [-90.0, 36.0]])
    error = np.sqrt((expected**2 + np.outer([625, 36], [625, 36])) / n)
    assert (np.abs(np.cov(u) - expected) < 4.5 * error).all()


@pytest.fixture(scope="module")
def batch():
    datasets = simulate_batch(DESIGN, range(1, 31), 1, "estimands")
    numbers = datasets["replicate"].to_numpy()
    data = replicate_data(datasets)
    targets = Targets.of(datasets, WANTED)
    found = exact_batch(data, make_prior("lkj_corr"), LEVELS, targets, numbers, numbers)
    plain = Targets.of(datasets, NOTHING)
    without = exact_batch(data, make_prior("lkj_corr"), LEVELS, plain, numbers, numbers)
    return datasets, data, found, without


def test_parameters_do_not_depend_on_what_else_is_estimated(batch):
    _, _, found, without = batch
    names = set(without.estimates["parameter"])
    own = found.estimates[found.estimates["parameter"].isin(names)].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, without.estimates)
    assert len(names) == 7 and without.subjects.empty


def test_the_sd_at_a_time_is_sigma_u0_of_the_study_from_that_time(batch):
    """The same posterior in the coding from 4.5 on."""
    _, data, found, _ = batch
    rows = found.estimates.set_index(["replicate", "parameter"])
    prior = make_prior("lkj_corr", origin=-4.5)  # stated at day 0, seen from day 4.5
    moved = [Coding(4.5).code_data(data[k]) for k in range(3)]
    again = exact_batch(moved, prior, LEVELS, np.zeros((3, 7)), [1, 2, 3], [11, 12, 13]).estimates
    again = again.set_index(["replicate", "parameter"])
    for number in (1, 2, 3):
        for name, other in (("sd_at_4.5", "sigma_u0"), ("rho_at_4.5", "rho")):
            row, seen = rows.loc[(number, name)], again.loc[(number, other)]
            for column in ("mean", "sd"):  # on two grids, whose limit is 1e-3 sd
                assert abs(row[column] - seen[column]) < 1e-3 * row["sd"], (name, column)
            assert row["mcse_mean"] == seen["mcse_mean"] == 0.0
            for end in ("q2.5", "q97.5"):
                error = np.hypot(row[f"mcse_{end}"], seen[f"mcse_{end}"])
                assert abs(row[end] - seen[end]) < 4.5 * error, (name, end)


@pytest.mark.parametrize(
    ("rho", "tolerance"), [(-0.99, 0.02), (-0.8, 1e-3), (0.0, 1e-3), (0.8, 1e-3), (0.99, 1e-3)]
)
def test_lines_against_a_finer_grid(rho, tolerance):
    """Means and sds over the nodes, and the shares of matched draws outside of 95 % intervals.

    Shares are means over eight data sets of 20,000 draws each, with a standard error of 0.0004.
    Draws that are not matched have up to 0.029 at rho = -0.8; with correlations matched on their
    own scale and not on Fisher's z, it is 0.029 at rho = 0.99. At rho = -0.99 the lines nearly meet
    at day 4.5, and their correlation there jumps from -1 to 1 between nodes.
    """
    estimands = Estimands(lines_at={"4.5": 4.5})
    design = Design(Truth(250.0, 10.0, 25.0, 6.0, rho, 25.0), 18, days(10))
    shares = []
    for seed in range(8):
        data = simulate_replicate(design, np.random.default_rng([5, seed]))[1]
        prior = make_prior("lkj_corr")
        exact = exact_posterior(data, prior)
        problem, grid = exact.problem, exact.finer
        exact = replace(exact, grid=grid)
        draws = estimands.of_lines(joint_draws(exact, data, 20_000, np.random.default_rng(seed)))
        lines = estimands.of_lines(parameters_at_nodes(grid, problem.coding))
        at = problem.likelihood(grid.at.axes, (60, 60, 48, 16), True, problem.precisions)
        fine = weighed(at, 0, prior)
        finer = estimands.of_lines(parameters_at_nodes(fine, problem.coding))
        for name in estimands.names:
            mean, sd = moments_over_nodes(grid, lines[name])
            fine_mean, fine_sd = moments_over_nodes(fine, finer[name])
            assert mean == pytest.approx(fine_mean, abs=tolerance * sd), name
            assert sd == pytest.approx(fine_sd, rel=tolerance), name
            low, high = _interval(finer[name], fine)
            found = matched(name, draws[name], lines[name], grid)
            shares.append([(found < low).mean(), (found > high).mean()])
    below_and_above = np.mean(np.reshape(shares, (8, 2, 2)), axis=0)
    assert below_and_above == pytest.approx(0.025, abs=0.002)


def _interval(values, grid):
    """The 95 % interval of a function on nodes."""
    order = np.argsort(values, axis=None)
    share = grid.mass.reshape(grid.at.sizes).sum(axis=3).ravel()[order] / grid.total
    return np.interp([0.025, 0.975], np.cumsum(share) - share / 2, values.ravel()[order])


def test_a_correlation_that_the_prior_fixes(batch):
    """Independent intercepts and slopes: rho at time 0 is 0 in every draw and at every node."""
    datasets, data, _, _ = batch
    wanted = Targets.of(datasets, NOTHING | {"lines_at": {"0": 0.0}})
    numbers = datasets["replicate"].to_numpy()
    found = exact_batch(data, make_prior("independent"), LEVELS, wanted, numbers, numbers)
    rows = found.estimates.query("parameter == 'rho_at_0' and replicate <= 10")
    assert (rows[["mean", "sd", "q2.5", "q97.5"]] == 0.0).all(axis=None)


def test_the_first_replicates_only(batch):
    _, _, found, _ = batch
    rows = found.estimates[found.estimates["parameter"] == "new_at_0"]
    assert rows["mean"].notna().tolist() == [number <= 20 for number in range(1, 31)]
    assert sorted(found.subjects["replicate"].unique()) == list(range(1, 21))
    assert found.estimates["truth"].notna().all()


def test_predictions_of_new_subjects_are_calibrated(batch):
    """z of the truths under the predictions, whose distribution is nearly standard normal."""
    datasets, _, found, _ = batch
    rows = found.estimates[found.estimates["parameter"] == "new_at_4.5"].dropna(subset="mean")
    u = datasets["new_effects"].to_numpy()[:20]
    assert rows["truth"].to_numpy() == pytest.approx(250 + u[:, 0] + 4.5 * (10 + u[:, 1]))
    z = ((rows["truth"] - rows["mean"]) / rows["sd"]).to_numpy()
    assert abs(z.mean()) < 4 / np.sqrt(20) and 0.5 < z.std() < 1.6


def test_subject_scores_by_hand():
    draws = {
        "beta0": np.array([1.0, 1.0, 2.0, 2.0, 3.0]), "beta1": np.zeros(5),
        "u0": np.array([[0.0, 1.0]] * 5), "u1": np.zeros((5, 2)),
    }  # fmt: skip
    truth = np.array([[1.8, 4.0], [0.0, 0.0]])
    (row,), _ = subject_scores(draws, truth, np.array([0.5]))
    # intercepts 1, 1, 2, 2, 3 and one more each: means 1.8 and 2.8, quartiles 1, 2 and 2, 3
    assert row == pytest.approx([(0.0 + 1.44) / 2, 0.5, 1.0])


def test_subjects_table_takes_the_data_set_as_the_unit(batch):
    _, _, found, _ = batch
    scores = found.subjects.assign(scenario="s", prior="lkj")
    table = subjects_table(scores).set_index(["effect", "measure", "level"])
    own = scores.query("effect == 'slope' and level == 0.95")
    assert table.loc[("slope", "coverage", 0.95), "estimate"] == pytest.approx(
        own["covered"].mean()
    )
    assert table.loc[("slope", "coverage", 0.95), "mcse"] == pytest.approx(own["covered"].sem())
    (rmse,) = table.xs("rmse", level="measure").loc["slope"].itertuples()
    assert rmse.estimate == pytest.approx(np.sqrt(own["squared_error"].mean()))
    assert rmse.n == 20
    assert 0.85 < table.loc[("intercept", "coverage", 0.95), "estimate"] < 1.0
