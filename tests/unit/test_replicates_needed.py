"""How many replicates: against the formulas of the field."""

import numpy as np
import pandas as pd
import pytest

from recovery.summaries.precision import replicates_needed, replicates_needed_sentences


def recovery(n: int, coverage: float, empirical_se: float) -> pd.DataFrame:
    """One scenario and two priors; the second is the less precise."""
    rows = [
        ("coverage", 0.95, np.sqrt(coverage * (1 - coverage) / n), "a"),
        ("coverage", 0.5, 9.0, "a"),
        ("bias", np.nan, empirical_se / np.sqrt(n), "a"),
        ("bias", np.nan, 2 * empirical_se / np.sqrt(n), "b"),
        ("bias", np.nan, np.nan, "without"),
    ]
    table = pd.DataFrame(rows, columns=["measure", "level", "mcse", "prior"])
    return table.assign(scenario="s", engine="exact", parameter="rho", n=n)


def designs(replicates: int) -> pd.DataFrame:
    return pd.DataFrame({"scenario": ["s"], "replicates": [replicates]})


@pytest.mark.parametrize(("target", "needed"), [(0.02, 119), (0.01, 475), (0.005, 1900)])
def test_coverage_needs_what_the_formula_says(target, needed):
    """n = C (1 - C) / target^2 (Morris, White & Crowther 2019, section 5.3)."""
    targets = {"rho": {"coverage": target}}
    (row,) = replicates_needed(recovery(50, 0.95, 0.2), designs(50), targets).itertuples()
    assert row.needed == needed


def test_the_least_precise_prior_decides():
    (row,) = replicates_needed(
        recovery(50, 0.95, 0.2), designs(50), {"rho": {"bias": 0.01}}
    ).itertuples()
    assert (row.prior, row.needed) == ("b", 1600)


def test_failed_fits_are_made_up_for():
    table = recovery(50, 0.95, 0.2)  # of 100, half failed
    (row,) = replicates_needed(table, designs(100), {"rho": {"coverage": 0.02}}).itertuples()
    assert (row.replicates, row.needed) == (100, 238)


def test_what_is_enough_stays():
    plan = replicates_needed(recovery(50, 0.95, 0.2), designs(50), {"rho": {"coverage": 0.5}})
    assert replicates_needed_sentences(plan) == ["s: 50 replicates are enough."]


def test_the_sentence_says_what_to_set():
    plan = replicates_needed(
        recovery(50, 0.95, 0.2), designs(50), {"rho": {"coverage": 0.02, "bias": 0.02}}
    )
    (sentence,) = replicates_needed_sentences(plan)
    assert "s: needs 400 replicates, has 50 (mcse" in sentence
    assert "bias of rho under b" in sentence and sentence.endswith("set replicates to 400.")


def test_a_parameter_that_no_prior_has_is_left_out():
    assert replicates_needed(recovery(50, 0.95, 0.2), designs(50), {"sigma": {"bias": 1.0}}).empty
