"""Stack the tables of a scenario's batches."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from recovery.files import read_table

ENGINES = ("exact", "nuts", "reml")
"""Engines in the order of the tables: all replicates exactly, the first ones by NUTS and REML."""


def stack_batches(paths: Sequence[str | Path], priors: Sequence[str]) -> pd.DataFrame:
    """Stack the tables of batches, ordered by engine, prior and replicate.

    Parameters
    ----------
    paths : sequence of path
        Parquet files with the columns ``replicate, prior, engine`` and others.
    priors : sequence of str
        The priors, in the order of the config.

    Returns
    -------
    DataFrame
        All rows. The order does not depend on the sizes of the batches.

    Raises
    ------
    InputError
        If a file is damaged.
    """
    table = read_batches(paths)
    order = {name: i for names in (ENGINES, priors) for i, name in enumerate(names)}
    return table.sort_values(
        ["engine", "prior", "replicate"],
        key=lambda column: column.map(order) if column.name != "replicate" else column,
        kind="stable",
        ignore_index=True,
    )


def read_batches(paths: Sequence[str | Path], keys: Sequence[str] = ()) -> pd.DataFrame:
    """All rows of parquet files, with the names of the folders above a file as columns `keys`.

    Raises
    ------
    InputError
        If a file is damaged.
    """
    batches = []
    for path in map(Path, paths):
        folders = path.parts[-1 - len(keys) : -1]
        batches.append(read_table(path).assign(**dict(zip(keys, folders))))
    return pd.concat(batches, ignore_index=True)
