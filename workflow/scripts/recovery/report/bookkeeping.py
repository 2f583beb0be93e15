"""Whether the numbers can be trusted: fits, sampler, control, precision and calibration."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd
from scipy import stats

from recovery.parameters import MOST_RANDOM, correlations

ENGINE_NAMES = {"exact": "Exact posteriors", "nuts": "NUTS", "reml": "REML"}

MOST_FAILED = 0.01


class Check(NamedTuple):
    """One line of the bookkeeping: whether all is well, and in words; None if it does not apply."""

    passed: bool | None
    sentence: str


def checks(
    missingness: pd.DataFrame, compared: pd.DataFrame, control: pd.DataFrame, needed: pd.DataFrame
) -> list[Check]:
    """The bookkeeping of a study.

    Parameters
    ----------
    missingness, control, needed : DataFrame
        ``missingness.csv``, ``control.csv`` and ``replicates_needed.csv``.
    compared : DataFrame
        Of `read_compared`.
    """
    z = compared["z_mean"].dropna()
    by_chance = 2.0 * stats.norm.sf(4.0) * len(z)
    agrees = bool((z.abs() > 4).sum() <= stats.poisson.isf(1e-3, by_chance)) if len(z) else None
    reached = bool((needed["needed"] <= needed["replicates"]).all()) if len(needed) else None
    return [
        Check(not missingness["failed"].any(), missingness_sentence(missingness)),
        Check(agrees, accuracy_sentence(compared)),
        Check(bool(control["clean"].all()) if len(control) else None, control_sentence(control)),
        Check(reached, precision_sentence(needed)),
    ]


def accuracy_sentence(compared: pd.DataFrame) -> str:
    """Report the errors of sampled posterior means, of `read_compared`."""
    checked = compared.dropna(subset="z_mean")
    if checked.empty:
        return "No fits by NUTS were compared with exact ones."
    z, error = checked["z_mean"], checked["error_mean"]
    # errors of several parameters in one fit, or in fits of one data set, are dependent
    by_dataset = error.groupby([checked["scenario"], checked["replicate"]]).mean()
    by_chance = 2.0 * stats.norm.sf(4.0) * len(z)
    mean, mcse = by_dataset.mean(), by_dataset.sem()
    return (
        f"{len(z):,} posterior means sampled by NUTS were compared with the exact ones. Their "
        f"errors have mean {mean:.2g} ± {mcse:.1g} posterior standard deviations. Divided by their "
        f"Monte Carlo standard errors they have an sd of {z.std():.2f} (a correct sampler: 1); the "
        f"largest is {z.abs().max():.1f}, and {(z.abs() > 4).sum()} exceed 4 (expected by chance: "
        f"{by_chance:.0f})."
    )


def control_sentence(control: pd.DataFrame) -> str:
    """Report whether implementations of the same prior agree."""
    if control.empty:
        return "No two priors of the study have the same density, so there is no negative control."
    broken = control[~control["clean"]]
    verdict = (
        f"clean: none of {len(control):,} paired differences differs from 0 at the 1 % level"
        if broken.empty
        else f"NOT clean: {len(broken)} of {len(control):,} paired differences differ "
        "from 0 at the 1 % level"
    )
    rhos = control["parameter"].isin([*correlations(2), *correlations(MOST_RANDOM)])
    rho = control[rhos].groupby("measure")["detectable"].max()
    found = [
        f"{rho[measure]:.2g} in the {measure} of rho"
        for measure in ("coverage", "bias")
        if measure in rho and rho[measure] == rho[measure]
    ]
    power = (
        f"; only differences of {' and '.join(found)} would have been found with probability 0.9"
        if found
        else "; it could have found no difference in the coverage of rho"
    )
    return (
        "The negative control, two implementations of the same prior sampled by NUTS, is "
        f"{verdict} (smallest adjusted p {control['p_adjusted'].min():.2g}){power}."
    )


def calibration_sentence(table: pd.DataFrame) -> str:
    """Report whether every prior is sampled as it claims, from `calibration_table`."""
    # ArviZ takes seconds to import, which other pages need not pay
    from recovery.calibration.ranks import ALARM

    caught = table[table["p_adjusted"] < ALARM]
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
    unsure = table[~table["calibrated"] & ~(table["p_adjusted"] < ALARM)]
    named = ", ".join(
        f"{row.prior} by {row.method} ({row.not_converged:,} of {row.requested:,} fits not "
        f"converged, {row.requested - row.n:,} without a rank)"
        for row in unsure.drop_duplicates(["prior", "method"]).itertuples()
    )
    flagged = f"; NOT counted as calibrated: {named}" * bool(named)
    return (
        f"{verdict} (smallest adjusted p {table['p_adjusted'].min():.2g}; "
        f"{lost} ranks lost to failed fits){flagged}."
    )


def missingness_sentence(missingness: pd.DataFrame) -> str:
    """Report the outcomes of the fits, by engine."""
    counts = missingness.groupby("engine", sort=False)[
        ["requested", "computed", "not_converged", "singular", "failed"]
    ]
    return " ".join(
        f"{ENGINE_NAMES[row.Index]}: {row.requested:,} fits"
        + (
            f" ({row.computed:,} were computed; priors of one density share them)"
            if row.computed < row.requested
            else ""
        )
        + f", of which {row.failed:,} failed and "
        + (
            f"{row.singular:,} are singular (they are kept)."
            if row.Index == "reml"
            else f"{row.not_converged:,} miss a limit of the diagnostics (they are kept: leaving "
            "them out would be a selection)."
        )
        for row in counts.sum().itertuples()
    )


def failures_warning(missingness: pd.DataFrame) -> str:
    """A sentence if over 1 % of the fits failed in any scenario under any prior, else nothing."""
    share = missingness["failed"] / missingness["requested"]
    if not (share > MOST_FAILED).any():
        return ""
    worst = missingness.loc[share.idxmax()]
    where = f"{worst['prior']} ({worst['engine']}) in scenario {worst['scenario']}"
    return (
        f"Warning: over {100 * MOST_FAILED:g} % of the fits failed in "
        f"{(share > MOST_FAILED).sum()} of {len(share)} combinations of scenario and prior; most "
        f"of all {worst['failed']} of {worst['requested']} under {where}. What follows describes "
        "the other fits only; the tables of fits say why each failed."
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


def cost_sentence(fits: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """What a fit by NUTS costs under each prior, and exactly.

    Parameters
    ----------
    fits : DataFrame
        Rows of ``tables/fits``.
    labels : dict
        Label of each prior by its id.
    """
    nuts = fits[(fits["engine"] == "nuts") & (fits["status"] != "failed")]
    exact = fits.loc[fits["engine"] == "exact", "sampling_seconds"].median()
    text = f"An exact fit takes {1000 * exact:.2g} CPU ms (median). " if exact > 0.0 else ""
    if nuts.empty:
        return text.strip()
    parts = [
        f"{labels[prior]} {own['sampling_seconds'].median():.2g}"
        for prior, own in nuts.groupby("prior", sort=False)
        if prior in labels
    ]
    return f"{text}By NUTS, CPU seconds per fit: {', '.join(parts)}."
