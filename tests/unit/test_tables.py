import numpy as np
import pandas as pd
import pytest

from recovery.estimates import estimate_columns
from recovery.tables import (
    comparison_table,
    coverage_table,
    missingness_table,
    on_common_replicates,
    recovery_table,
    stack_batches,
    with_scenario_columns,
)

LEVELS = [0.5, 0.95]


@pytest.fixture
def estimates(rng) -> pd.DataFrame:
    """Two scenarios x 30 replicates x two priors x two parameters; rho is none of `plain`'s."""
    keys = pd.MultiIndex.from_product(
        [["s1", "s2"], range(1, 31), ["plain", "lkj"], ["sigma", "rho"]],
        names=["scenario", "replicate", "prior", "parameter"],
    )
    table = pd.DataFrame(np.nan, index=keys, columns=["truth", *estimate_columns(LEVELS), "crps"])
    table["truth"] = 1.0
    table["mean"] = rng.normal(1, 0.5, len(table))
    table["sd"] = 0.5
    table["crps"] = 0.2
    for low, high, z in (("q2.5", "q97.5", 1.96), ("q25", "q75", 0.674)):
        table[low], table[high] = table["mean"] - 0.5 * z, table["mean"] + 0.5 * z
    table[["hdi95_low", "hdi95_high"]] = table[["q2.5", "q97.5"]]
    table[["hdi50_low", "hdi50_high"]] = table[["q25", "q75"]]
    table = table.reset_index()
    missing = (table["prior"] == "plain") & (table["parameter"] == "rho")
    table.loc[missing, "mean":] = np.nan
    return table


def test_recovery_has_every_combination_and_counts_its_replicates(estimates):
    table = recovery_table(estimates, LEVELS)
    assert len(table) == 2 * 2 * 2 * (7 + 9 * len(LEVELS))
    assert not table.duplicated(["scenario", "prior", "parameter", "measure", "level"]).any()
    none = table.query("prior == 'plain' and parameter == 'rho'")
    assert (none["n"] == 0).all() and none["estimate"].isna().all()
    rest = table.drop(none.index)
    assert (rest["n"] == 30).all() and rest[["estimate", "mcse"]].notna().all(axis=None)


def test_recovery_can_be_recomputed_with_plain_pandas(estimates):
    table = recovery_table(estimates, LEVELS)
    mine = estimates.query("scenario == 's2' and prior == 'lkj' and parameter == 'rho'")
    covered = mine["truth"].between(mine["q2.5"], mine["q97.5"]).mean()
    keys = "scenario == 's2' and prior == 'lkj' and parameter == 'rho' and measure == "
    found = table.query(keys + "'coverage' and level == 0.95")["estimate"].item()
    assert found == covered
    bias = table.query(keys + "'bias'")["estimate"].item()
    assert bias == (mine["mean"] - mine["truth"]).mean()


def test_a_failed_fit_lowers_n_and_nothing_else(estimates):
    broken = estimates.copy()
    failed = (broken["replicate"] == 7) & (broken["prior"] == "lkj")
    broken.loc[failed, "mean":] = np.nan
    lkj = recovery_table(broken, LEVELS).query("prior == 'lkj'")
    assert (lkj["n"] == 29).all() and lkj["estimate"].notna().all()
    expected = recovery_table(estimates.query("replicate != 7"), LEVELS).query("prior == 'lkj'")
    pd.testing.assert_frame_equal(lkj, expected)
    comparison = comparison_table(broken, LEVELS).query("parameter == 'sigma'")
    assert (comparison["n"] == 29).all()


def test_comparison_is_prior_minus_reference_on_common_replicates(estimates):
    table = comparison_table(estimates, LEVELS)
    assert set(zip(table["prior"], table["reference"])) == {("lkj", "plain")}
    wide = estimates.query("scenario == 's1' and parameter == 'sigma'").pivot_table(
        index="replicate", columns="prior", values="mean"
    )
    found = table.query("scenario == 's1' and parameter == 'sigma' and measure == 'bias'")
    assert found["difference"].item() == pytest.approx((wide["lkj"] - wide["plain"]).mean())
    assert table.query("parameter == 'rho'")["difference"].isna().all()


def test_coverage_is_made_to_be_read(estimates):
    table = coverage_table(recovery_table(estimates, LEVELS))
    assert list(table.columns) == ["scenario", "parameter", "plain", "lkj"]
    assert len(table) == 4
    assert table["lkj"].str.fullmatch(r"[01]\.\d{3} ± 0\.\d{3}").all()
    assert (table.query("parameter == 'rho'")["plain"] == "").all()


def test_scenario_columns_are_repeated_in_every_row(estimates):
    scenarios = pd.DataFrame({"scenario": ["s1", "s2"], "rho": [0.1, 0.2], "replicates": 30})
    table = with_scenario_columns(recovery_table(estimates, LEVELS), scenarios)
    assert list(table.columns[:4]) == ["scenario", "rho", "replicates", "prior"]
    assert (table.query("scenario == 's2'")["rho"] == 0.2).all()


def test_batches_are_stacked_with_the_keys_of_their_path(tmp_path):
    for scenario, prior in [("s1", "a"), ("s1", "b")]:
        path = tmp_path / scenario / prior / "1-2.fits.parquet"
        path.parent.mkdir(parents=True)
        pd.DataFrame({"replicate": [1, 2], "status": "ok"}).to_parquet(path)
    paths = [tmp_path / "s1" / prior / "1-2.fits.parquet" for prior in "ab"]
    table = stack_batches(paths, ["scenario", "prior"])
    assert list(table.columns) == ["scenario", "replicate", "prior", "status"]
    assert list(table["prior"]) == ["a", "a", "b", "b"]


def test_common_replicates_are_those_that_every_prior_fitted(estimates):
    broken = estimates.copy()
    failed = (broken["replicate"] == 7) & (broken["prior"] == "lkj") & (broken["scenario"] == "s1")
    broken.loc[failed, "mean":] = np.nan
    sigma = broken.query("parameter == 'sigma'")
    broken = pd.concat([broken, sigma.assign(parameter="beta0")])
    common = on_common_replicates(broken)
    assert set(common.query("scenario == 's1'")["replicate"]) == set(range(1, 31)) - {7}
    assert set(common.query("scenario == 's2'")["replicate"]) == set(range(1, 31))
    assert set(common["prior"]) == {"plain", "lkj"}


def test_missingness_counts_every_fit_once():
    fits = pd.DataFrame(
        {
            "scenario": "s",
            "prior": "p",
            "status": ["ok", "ok", "not_converged", "failed"],
            "attempts": [1, 2, 3, 1],
        }
    )
    counts = missingness_table(fits).iloc[0]
    assert list(counts.iloc[2:]) == [4, 3, 2, 1, 1]
