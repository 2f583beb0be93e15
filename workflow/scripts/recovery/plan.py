"""How many replicates the wanted Monte Carlo standard errors take."""

import numpy as np
import pandas as pd

from .tables import HEADLINE_LEVEL


def plan_table(
    recovery: pd.DataFrame, targets: dict[str, dict[str, float]], batch_size: int
) -> pd.DataFrame:
    """Replicates that each scenario needs, told from those that it has.

    Monte Carlo standard errors fall as 1 / sqrt(n), so that n replicates of error e need
    n (e / target)^2 for a target (Morris, White & Crowther 2019, section 5.3). (Those of shares
    that are 0 or 1 so far fall faster.)

    Parameters
    ----------
    recovery : DataFrame
        As `tables.recovery_table` makes it, with the sheet's ``replicates``.
    targets : dict
        Monte Carlo standard errors wanted, parameter -> measure -> value; of an interval's
        measure it is that at 95 %.
    batch_size : int
        Replicates of a batch.

    Returns
    -------
    DataFrame
        A row per scenario and target: ``scenario, parameter, measure, prior`` (the one that needs
        most), ``replicates, mcse, target, needed`` and ``replicates_to_set``: needed, in whole
        batches if it takes more than one, or what there is if that is enough.
    """
    rows = []
    headline = recovery[recovery["level"].isna() | (recovery["level"] == HEADLINE_LEVEL)]
    wanted = [(p, m, value) for p, measures in targets.items() for m, value in measures.items()]
    for scenario, own in headline.groupby("scenario", sort=False):
        for parameter, measure, target in wanted:
            chosen = own.query("parameter == @parameter and measure == @measure")
            chosen = chosen.dropna(subset="mcse")
            if chosen.empty:
                continue
            # rounded first: 475 and a last bit are not 476;
            # in replicates asked for, of which some fits may have failed
            asked = chosen["replicates"] * (chosen["mcse"] / target) ** 2
            needs = np.ceil(np.round(asked, 6))
            worst = chosen.loc[needs.idxmax()]
            needed, n = int(needs.max()), int(worst["replicates"])
            whole = needed if needed <= batch_size else -(-needed // batch_size) * batch_size
            setting = n if needed <= n else whole
            rows.append(
                (scenario, parameter, measure, worst["prior"], n, worst["mcse"], target, needed,
                 setting)
            )  # fmt: skip
    columns = ["scenario", "parameter", "measure", "prior", "replicates", "mcse", "target"]
    return pd.DataFrame(rows, columns=[*columns, "needed", "replicates_to_set"])


def plan_sentences(plan: pd.DataFrame) -> list[str]:
    """What the plan says of each scenario, in a sentence, by the target that asks for most."""
    sentences = []
    for scenario, own in plan.groupby("scenario", sort=False):
        worst = own.loc[own["needed"].idxmax()]
        about = f"{worst['measure']} of {worst['parameter']} under {worst['prior']}"
        if worst["needed"] <= worst["replicates"]:
            sentences.append(f"{scenario}: {worst['replicates']} replicates are enough.")
        else:
            sentences.append(
                f"{scenario}: {worst['needed']} replicates are needed and {worst['replicates']} "
                f"are there (mcse {worst['mcse']:.3g} for {worst['target']:g}, {about}); "
                f"set replicates to {own['replicates_to_set'].max()}."
            )
    return sentences
