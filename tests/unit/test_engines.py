"""The two engines against each other: the same study within Monte Carlo error."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from recovery.data.scenarios import Design, Truth, days
from recovery.data.simulate import replicate_data, simulate_batch, simulate_replicate
from recovery.exact import batch
from recovery.exact.tables import exact_batch
from recovery.model.families import make_prior
from recovery.nuts.summary import highest_density
from recovery.parameters import PARAMETERS
from recovery.replicates import fit_each, replicate_tables
from recovery.seeds import named_seed
from recovery.summaries.accuracy import accuracy_table
from recovery.summaries.bayes_factors import bayes_factors
from recovery.summaries.recovery import recovery_table
from recovery.summaries.stack import stack_batches

LEVELS = [0.5, 0.95]
REPLICATES = 40
SCENARIO = Design(Truth(250.0, 10.0, 25.0, 6.0, 0.4, 25.0), subjects=8, times=days(6))


def seed_of(replicate: int) -> int:
    return named_seed(1, "engines", replicate, "fit")


@pytest.fixture(scope="module", params=["lkj_corr", "lkj_corr_rstanarm"])
def engines(request, nuts):
    """Estimates of the same replicates by NUTS and by quadrature."""
    prior = make_prior(request.param)
    datasets = simulate_batch(SCENARIO, range(1, REPLICATES + 1), 1, "engines")
    fitted = fit_each(datasets, nuts(request.param), seed_of, lambda done, total: None)
    numbers = [int(number) for number in datasets["replicate"]]
    truths = np.stack([datasets[name].to_numpy() for name in PARAMETERS], axis=1)
    seeds = [seed_of(number) for number in numbers]
    exact = exact_batch(replicate_data(datasets), prior, LEVELS, truths, numbers, seeds)[:2]
    found = {"nuts": replicate_tables(fitted), "exact": exact}
    assert all((fits["status"] != "failed").all() for _, fits in found.values())
    return pd.concat(
        [estimates.assign(engine=engine) for engine, (estimates, _) in found.items()],
        ignore_index=True,
    ).assign(scenario="engines", prior=request.param)


def test_sampling_errs_as_much_as_it_says(engines):
    """(sampled - exact) / mcse has sd 1 and sampled - exact mean 0, within four standard errors.

    For means, sds and interval ends; the mcse of r_u's exact mean is stated on the safe side.
    """
    table = accuracy_table(engines)
    assert len(table) == 7 * 4 and (table["n"] == REPLICATES).all()
    drawn = table["parameter"] == "r_u"
    assert table[drawn].query("quantity == 'sd'")["sd"].isna().all()
    checked = table[~drawn]
    # of 280 normal z, one beyond 5 comes once in 6,000 runs
    assert table[table["quantity"] == "mean"]["largest"].max() < 5
    # of 28 errors, none beyond 4.5 standard errors but once in 5,000 runs
    assert (table["error"].abs() < 4.5 * table["error_mcse"]).all()
    # z of means and sds are normal; those of interval ends are not, since few draws lie beyond an
    # end and its mcse is itself known poorly, so their sd has the standard error of the table
    ends = checked["quantity"].str.startswith("q")
    normal = 1 / np.sqrt(2 * (REPLICATES - 1))
    tolerance = np.where(ends, np.maximum(checked["sd_mcse"], normal), normal)
    assert ((checked["sd"] - 1).abs() < 4.5 * tolerance).all()
    assert 0.9 < np.sqrt(np.mean(checked[ends]["sd"] ** 2)) < 1.25


def test_a_wrong_sampler_would_be_caught(engines):
    """Means that are off by a fifth of a posterior sd are many standard errors off."""
    shift = 0.2 * engines["sd"].where(engines["engine"] == "nuts", 0.0)
    table = accuracy_table(engines.assign(mean=engines["mean"] + shift))
    means = table[table["quantity"] == "mean"]
    assert len(means) == 7 and (means["error"].abs() > 4 * means["error_mcse"]).all()


def test_recovery_is_the_same_by_both_engines(engines):
    """Bias over replicates differs by no more than the fits' own Monte Carlo errors allow."""
    tables = [engines[engines["engine"] == engine] for engine in ("nuts", "exact")]
    nuts, exact = (table.set_index(["parameter", "replicate"]) for table in tables)
    error = np.sqrt(nuts["mcse_mean"] ** 2 + exact["mcse_mean"] ** 2)
    for parameter in ("beta0", "beta1", "sigma", "sigma_u0", "sigma_u1", "rho", "r_u"):
        difference = (nuts["mean"] - exact["mean"]).loc[parameter]
        allowed = np.sqrt((error.loc[parameter] ** 2).sum()) / REPLICATES
        assert abs(difference.mean()) < 4 * allowed, parameter
    recovery = [recovery_table(table, LEVELS) for table in tables]
    width = [t.query("measure == 'width' and level == 0.95")["estimate"] for t in recovery]
    np.testing.assert_allclose(*width, rtol=0.03)  # 40 intervals, each end known to about 5 %


