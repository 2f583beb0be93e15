"""How many replicates the wanted Monte Carlo standard errors take."""

import numpy as np
import pandas as pd

from recovery.summaries.recovery import headline

MOST = 0.9
"""Share of the data sets that a method must have fitted; some fits may have failed."""


def replicates_needed(
    recovery: pd.DataFrame, designs: pd.DataFrame, targets: dict[str, dict[str, float]]
) -> pd.DataFrame:
    """Replicates that each scenario needs, computed from those it has.

    Monte Carlo standard errors fall as 1 / sqrt(n), so that n replicates of error e need
    n (e / target)^2 for a target (Morris, White & Crowther 2019, section 5.3). (Those of shares
    that are 0 or 1 so far fall faster.)

    Parameters
    ----------
    recovery : DataFrame
        ``recovery.csv``.
    designs : DataFrame
        ``designs.csv``, with the numbers of ``replicates``.
    targets : dict
        Wanted Monte Carlo standard errors, parameter -> measure -> value; of an interval's
        measure it is that at 95 %.

    Returns
    -------
    DataFrame
        One row per scenario and target: ``scenario, parameter, measure, prior`` (the one that
        needs most), ``replicates, mcse, target`` and ``needed``.
    """
    rows = []
    table = recovery.merge(designs[["scenario", "replicates"]], on="scenario")
    for scenario, own in table.groupby("scenario", sort=False):
        for parameter, measures in targets.items():
            for measure, target in measures.items():
                chosen = headline(own, measure).query("parameter == @parameter")
                chosen = chosen.dropna(subset="mcse")
                if chosen.empty:
                    continue
                # more replicates do not help a method that is to fit fewer of them
                chosen = chosen[chosen["n"] >= MOST * chosen["n"].max()]
                # counted in requested replicates, of which some fits may have failed;
                # rounded first: 475 plus a rounding error is not 476
                wanted = chosen["replicates"] * (chosen["mcse"] / target) ** 2
                needs = np.ceil(np.round(wanted, 6))
                worst = chosen.loc[needs.idxmax()]
                rows.append(
                    {
                        "scenario": scenario,
                        "parameter": parameter,
                        "measure": measure,
                        "prior": worst["prior"],
                        "replicates": int(worst["replicates"]),
                        "mcse": worst["mcse"],
                        "target": target,
                        "needed": int(needs.max()),
                    }
                )
    columns = ["scenario", "parameter", "measure", "prior", "replicates", "mcse", "target"]
    return pd.DataFrame(rows, columns=[*columns, "needed"])


def replicates_needed_sentences(table: pd.DataFrame) -> list[str]:
    """The need of each scenario in one sentence, for the target that needs most replicates."""
    sentences = []
    for scenario, own in table.groupby("scenario", sort=False):
        worst = own.loc[own["needed"].idxmax()]
        about = f"{worst['measure']} of {worst['parameter']} under {worst['prior']}"
        if worst["needed"] <= worst["replicates"]:
            sentences.append(f"{scenario}: {worst['replicates']} replicates are enough.")
        else:
            sentences.append(
                f"{scenario}: needs {worst['needed']} replicates, has {worst['replicates']} "
                f"(mcse {worst['mcse']:.3g} for {worst['target']:g}, {about}); "
                f"set replicates to {worst['needed']}."
            )
    return sentences
