"""What is estimated of simulated data sets, with its truth."""

from typing import Any

import numpy as np
import xarray as xr

from recovery.exact.batch import Targets
from recovery.exact.estimands import Estimands
from recovery.parameters import PARAMETERS


def targets_of(datasets: xr.Dataset, wanted: dict[str, Any]) -> Targets:
    """The targets of a batch of data sets as `simulate` makes them.

    Parameters
    ----------
    datasets : xarray.Dataset
        The data sets.
    wanted : dict
        The fields of `Estimands`, and ``replicates``, how many data sets, the first ones, they are
        computed for.
    """
    fields = {name: value for name, value in wanted.items() if name != "replicates"}
    estimands = Estimands(**fields)
    columns = {name: datasets[name].to_numpy() for name in PARAMETERS}
    new = datasets["new_effects"].to_numpy().T
    truths = np.vstack([*columns.values(), estimands.values(columns, new)]).T
    population = np.stack([columns["beta0"], columns["beta1"]], axis=1)
    lines = population[:, :, None] + datasets["effects"].to_numpy()
    first = datasets["replicate"].to_numpy() <= wanted["replicates"]
    return Targets(estimands, truths, lines, first & estimands.wanted)
