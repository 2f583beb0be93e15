"""The negative control finds its pairs itself, and finds what is wrong with them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from recovery.model.families import make_prior
from recovery.parameters import PARAMETERS
from recovery.summaries.comparison import comparison_table
from recovery.summaries.monte_carlo import paired_proportions
from recovery.summaries.negative_control import (
    MEANS,
    control_table,
    detectable_share,
    exact_mcnemar,
)
from recovery.summaries.pairs import compared_pairs, equal_pairs

LEVELS = [0.95]


def test_pairs_are_the_priors_of_one_density():
    priors = {name: make_prior(name) for name in ("independent", "lkj_cholesky_cov")}
    priors["by_hand"] = make_prior("lkj_corr")
    priors["lkj_2"] = make_prior("lkj_corr", eta=2.0)
    priors["wide"] = make_prior("lkj_corr", beta1_sd=20.0)
    priors["rstanarm"] = make_prior("lkj_corr_rstanarm")
    assert equal_pairs(priors) == [("by_hand", "lkj_cholesky_cov")]


def test_priors_are_compared_with_two_references_and_their_equals():
    """The first prior and the first with a correlation, so that rho is compared, too."""
    priors = {"plain": make_prior("independent"), "lkj": make_prior("lkj_corr")}
    priors["twin"] = make_prior("lkj_cholesky_cov")
    priors |= {name: make_prior("lkj_corr_rstanarm", eta=eta) for name, eta in (("a", 1), ("b", 1))}
    first, second = ("twin", "a", "b"), "lkj"
    reml = ("reml", "lkj")
    expected = [(prior, "plain") for prior in (second, *first)]
    assert compared_pairs(priors) == [*expected, *((p, second) for p in first), ("b", "a"), reml]
    assert compared_pairs({"lkj": make_prior("lkj_corr")}) == [reml]


def comparison(rng, shift: float, noise: float = 0.02, n: int = 200) -> pd.DataFrame:
    """Priors a and b that differ by noise, b shifted by a share of the posterior sd."""
    frames = []
    for parameter in PARAMETERS:
        mean = rng.normal(0.0, 1.0, n)
        for prior, offset in (("a", 0.0), ("b", shift)):
            center = mean + offset + noise * rng.normal(size=n)
            table = pd.DataFrame({"replicate": range(n), "mean": center, "truth": 0.0, "sd": 1.0})
            table["median"] = center
            table["q2.5"], table["q97.5"] = center - 1.96, center + 1.96
            table["hdi95_low"], table["hdi95_high"] = center - 1.96, center + 1.96
            table["crps"] = np.abs(center)
            frames.append(
                table.assign(scenario="s", prior=prior, engine="nuts", parameter=parameter)
            )
    return comparison_table(pd.concat(frames), LEVELS, [("b", "a")])


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
        bias = control_table(differences, [pair]).query("measure == 'bias'")
        assert len(bias) == len(PARAMETERS) and not bias["clean"].any()


def test_a_detectable_difference_is_detected_nine_times_in_ten(rng):
    """The stated difference, added to priors that do not differ."""
    null = control_table(comparison(rng, 0.0), [("b", "a")]).query("measure == 'bias'")
    shift = null["detectable"].mean()
    found = [
        control_table(comparison(rng, shift), [("b", "a")]).query("measure == 'bias'")["clean"]
        for _ in range(20)
    ]
    power = 1.0 - np.mean(found)  # of 140 tests
    assert abs(power - 0.9) < 4 * np.sqrt(0.9 * 0.1 / 140)


@pytest.mark.parametrize("n", [60, 400])
def test_a_detectable_share_is_detected_nine_times_in_ten(rng, n):
    """Discordant pairs that all go one way, tested at the level of a table of 300 rows."""
    level, runs = 0.01 / 300, 400
    share = detectable_share(pd.Series([n]), level)[0]
    found = 0
    for hits in rng.binomial(n, share, runs):
        a = np.arange(n) < hits
        result = paired_proportions(a, np.zeros(n, bool))
        row = SimpleNamespace(n=n, difference=result.estimate, mcse=result.mcse)
        found += exact_mcnemar(row) <= level
    assert abs(found / runs - 0.9) < 4 * np.sqrt(0.09 / runs)
    # 16 pairs at least: no difference at all can be found with fewer data sets
    assert np.isnan(detectable_share(pd.Series([10]), level)[0])


def test_exact_fits_are_not_tested(rng):
    exact = comparison(rng, 0.02).assign(engine="exact")
    assert control_table(exact, [("b", "a")]).empty


def test_two_replicates_are_no_proof(rng):
    table = control_table(comparison(rng, 0.0, n=2), [("b", "a")])
    assert len(table) == 7 * len(MEANS) and table["clean"].all()


def test_posteriors_equal_to_the_last_digit_are_clean(rng):
    table = control_table(comparison(rng, 0.0, noise=0.0), [("b", "a")])
    assert len(table) == 7 * len(MEANS) and (table["p_value"] == 1.0).all()


def test_no_pair_no_rows(rng):
    assert control_table(comparison(rng, 0.0), []).empty
    header_only = comparison(rng, 0.0)[:0].astype(object)  # as a CSV without rows is read
    assert control_table(header_only, [("b", "a")]).empty


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 0), (3, 0), (8, 1), (5, 5), (0, 6), (40, 20)])
def test_few_discordant_pairs_are_tested_exactly(only_a, only_b):
    """Against SciPy's binomial test, from the difference and its standard error alone."""
    n = 250
    hits_a, hits_b = np.zeros(n, bool), np.zeros(n, bool)
    hits_a[:only_a], hits_b[only_a : only_a + only_b] = True, True
    result = paired_proportions(hits_a, hits_b)
    row = SimpleNamespace(n=n, difference=result.estimate, mcse=result.mcse)
    discordant = only_a + only_b
    expected = stats.binomtest(only_a, discordant, 0.5).pvalue if discordant else 1.0
    assert exact_mcnemar(row) == pytest.approx(expected)
