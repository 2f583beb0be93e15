"""What simulation-based calibration can see: the power of its alarm."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from arviz_stats.base import array_stats
from scipy import special

from recovery.calibration.ranks import ALARM, RANK_DRAWS

DEVIATIONS = {
    "mean off by 0.05 sd": (0.05, 1.0),
    "mean off by 0.1 sd": (0.1, 1.0),
    "mean off by 0.15 sd": (0.15, 1.0),
    "mean off by 0.2 sd": (0.2, 1.0),
    "sd 10 % too small": (0.0, 1.0 / 0.9),
    "sd 10 % too large": (0.0, 1.0 / 1.1),
}
"""Errors of a normal posterior: its truth lies at shift + scale z, z standard normal."""
SIMULATIONS = 400


def power_table(replicates: Mapping[str, int], tests: int) -> pd.DataFrame:
    """Probability that the alarm catches an error of one quantity's posterior.

    The alarm is ``p_adjusted`` < 0.01 of `calibration_table`: ArviZ's ``pot_c`` times the number
    of tests. Its p values never exceed 0.5, as each is at most half the smallest of many.

    Parameters
    ----------
    replicates : mapping
        Number of ranks of each method.
    tests : int
        Number of tests of the calibration table.

    Returns
    -------
    DataFrame
        Columns ``method, n, tests, deviation, power`` and ``mcse``.
    """
    rows = []
    for method, n in replicates.items():
        rng = np.random.default_rng(0)  # the same for every study of this size
        for deviation, (shift, scale) in DEVIATIONS.items():
            caught = [_alarm(shift, scale, n, tests, rng) for _ in range(SIMULATIONS)]
            power = float(np.mean(caught))
            mcse = np.sqrt(max(power * (1.0 - power), 1.0 / SIMULATIONS) / SIMULATIONS)
            rows.append((method, n, tests, deviation, power, mcse))
    return pd.DataFrame(rows, columns=["method", "n", "tests", "deviation", "power", "mcse"])


def _alarm(shift: float, scale: float, n: int, tests: int, rng: np.random.Generator) -> bool:
    """Whether ranks of truths among draws of a wrong posterior set off the alarm."""
    below = special.ndtr(shift + scale * rng.standard_normal(n))
    pit = (rng.binomial(RANK_DRAWS, below) + rng.random(n)) / (RANK_DRAWS + 1)
    p_value = float(array_stats.uniformity_test(pit, method="pot_c")[0])
    return p_value * tests < ALARM
