"""The designs of a study: what sets each apart, in words."""

from typing import Any

import numpy as np
import pandas as pd

from recovery.data.scenarios import AS_IN, DRAWN_FROM

NO_FACTORS = ("scenario", "design", "rho", "replicates", "nuts")


def with_design_names(scenarios: pd.DataFrame) -> pd.DataFrame:
    """Add a column ``design`` to the scenarios: what sets a design apart from the most common one.

    Scenarios that differ in correlations only are one design. The most common design is named by
    its size.
    """
    factors = [name for name in scenarios if name not in NO_FACTORS and name[:4] != "rho_"]
    # an effect that only some scenarios have sets none apart
    usual = {name: scenarios[name].mode()[0] for name in factors if scenarios[name].notna().all()}

    def words(row: pd.Series) -> str:
        unusual = [name for name in usual if row[name] != usual[name]] or ["subjects", "visits"]
        return ", ".join(_factor_in_words(name, row[name]) for name in unusual)

    names = scenarios.apply(words, axis=1)
    table = scenarios.copy()
    table.insert(1, "design", names)
    return table


def _factor_in_words(name: str, value: Any) -> str:
    match name:
        case "subjects":
            return f"{value:g} subjects"
        case "visits":
            return _visits_in_words(str(value))
        case "missing":
            return f"{100 * value:g} % missing" if value else "complete"
        case "dropout":
            return f"{100 * value:g} % dropout" if value else "no dropout"
        case "effects_df" | "residual_df":
            kind = "effects" if name == "effects_df" else "residuals"
            return f"normal {kind}" if np.isinf(value) else f"t({value:g}) {kind}"
        case "residual_ar":
            return f"AR(1) {value:g} residuals" if value else "uncorrelated residuals"
        case _:
            return f"{name} = {value:g}"


def _visits_in_words(visits: str) -> str:
    if visits.startswith((AS_IN, DRAWN_FROM)):
        return f"visits {visits}"
    times = visits.split()
    if times == [str(day) for day in range(len(times))]:
        return f"{len(times)} days"
    return f"visits at {', '.join(times)}"
