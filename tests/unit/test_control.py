"""The negative control finds its pairs itself, and finds what is wrong with them."""

import numpy as np
import pandas as pd

from recovery.control import control_table, equal_pairs
from recovery.estimates import PARAMETERS
from recovery.priors import make_prior
from recovery.tables import comparison_table

LEVELS = [0.95]


def test_pairs_are_the_priors_of_one_density():
    priors = {name: make_prior(name, {}) for name in ("independent", "lkj_cholesky_cov")}
    priors["by_hand"] = make_prior("lkj_corr", {})
    priors["lkj_2"] = make_prior("lkj_corr", {"eta": 2.0})
    priors["wide"] = make_prior("lkj_corr", {"beta1_sd": 20.0})
    priors["rstanarm"] = make_prior("lkj_corr_rstanarm", {})
    assert equal_pairs(priors) == [("by_hand", "lkj_cholesky_cov")]


def comparison(rng, shift: float, noise: float = 0.02, n: int = 200) -> pd.DataFrame:
    """Priors a and b that differ by noise, b shifted by a share of the posterior sd."""
    frames = []
    for parameter in PARAMETERS:
        mean = rng.normal(0.0, 1.0, n)
        for prior, offset in (("a", 0.0), ("b", shift)):
            center = mean + offset + noise * rng.normal(size=n)
            table = pd.DataFrame({"replicate": range(n), "mean": center, "truth": 0.0, "sd": 1.0})
            table["q2.5"], table["q97.5"] = center - 1.96, center + 1.96
            table["crps"] = np.abs(center)
            frames.append(table.assign(scenario="s", prior=prior, parameter=parameter))
    return comparison_table(pd.concat(frames), LEVELS)


def test_equal_priors_are_clean(rng):
    table = control_table(comparison(rng, 0.0), [("b", "a")])
    assert len(table) == 7 * 7 and table["clean"].all()
    # p-values of true null hypotheses: a tenth below 0.1, give or take (they are dependent)
    assert 0.0 <= (table["p_value"] < 0.1).mean() < 0.35


def test_a_difference_of_a_hundredth_sd_is_found(rng):
    table = control_table(comparison(rng, 0.01), [("b", "a")])
    assert not table.query("measure == 'bias'")["clean"].any()


def test_posteriors_equal_to_the_last_digit_are_clean(rng):
    table = control_table(comparison(rng, 0.0, noise=0.0), [("b", "a")])
    assert (table["p_value"] == 1.0).all()


def test_no_pair_no_rows(rng):
    assert control_table(comparison(rng, 0.0), []).empty
