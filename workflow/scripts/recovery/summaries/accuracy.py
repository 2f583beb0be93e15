"""Sampled posteriors compared with the exact ones, on the same data sets."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from recovery.files import read_table
from recovery.summaries.monte_carlo import jackknife_mcse, variance_without_each
from recovery.summaries.recovery import groups

COMPARED = {"mean": "mcse_mean", "sd": "mcse_sd", "q2.5": "mcse_q2.5", "q97.5": "mcse_q97.5"}
"""What is compared, with the column of its Monte Carlo standard error."""
SUMMARIES = [
    "mean", "mean_mcse", "sd", "sd_mcse", "largest", "beyond_4", "error", "error_mcse", "n",
]  # fmt: skip
ON_ONE_FIT = ["scenario", "prior", "replicate", "parameter"]
COLUMNS = [*ON_ONE_FIT, "engine", *COMPARED, *COMPARED.values()]


def accuracy_table(estimates: pd.DataFrame) -> pd.DataFrame:
    """How far NUTS is from the exact posterior, in its own standard errors and in posterior sds.

    Parameters
    ----------
    estimates : DataFrame
        Estimates of both engines.

    Returns
    -------
    DataFrame
        One row per scenario, prior, parameter and quantity (``mean, sd, q2.5, q97.5``). Of
        z = (sampled - exact) / mcse over the replicates: ``mean, sd, largest`` (in size) and
        ``beyond_4`` (their count), with ``mean_mcse`` = sd / sqrt(n) and ``sd_mcse`` by the
        jackknife, since the z of tail quantiles are heavy-tailed. A correct sampler has an sd of
        about 1. The mean of z is not quite 0 where posteriors are skewed, because a chain that
        ventures into the tail has a larger mean and a larger mcse. A bias shows in
        ``error``, the mean of (sampled - exact) / exact sd,
        with ``error_mcse``. ``n`` is the number of fits. z is missing for the sd of ``r_u``, whose
        exact one is estimated from draws.
    """
    rows = []
    for keys, group in groups(compared_fits(estimates), ["scenario", "prior", "parameter"]):
        for quantity in COMPARED:
            error = group[f"error_{quantity}"].dropna()
            z, n, several = group[f"z_{quantity}"].dropna(), len(error), len(error) > 1
            sd = z.std(ddof=1) if len(z) > 1 else np.nan
            summaries = (
                z.mean(),
                sd / np.sqrt(max(len(z), 1)),
                sd,
                jackknife_mcse(np.sqrt(variance_without_each(z.to_numpy()))),
                z.abs().max(),
                (z.abs() > 4).sum(),
                error.mean() if several else np.nan,
                error.sem() if several else np.nan,
                n,
            )
            rows.append((*keys, quantity, *summaries))
    return pd.DataFrame(rows, columns=["scenario", "prior", "parameter", "quantity", *SUMMARIES])


def compared_fits(estimates: pd.DataFrame) -> pd.DataFrame:
    """The errors of NUTS estimates, for fits that were also computed exactly.

    Returns
    -------
    DataFrame
        Keys and, for each quantity, ``error_`` (in exact posterior sds) and ``z_`` (in Monte
        Carlo standard errors; those of both engines where the exact value is estimated from
        draws).
    """
    nuts = estimates[estimates["engine"] == "nuts"].dropna(subset="mean")
    exact = estimates[estimates["engine"] == "exact"].dropna(subset="mean")
    both = nuts.merge(exact, on=ON_ONE_FIT, suffixes=("", "_exact"), validate="one_to_one")
    found = both[ON_ONE_FIT].copy()
    for quantity, mcse in COMPARED.items():
        difference = both[quantity] - both[f"{quantity}_exact"]
        own = both[mcse].where(both[mcse] > 0)
        exact_error = both[f"{mcse}_exact"].fillna(0.0)
        if quantity == "sd":  # an sd of draws has an error that is not known
            exact_error = exact_error.mask(both["mcse_mean_exact"] > 0)
        found[f"error_{quantity}"] = difference / both["sd_exact"]
        found[f"z_{quantity}"] = difference / np.hypot(own, exact_error)
    return found


def read_compared(paths: Iterable[str | Path]) -> pd.DataFrame:
    """`compared_fits` of scenarios' files of estimates; only what NUTS fitted is read."""
    tables = []
    for path in paths:
        nuts = read_table(path, columns=COLUMNS, filters=[("engine", "==", "nuts")])
        last = nuts["replicate"].max() if len(nuts) else 0
        exact = [("engine", "==", "exact"), ("replicate", "<=", last)]
        both = [nuts, read_table(path, columns=COLUMNS, filters=exact)]
        tables.append(compared_fits(pd.concat(both)))
    return pd.concat(tables, ignore_index=True)
