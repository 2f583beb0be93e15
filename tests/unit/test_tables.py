from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from helpers import visits

from recovery.columns import estimate_columns
from recovery.data.scenarios import Design, Scenario, Truth, days
from recovery.summaries.comparison import comparison_table
from recovery.summaries.designs import with_design_names
from recovery.summaries.measures import MEASURES
from recovery.summaries.recovery import (
    coverage_table,
    missingness_table,
    recovery_table,
    with_design,
)
from recovery.summaries.stack import stack_batches

LEVELS = [0.5, 0.95]
PAIRS = [("lkj", "plain")]


def levels_of(measure) -> list:
    return LEVELS if measure.per_level else [None]


@pytest.fixture
def estimates(rng) -> pd.DataFrame:
    """Two scenarios x 30 replicates x two priors x two parameters; rho is none of `plain`'s."""
    keys = pd.MultiIndex.from_product(
        [["s1", "s2"], range(1, 31), ["plain", "lkj"], ["exact"], ["sigma", "rho"]],
        names=["scenario", "replicate", "prior", "engine", "parameter"],
    )
    table = pd.DataFrame(np.nan, index=keys, columns=["truth", *estimate_columns(LEVELS), "crps"])
    table["truth"] = 1.0
    table["mean"] = table["median"] = rng.normal(1, 0.5, len(table))
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
    assert len(table) == 2 * 2 * 2 * sum(
        len(levels_of(m)) for m in MEASURES.values() if m.estimated
    )
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
    comparison = comparison_table(broken, LEVELS, PAIRS).query("parameter == 'sigma'")
    assert (comparison["n"] == 29).all()


def test_comparison_is_prior_minus_reference_on_common_replicates(estimates):
    table = comparison_table(estimates, LEVELS, PAIRS)
    assert set(zip(table["prior"], table["reference"])) == {("lkj", "plain")}
    wide = estimates.query("scenario == 's1' and parameter == 'sigma'").pivot_table(
        index="replicate", columns="prior", values="mean"
    )
    found = table.query("scenario == 's1' and parameter == 'sigma' and measure == 'bias'")
    assert found["difference"].item() == pytest.approx((wide["lkj"] - wide["plain"]).mean())
    assert table.query("parameter == 'rho'")["difference"].isna().all()


def test_coverage_is_made_to_be_read(estimates):
    designs = pd.DataFrame({"scenario": ["s1", "s2"], "design": ["a", "b"], "rho": [0.1, 0.2]})
    recovery = with_design(recovery_table(estimates, LEVELS), designs)
    table = coverage_table(recovery.assign(label=recovery["prior"]))
    assert len(table) == 6  # of two scenarios; plain has no rho
    wanted = recovery.query("measure == 'coverage' and level == 0.95").dropna(subset="estimate")
    assert list(table["estimate"]) == list(wanted["estimate"])
    assert set(table.query("parameter == 'rho'")["prior"]) == {"lkj"}


def test_the_design_is_in_every_row(estimates):
    designs = pd.DataFrame({"scenario": ["s1", "s2"], "design": ["a", "b"], "rho": [0.1, 0.2]})
    table = with_design(recovery_table(estimates, LEVELS), designs)
    assert list(table.columns[:4]) == ["scenario", "design", "rho", "prior"]
    assert (table.query("scenario == 's2'")[["design", "rho"]] == ["b", 0.2]).all(axis=None)
    assert (table["truth"] == 1.0).all()


def test_a_reference_that_an_engine_did_not_fit_has_no_pair(estimates):
    """NUTS may fit some priors only."""
    one = estimates[estimates["prior"] == PAIRS[0][0]]
    assert comparison_table(one, LEVELS, PAIRS[:1]).empty


def test_designs_are_named_by_what_sets_them_apart():
    usual = Scenario("a", Design(Truth(250.0, 10.0, 25.0, 6.0, 0.3, 25.0), 18, days(10)), 5, 0)
    other = replace(usual.design, truth=replace(usual.design.truth, rho=-0.3))
    noisy = replace(usual.design, missing=0.3, residual_df=3.0)
    early = replace(usual.design, times=(0.0, 0.5, 2.0), dropout=0.4)
    data = replace(usual.design, times=(), table=visits(((0.0, 1.0),)), redrawn=True)
    designs = [usual.design, other, noisy, early, data]
    scenarios = [replace(usual, design=design) for design in designs]
    table = with_design_names(pd.DataFrame([scenario.columns() for scenario in scenarios]))
    same = "18 subjects, 10 days"
    assert list(table["design"]) == [
        same, same, "30 % missing, t(3) residuals", "visits at 0, 0.5, 2, 40 % dropout",
        "visits drawn from the data",
    ]  # fmt: skip


def test_engines_are_measured_apart(estimates):
    nuts = estimates[estimates["replicate"] <= 10].assign(engine="nuts")
    table = recovery_table(pd.concat([estimates, nuts]), LEVELS).query("prior == 'lkj'")
    assert dict(table.groupby("engine")["n"].max()) == {"exact": 30, "nuts": 10}
    alone = recovery_table(estimates, LEVELS).query("prior == 'lkj'")
    exact = table[table["engine"] == "exact"]
    pd.testing.assert_frame_equal(exact.reset_index(drop=True), alone.reset_index(drop=True))


def test_batches_are_stacked_in_an_order_that_does_not_depend_on_them(tmp_path):
    rows = [(r, p, "exact") for p in "ba" for r in (3, 4, 1, 2)] + [(1, "a", "nuts")]
    table = pd.DataFrame(rows, columns=["replicate", "prior", "engine"])
    paths = [tmp_path / f"{i}.parquet" for i in range(2)]
    for path, part in zip(paths, (table[::2], table[1::2])):
        part.to_parquet(path)
    stacked = stack_batches(paths, ["b", "a"])
    expected = [(r, p, "exact") for p in "ba" for r in (1, 2, 3, 4)] + [(1, "a", "nuts")]
    assert list(stacked.itertuples(index=False, name=None)) == expected


def test_missingness_counts_every_fit_once():
    fits = pd.DataFrame(
        {
            "scenario": "s",
            "prior": "p",
            "engine": "nuts",
            "status": ["ok", "ok", "not_converged", "failed", "singular"],
            "attempts": [1, 2, 3, 1, 1],
            "same_as": "",
        }
    )
    counts = missingness_table(fits).iloc[0]
    assert list(counts.iloc[3:]) == [5, 5, 4, 2, 1, 1, 1]
    shared = missingness_table(fits.assign(prior="q", same_as="p")).iloc[0]
    assert (shared["requested"], shared["computed"]) == (5, 0)
