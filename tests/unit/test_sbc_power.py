"""The power of the calibration's alarm, and that it seldom cries for nothing."""

import numpy as np
import pytest
from arviz_stats.base import array_stats

from recovery.calibration import power
from recovery.calibration.power import power_table

TESTS = 93


@pytest.fixture(scope="module")
def table():
    replicates = {"marginal": 500, "exact": 4500}
    return power_table(replicates, TESTS).set_index(["method", "deviation"])["power"]


def test_500_ranks_miss_small_errors(table):
    """As a reader computed: a shift of 0.15 sd is caught with probability 0.15 or so."""
    assert 0.08 < table["marginal", "mean off by 0.15 sd"] < 0.32
    assert table["marginal", "sd 10 % too small"] < 0.1


def test_the_exact_engine_s_replicates_find_them(table):
    """The default of sbc.exact_replicates: probability 0.9, known to 0.015."""
    for deviation in ("mean off by 0.1 sd", "sd 10 % too small", "sd 10 % too large"):
        assert table["exact", deviation] > 0.9 - 3 * 0.015, deviation


def test_the_alarm_is_silent_where_nothing_is_wrong(monkeypatch):
    monkeypatch.setattr(power, "DEVIATIONS", {"none": (0.0, 1.0)})
    found = power_table({"exact": 500}, TESTS)["power"].item()
    # 0.01 / 93 per test: one in 400 would come once in 24 such tables
    assert found <= 1 / 400


def test_p_values_of_pot_c_do_not_exceed_a_half(rng):
    p = [float(array_stats.uniformity_test(rng.random(200), method="pot_c")[0]) for _ in range(500)]
    assert max(p) < 0.5
    # below 0.05 they are close to uniform
    assert abs(np.mean(np.array(p) < 0.05) - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 500)
