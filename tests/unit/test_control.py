"""The negative control finds its pairs itself, and finds what is wrong with them."""

import numpy as np
import pandas as pd

from recovery.control import MEANS, control_table, equal_pairs
from recovery.estimates import PARAMETERS
from recovery.priors import make_prior
from recovery.tables import comparison_table

LEVELS = [0.95]


def test_pairs_are_the_priors_of_one_density():
    priors = {name: make_prior(name) for name in ("independent", "lkj_cholesky_cov")}
    priors["by_hand"] = make_prior("lkj_corr")
    priors["lkj_2"] = make_prior("lkj_corr", eta=2.0)
    priors["wide"] = make_prior("lkj_corr", beta1_sd=20.0)
    priors["rstanarm"] = make_prior("lkj_corr_rstanarm")
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
    assert len(table) == 7 * len(MEANS) and table["clean"].all()


def test_p_values_are_uniform_where_nothing_differs(rng):
    """Of independent tests, a tenth is below 0.1, within four standard errors."""
    p = [
        control_table(comparison(rng, 0.0, n=10), [("b", "a")]).query("measure == 'bias'")
        for _ in range(30)
    ]
    p = pd.concat(p)["p_value"]
    assert abs((p < 0.1).mean() - 0.1) < 4 * np.sqrt(0.1 * 0.9 / len(p))


def test_a_difference_is_found_whichever_prior_comes_first(rng):
    """A fiftieth of a posterior sd is 10 standard errors of 200 replicates."""
    differences = comparison(rng, 0.02)
    for pair in (("b", "a"), ("a", "b")):
        table = control_table(differences, [pair])
        assert not table.query("measure == 'bias'")["clean"].any()


def test_two_replicates_are_no_proof(rng):
    table = control_table(comparison(rng, 0.0, n=2), [("b", "a")])
    assert table["clean"].all()


def test_posteriors_equal_to_the_last_digit_are_clean(rng):
    table = control_table(comparison(rng, 0.0, noise=0.0), [("b", "a")])
    assert (table["p_value"] == 1.0).all()


def test_no_pair_no_rows(rng):
    assert control_table(comparison(rng, 0.0), []).empty
    header_only = comparison(rng, 0.0)[:0].astype(object)  # as a CSV without rows is read
    assert control_table(header_only, [("b", "a")]).empty
