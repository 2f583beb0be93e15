"""Priors of equal results as one curve."""

import pandas as pd


def merge_equal(
    table: pd.DataFrame, labels: dict[str, str], values: str = "estimate"
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Leave out priors whose values all equal those of an earlier one.

    Parameters
    ----------
    table : DataFrame
        One row per prior and whatever else, in the same order for every prior.
    labels : dict
        Prior -> label, in the order of the config.
    values : str
        The column compared.

    Returns
    -------
    table, labels
        Without such priors; the label of the one that stays names them all, joined by ``=``.
    """
    merged: dict[str, str] = {}
    seen: dict[tuple, str] = {}
    for prior, label in labels.items():
        own = tuple(table.loc[table["prior"] == prior, values])
        if own and own in seen:
            merged[seen[own]] += f" = {label}"
        elif own:
            seen[own] = prior
            merged[prior] = label
    return table[table["prior"].isin(list(merged))], merged
