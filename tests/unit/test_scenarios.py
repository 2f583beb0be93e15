import pytest

from recovery.data.batches import batch_replicates, batches
from recovery.data.scenarios import days


@pytest.mark.parametrize("replicates", [2, 20, 21])
@pytest.mark.parametrize("size", [1, 20, 500])
def test_batches_hold_every_replicate_once(replicates, size):
    held = [number for batch in batches(replicates, size) for number in batch_replicates(batch)]
    assert held == list(range(1, replicates + 1))


def test_whole_batches_stay_when_replicates_are_added():
    assert batches(60, 20)[:2] == batches(40, 20)


def test_days_are_the_times_from_0():
    assert days(3) == (0.0, 1.0, 2.0)
