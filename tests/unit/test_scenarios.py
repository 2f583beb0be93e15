import math

import pytest

from recovery.data.batches import batch_replicates, batches
from recovery.data.scenarios import Scenario


@pytest.mark.parametrize("replicates", [2, 19, 20, 21, 100])
@pytest.mark.parametrize("size", [1, 7, 20, 500])
def test_batches_hold_every_replicate_once(replicates, size):
    held = [number for batch in batches(replicates, size) for number in batch_replicates(batch)]
    assert held == list(range(1, replicates + 1))


def test_whole_batches_stay_when_replicates_are_added():
    assert batches(60, 20)[:2] == batches(40, 20)


def test_a_scenario_survives_the_way_through_a_table():
    row = {"scenario": "a", "rho": 0.1, "subjects": 6, "days": 5, "replicates": 9, "nuts": 3}
    row |= {"beta0": 250.0, "beta1": 10.0, "sigma_u0": 20.0, "sigma_u1": 5.0, "sigma": 25.0}
    scenario = Scenario.from_row(row)
    balanced_and_normal = {"missing": 0.0, "effects_df": math.inf, "residual_df": math.inf}
    assert scenario.columns() == row | balanced_and_normal
    row |= {"missing": 0.2, "effects_df": 4.0, "residual_df": 5.0}
    scenario = Scenario.from_row(row)
    assert scenario.columns() == row
    assert Scenario.from_row(scenario.columns()) == scenario
