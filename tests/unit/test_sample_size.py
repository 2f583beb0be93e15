"""How many subjects: crossings by hand, and the sentences."""

import numpy as np
import pandas as pd
import pytest

from recovery.summaries.sample_size import (
    sample_size_sentences,
    sample_size_table,
    subjects_needed,
)


def curve(estimates, half, goal, at_least, subjects=(10, 20, 40), measure="width", prior="a"):
    values = np.asarray(estimates, float)
    return pd.DataFrame(
        {
            "parameter": "rho", "measure": measure, "goal": goal, "at_least": at_least,
            "prior": prior, "subjects": subjects, "estimate": values, "low": values - half,
            "high": values + half,
        }
    )  # fmt: skip


def test_linear_in_the_logarithm_between_grid_points():
    # 1.0 at 10, 0.5 at 20: 0.75 half-way, at 10 sqrt(2); bands of 0.1 at a fifth less and more
    best, low, high = subjects_needed(curve([1.0, 0.5, 0.2], 0.1, 0.75, False))
    assert best == pytest.approx(10 * 2**0.5)
    assert (low, high) == pytest.approx((10 * 2**0.3, 10 * 2**0.7))


def test_a_lower_bound_is_reached_from_below():
    found = subjects_needed(curve([0.2, 0.6, 0.9], 0.1, 0.8, True, measure="reject"))
    # 0.6 to 0.9 from 20 to 40: two thirds of the way; the band a third earlier and later
    assert found == pytest.approx((20 * 2 ** (2 / 3), 20 * 2 ** (1 / 3), 40.0))


def test_bias_counts_in_size():
    best, *_ = subjects_needed(curve([-0.4, -0.2, -0.1], 0.0, 0.3, False, measure="bias"))
    assert best == pytest.approx(10 * 2**0.5)


def test_negative_biases_have_their_interval_in_order():
    """Biases -.4, -.2, -.1 with bands of 0.05, the last straddling 0 with 0.15."""
    table = curve([-0.4, -0.2, -0.1], 0.05, 0.3, False, measure="bias")
    best, low, high = subjects_needed(table)
    # |bias| 0.35 to 0.15 and 0.45 to 0.25 from 10 to 20
    assert (low, best, high) == pytest.approx((10 * 2**0.25, 10 * 2**0.5, 10 * 2**0.75))
    wide = curve([-0.4, -0.2, -0.1], 0.15, 0.04, False, measure="bias")
    best, low, high = subjects_needed(wide)
    assert low < 40 and best == high == np.inf


def test_a_prior_without_the_parameter_gets_a_sentence():
    table = curve([1.0, 0.5, 0.2], 0.1, 0.75, False)
    labels = {"none": "Independent", "a": "LKJ(1)"}
    first, second = sample_size_sentences(table, {"rho": {"width": 0.75}}, labels, {})
    assert first == ("rho, width at most 0.75, under Independent: the prior has no such estimate.")
    assert second.startswith("rho, width at most 0.75, under LKJ(1): 15 subjects")


SMALLEST = "10 subjects or fewer, since the smallest size reaches the goal"


@pytest.mark.parametrize(
    ("estimates", "goal", "answer"),
    [
        ([1.0, 0.5, 0.2], 0.75, "15 subjects (Monte Carlo interval 13 to 17)"),
        ([1.0, 0.9, 0.8], 0.5, "more than 40 subjects"),
        ([0.4, 0.3, 0.2], 0.5, SMALLEST),
        ([1.0, 0.9, 0.7], 0.75, "34 subjects (Monte Carlo interval 24 to more than 40)"),
        # the band crosses the goal beyond an end: 0.8 - 0.1 at 40 but 0.9 - 0.1 at 20
        ([1.0, 0.9, 0.8], 0.75, "more than 40 subjects (Monte Carlo interval 29 to more than 40)"),
        ([0.7, 0.6, 0.5], 0.75, f"{SMALLEST} (Monte Carlo interval 10 or fewer to 15)"),
        ([0.8, 0.6, 0.5], 0.75, "12 subjects (Monte Carlo interval 10 or fewer to 17)"),
    ],
)
def test_sentences(estimates, goal, answer):
    (found,) = sample_size_sentences(
        curve(estimates, 0.1, goal, False), {"rho": {"width": goal}}, {"a": "LKJ(1)"}, {}
    )
    assert found == f"rho, width at most {goal:g}, under LKJ(1): {answer}."


def test_the_table_has_the_measures_of_every_number_of_subjects(rng):
    def estimates(subjects, prior):
        n = 50
        mean = rng.normal(0.2, 1 / np.sqrt(subjects), n)
        ends = {"q2.5": mean - 2 / np.sqrt(subjects), "q97.5": mean + 2 / np.sqrt(subjects)}
        ends |= {"hdi95_low": ends["q2.5"], "hdi95_high": ends["q97.5"]}
        keys = {"scenario": "s", "prior": prior, "engine": "exact", "parameter": "rho"}
        return pd.DataFrame(
            keys
            | {
                "replicate": range(n),
                "truth": 0.2,
                "mean": mean,
                "median": mean,
                "sd": 0.1,
                "crps": 0.1,
            }
            | ends
        )

    parts = [(n, pd.concat([estimates(n, "b"), estimates(n, "a")])) for n in (10, 40)]
    table = sample_size_table(parts, {"rho": {"width": 0.8, "reject": 0.5}})
    assert list(table["measure"].unique()) == ["width", "reject"]
    width = table[table["measure"] == "width"]
    assert list(width["prior"]) == ["b", "b", "a", "a"], "in the order of the config"
    assert list(width["subjects"]) == [10, 40, 10, 40]
    np.testing.assert_allclose(width["estimate"], [4 / 10**0.5, 4 / 40**0.5] * 2)
    assert (table["n"] == 50).all() and table["at_least"].sum() == 4