def test_accuracy_by_hand():
    keys = {"scenario": "s", "prior": "p", "parameter": "rho", "replicate": range(1, 5)}
    nuts = pd.DataFrame(keys | {"engine": "nuts", "mean": [1.0, 2.0, 3.0, 10.0], "sd": 1.5})
    exact = pd.DataFrame(keys | {"engine": "exact", "mean": [0.0, 2.0, 4.0, 0.0]})
    exact["sd"] = [1.0, 1.0, 1.0, 2.0]
    both = pd.concat([nuts, exact, exact.assign(replicate=range(5, 9))], ignore_index=True)
    own = both["engine"] == "nuts"
    for name in ("mean", "sd", "q2.5", "q97.5"):
        both[f"mcse_{name}"] = np.where(own, 1.0, np.nan)
    both["mcse_mean"] = np.where(own, [0.5, 1.0, 1.0, 2.0] * 3, 0.0)
    both["q2.5"] = both["q97.5"] = both["mean"]
    table = accuracy_table(both).set_index("quantity")
    row = table.loc["mean"]
    z = np.array([2.0, 0.0, -1.0, 5.0])
    assert row["mean"] == pytest.approx(z.mean()) and row["sd"] == pytest.approx(z.std(ddof=1))
    assert (row["largest"], row["beyond_4"], row["n"]) == (5.0, 1, 4)
    # errors 1, 0, -1, 5: mean 1.25, squared deviations 0.0625, 1.5625, 5.0625, 14.0625
    assert row["error"] == pytest.approx(1.25)
    assert row["error_mcse"] == pytest.approx(np.sqrt(20.75 / 3 / 4))
    # sds 1.5 for 1, 1, 1 and 2: errors 0.5, 0.5, 0.5, -0.5 in units of their mcse
    assert table.loc["sd", "mean"] == pytest.approx(0.25)


def test_the_row_of_nuts_stands_beside_a_failed_exact_one(engines, monkeypatch, tmp_path):
    """The engine breaks on the first of three data sets, which NUTS has fitted."""
    solved = []

    def solve(*problem):
        solved.append(problem)
        if len(solved) == 1:
            raise FloatingPointError("broken")
        return exact_solve(*problem)

    exact_solve = batch.solve
    monkeypatch.setattr(batch, "solve", solve)
    prior = engines["prior"].iloc[0]
    nuts = engines[(engines["engine"] == "nuts") & (engines["replicate"] <= 3)]
    data = replicate_data(simulate_batch(SCENARIO, [1, 2, 3], 1, "engines"))
    truths = np.ones((3, len(PARAMETERS)))
    exact, fits, _ = exact_batch(data, make_prior(prior), LEVELS, truths, [1, 2, 3], [1, 2, 3])
    assert list(fits["status"]) == ["failed", "ok", "ok"] and "broken" in fits["error"][0]
    names = {"scenario": "engines", "prior": prior, "engine": "exact"}
    for name, table in (("a", nuts), ("b", exact.assign(**names))):
        table.to_parquet(tmp_path / name)
    both = stack_batches([tmp_path / "a", tmp_path / "b"], [prior])
    first = both[both["replicate"] == 1].set_index("engine")
    assert len(first) == 2 * len(PARAMETERS)
    assert first.loc["exact", "mean"].isna().all() and first.loc["nuts", "mean"].notna().all()
    table = accuracy_table(both)
    assert (table[table["quantity"] == "mean"]["n"] == 2).all()


def test_bayes_factors_are_ratios_of_evidence():
    a, b, unsettled = (
        SimpleNamespace(adequate=adequate, log_marginal_likelihood=value)
        for adequate, value in ((True, -10.0), (True, -10.0 - np.log(3.0)), (False, -10.0))
    )
    table = bayes_factors({"a": a, "b": b})
    assert list(table["bayes_factor"]) == pytest.approx([3.0, 1 / 3])
    assert table["log_bayes_factor"].sum() == pytest.approx(0.0)
    assert bayes_factors({"a": a, "b": unsettled})["bayes_factor"].isna().all()


def test_a_quadrature_that_does_not_settle_is_reported(monkeypatch):
    """It gives estimates, marked as not converged."""
    monkeypatch.setattr("recovery.exact.posterior.TOLERANCE", 0.0)
    monkeypatch.setattr("recovery.exact.tables.TOLERANCE", 0.0)
    _, data = simulate_replicate(SCENARIO, np.random.default_rng(1))
    truths = np.ones((1, len(PARAMETERS)))
    estimates, fits, _ = exact_batch([data], make_prior("independent"), LEVELS, truths, [1], [1])
    assert fits["status"].item() == "not_converged" and "quadrature" in fits["error"].item()
    assert estimates["mean"].notna().sum() == 6  # all but rho


def test_intervals_of_almost_no_level_have_ends():
    values = np.sort(np.random.default_rng(1).normal(size=(1, 100)))
    low, high = highest_density(values, 0.005)
    assert high[0] - low[0] == np.diff(values[0]).min()
