"""Sentences and a table that summarise the results: the answers that open the report."""

import numpy as np
import pandas as pd
from scipy import stats

from recovery.columns import HEADLINE_LEVEL
from recovery.parameters import PARAMETERS
from recovery.summaries.recovery import READ, headline

ENGINES = {"exact": "Exact posteriors", "nuts": "NUTS", "reml": "REML"}


def headline_table(recovery: pd.DataFrame) -> pd.DataFrame:
    """Coverage, bias and width of each parameter and prior over all scenarios.

    Returns
    -------
    DataFrame
        One row per parameter and prior: ``coverage`` of the 95 % interval, its mean over the
        scenarios with ``mcse``, ``lowest`` and ``highest``; ``off``, the number of ``scenarios``
        whose Monte Carlo interval excludes 0.95; ``width``, the mean over the scenarios;
        ``largest_bias`` (in size, signed) with ``bias_mcse``.
    """
    rows = []
    found = recovery[recovery["engine"].isin(READ)].dropna(subset="estimate")
    for (parameter, prior), own in found.groupby(["parameter", "prior"], sort=False):
        at_95 = own[own["level"] == HEADLINE_LEVEL].set_index("measure")
        coverage, width = at_95.loc[["coverage"]], at_95.loc[["width"]]
        share = coverage["estimate"]
        # scenarios are independent of each other
        mcse = np.sqrt(np.square(coverage["mcse"]).sum()) / len(coverage)
        off = ((coverage["low"] > HEADLINE_LEVEL) | (coverage["high"] < HEADLINE_LEVEL)).sum()
        bias = own[own["measure"] == "bias"]
        worst = bias.loc[bias["estimate"].abs().idxmax()]
        rows.append(
            {
                "parameter": parameter,
                "prior": prior,
                "coverage": share.mean(),
                "mcse": mcse,
                "lowest": share.min(),
                "highest": share.max(),
                "off": off,
                "scenarios": len(coverage),
                "width": width["estimate"].mean(),
                "largest_bias": worst["estimate"],
                "bias_mcse": worst["mcse"],
            }
        )
    table = pd.DataFrame(rows)
    order = table["parameter"].map({name: i for i, name in enumerate(PARAMETERS)}).fillna(99)
    return table.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def accuracy_sentence(compared: pd.DataFrame) -> str:
    """Report the errors of sampled posterior means, of `compared_fits`."""
    checked = compared.dropna(subset="z_mean")
    if checked.empty:
        return "NUTS fitted no replicate: the estimates are from the exact posterior."
    z, error = checked["z_mean"], checked["error_mean"]
    # errors of several parameters in one fit, or in fits of one data set, are dependent
    by_dataset = error.groupby([checked["scenario"], checked["replicate"]]).mean()
    by_chance = 2.0 * stats.norm.sf(4.0) * len(z)
    mean, mcse = by_dataset.mean(), by_dataset.sem()
    return (
        f"{len(z):,} posterior means sampled by NUTS were compared with the exact ones. Their "
        f"errors have mean {mean:.2g} ± {mcse:.1g} posterior standard deviations. In Monte Carlo "
        f"standard errors they have an sd of {z.std():.2f} (a correct sampler: 1); the largest "
        f"is {z.abs().max():.1f}, and {(z.abs() > 4).sum()} exceed 4 (expected by chance: "
        f"{by_chance:.0f})."
    )


def control_sentence(control: pd.DataFrame) -> str:
    """Report whether priors that are one density agree."""
    if control.empty:
        return "No two priors of the study are one density, so there is no negative control."
    broken = control[~control["clean"]]
    verdict = (
        f"clean: none of {len(control):,} paired differences differs significantly from 0"
        if broken.empty
        else f"NOT clean: {len(broken)} of {len(control):,} paired differences differ "
        "significantly from 0"
    )
    rho = control[(control["parameter"] == "rho") & (control["measure"] == "bias")]
    found = f" It would have found a difference of {rho['detectable'].max():.2g} in the bias of rho"
    power = f"{found} with probability 0.9." if len(rho) else ""
    return (
        "The negative control, priors that are one density in two codings, sampled by NUTS, is "
        f"{verdict} (smallest adjusted p {control['p_adjusted'].min():.2g}).{power}"
    )


def calibration_sentence(table: pd.DataFrame) -> str:
    """Report whether every prior is sampled as it claims, from `calibration_table`."""
    caught = table[~table["calibrated"]]
    lost = int((table["requested"] - table["n"]).sum())
    tested = (
        f"{table['prior'].nunique()} priors by {table['method'].nunique()} methods, "
        f"{len(table)} quantities in all, {table['requested'].max()} truths each"
    )
    verdict = (
        f"Calibrated: the ranks of {tested}, do not differ significantly from uniform"
        if caught.empty
        else f"NOT calibrated: of {tested}, {len(caught)} differ significantly from uniform ("
        + ", ".join(f"{row.prior} {row.method} {row.quantity}" for row in caught.itertuples())
        + ")"
    )
    return (
        f"{verdict} (smallest adjusted p {table['p_adjusted'].min():.2g}; "
        f"{lost} ranks lost to failed fits)."
    )


def missingness_sentence(missingness: pd.DataFrame) -> str:
    """Report the outcomes of the fits, by engine."""
    counts = missingness.groupby("engine", sort=False)[["requested", "not_converged", "failed"]]
    return " ".join(
        f"{ENGINES[row.Index]}: {row.requested:,} fits, of which {row.failed:,} failed and "
        f"{row.not_converged:,} did not converge (these stay in all measures)."
        for row in counts.sum().itertuples()
    )


def precision_sentence(plan: pd.DataFrame) -> str:
    """Report whether the replicates were enough."""
    short = plan[plan["needed"] > plan["replicates"]]
    if plan.empty:
        return "No target Monte Carlo standard error (mcse_target) applies to a prior here."
    if short.empty:
        return "Every target Monte Carlo standard error (mcse_target) is reached."
    return (
        f"{len(short)} of {len(plan)} target Monte Carlo standard errors (mcse_target) are not "
        f"reached: up to {plan['needed'].max():,} replicates per scenario are needed. Differences "
        "within the Monte Carlo intervals are not findings."
    )


def short_answer(recovery: pd.DataFrame, labels: dict[str, str]) -> str:
    """Coverage of rho's 95 % interval over the true rho, for every prior, in one line."""
    coverage = headline(recovery, "coverage").query("parameter == 'rho'").dropna(subset="estimate")
    if coverage.empty:
        return "No prior here has a correlation, so there is no coverage of rho."
    parts = [
        f"{labels[prior]} {own['estimate'].min():.3f}-{own['estimate'].max():.3f}"
        for prior, own in coverage.groupby("prior", sort=False)
    ]
    return (
        f"Coverage of the 95 % interval of rho, over {coverage['scenario'].nunique()} scenarios: "
        f"{', '.join(parts)} (Monte Carlo standard error at most {coverage['mcse'].max():.3f})."
    )
