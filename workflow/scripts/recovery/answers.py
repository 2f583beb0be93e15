"""What the tables say, in short: the answers that the report opens with."""

import numpy as np
import pandas as pd
from scipy import stats

from .estimates import PARAMETERS
from .tables import HEADLINE_LEVEL, standardised_errors


def headline_table(recovery: pd.DataFrame) -> pd.DataFrame:
    """Coverage, bias and width of each parameter and prior over all scenarios.

    Returns
    -------
    DataFrame
        A row per parameter and prior: ``coverage`` of the 95 % interval, its mean over the
        scenarios with ``mcse``, ``lowest`` and ``highest``; ``off``, scenarios whose Monte Carlo
        interval excludes 0.95, of ``scenarios``; ``width``, mean over the scenarios;
        ``largest_bias`` (in size, signed) with ``bias_mcse``.
    """
    rows = []
    found = recovery.dropna(subset="estimate")
    for keys, own in found.groupby(["parameter", "prior"], sort=False):
        headline = own[own["level"] == HEADLINE_LEVEL].set_index("measure")
        coverage, width = headline.loc[["coverage"]], headline.loc[["width"]]
        share = coverage["estimate"]
        # scenarios are independent of each other
        mcse = np.sqrt(np.square(coverage["mcse"]).sum()) / len(coverage)
        off = ((coverage["low"] > HEADLINE_LEVEL) | (coverage["high"] < HEADLINE_LEVEL)).sum()
        bias = own[own["measure"] == "bias"]
        worst = bias.loc[bias["estimate"].abs().idxmax()]
        extremes = (share.mean(), mcse, share.min(), share.max())
        biases = (worst["estimate"], worst["mcse"])
        rows.append((*keys, *extremes, off, len(coverage), width["estimate"].mean(), *biases))
    columns = ["parameter", "prior", "coverage", "mcse", "lowest", "highest", "off", "scenarios"]
    table = pd.DataFrame(rows, columns=[*columns, "width", "largest_bias", "bias_mcse"])
    order = table["parameter"].map(PARAMETERS.index)
    return table.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def accuracy_sentence(estimates: pd.DataFrame) -> str:
    """How far sampled posterior means are from the exact ones."""
    checked = standardised_errors(estimates).dropna(subset="z")
    if checked.empty:
        return "Nothing was sampled: the estimates are those of the exact posterior."
    z = checked["z"]
    error = (checked["mean"] - checked["exact_mean"]) / checked["exact_sd"]
    # what one fit, or fits of one data set, say of several parameters is not independent
    by_dataset = error.groupby([checked["scenario"], checked["replicate"]]).mean()
    by_chance = 2.0 * stats.norm.sf(4.0) * len(z)
    mean, mcse = by_dataset.mean(), by_dataset.sem()
    return (
        f"{len(z):,} sampled posterior means were held against the exact posterior: their errors "
        f"have mean {mean:.2g} ± {mcse:.1g} posterior standard deviations and, in Monte Carlo "
        f"standard errors, an sd of {z.std():.2f} (0 and 1 if the sampler is right); the largest "
        f"is {z.abs().max():.1f}, and {(z.abs() > 4).sum()} exceed 4 (of normal errors "
        f"{by_chance:.0f} would)."
    )


def control_sentence(control: pd.DataFrame) -> str:
    """Whether priors that are one density agree."""
    if control.empty:
        return "No two priors of the study are one density, so there is no negative control."
    broken = control[~control["clean"]]
    verdict = (
        f"clean: none of {len(control):,} paired differences is told from 0"
        if broken.empty
        else f"NOT clean: {len(broken)} of {len(control):,} paired differences are told from 0"
    )
    return (
        "The negative control, priors that are one density in two codings, is "
        f"{verdict} (smallest adjusted p {control['p_adjusted'].min():.2g})."
    )


def calibration_sentence(table: pd.DataFrame) -> str:
    """Whether every prior is sampled as it claims, by `calibration.calibration_table`."""
    caught = table[~table["calibrated"]]
    lost = int((table["requested"] - table["n"]).sum())
    tested = (
        f"{table['prior'].nunique()} priors by {table['method'].nunique()} methods, "
        f"{len(table)} quantities in all, {table['requested'].max()} truths each"
    )
    verdict = (
        f"Calibrated: the ranks of {tested}, are not told from uniform"
        if caught.empty
        else f"NOT calibrated: of {tested}, {len(caught)} are not uniform ("
        + ", ".join(f"{row.prior} {row.method} {row.quantity}" for row in caught.itertuples())
        + ")"
    )
    return (
        f"{verdict} (smallest adjusted p {table['p_adjusted'].min():.2g}; "
        f"{lost} ranks lost to failed fits)."
    )


def missingness_sentence(missingness: pd.DataFrame) -> str:
    """What became of the fits."""
    total = missingness.drop(columns=["scenario", "prior"]).sum()
    return (
        f"{total['requested']:,} fits were asked for: {total['failed']:,} failed, "
        f"{total['not_converged']:,} did not converge (they stay in all "
        f"measures), {total['refitted']:,} were refitted."
    )


def precision_sentence(plan: pd.DataFrame) -> str:
    """Whether the replicates were enough."""
    short = plan[plan["needed"] > plan["replicates"]]
    if plan.empty:
        return "No Monte Carlo standard error was asked for (mcse_target) that a prior here has."
    if short.empty:
        return "Every Monte Carlo standard error asked for (mcse_target) is reached."
    return (
        f"{len(short)} of {len(plan)} Monte Carlo standard errors asked for (mcse_target) are not "
        f"reached: up to {plan['needed'].max():,} replicates a scenario are needed. Differences "
        "within the Monte Carlo intervals are no findings."
    )
