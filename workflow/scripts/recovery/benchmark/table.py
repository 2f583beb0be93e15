"""Summarise the benchmark's fits."""

import pandas as pd

KEYS = ["prior", "method", "target_accept"]


def cost_table(fits: pd.DataFrame) -> pd.DataFrame:
    """Medians over the fits of each prior and method.

    Parameters
    ----------
    fits : DataFrame
        Rows of `cost.measure_costs` with a column ``prior``.

    Returns
    -------
    DataFrame
        Keys, number of ``fits``, ``first_compile_seconds`` (with an empty cache), medians of the
        times, gradient evaluations and ESS;
        ``ess_per_second`` (of sampling CPU time) with its lower and upper quartile over the
        fits; ``divergences`` (mean per fit) and ``divergent_fits`` (how many had any).
    """
    fits = fits.assign(
        ess_per_second=fits["min_ess_bulk"] / fits["sampling_seconds"],
        diverged=fits["divergences"] > 0,
    )
    groups = fits.groupby(KEYS, sort=False, dropna=False)
    speed = groups["ess_per_second"]
    return groups.agg(
        fits=("sampling_seconds", "size"),
        first_compile_seconds=("compile_seconds", "first"),
        compile_seconds=("compile_seconds", "median"),
        sampling_seconds=("sampling_seconds", "median"),
        gradient_evaluations=("gradient_evaluations", "median"),
        min_ess_bulk=("min_ess_bulk", "median"),
        ess_per_second=("ess_per_second", "median"),
        divergences=("divergences", "mean"),
        divergent_fits=("diverged", "sum"),
    ).assign(
        ess_per_second_q25=speed.quantile(0.25),
        ess_per_second_q75=speed.quantile(0.75),
    ).reset_index()  # fmt: skip
