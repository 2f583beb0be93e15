"""The designs of a study: what sets each apart, in words."""

import numpy as np
import pandas as pd

from recovery.data.scenarios import DEVIATIONS

FACTORS = ("subjects", "days", "beta0", "beta1", "sigma_u0", "sigma_u1", "sigma", *DEVIATIONS)


def with_design_names(scenarios: pd.DataFrame) -> pd.DataFrame:
    """Add a column ``design`` to the scenarios: what sets a design apart from the most common one.

    Scenarios that differ in rho only are one design. The most common design is named by its size.
    """
    usual = {name: scenarios[name].mode()[0] for name in FACTORS}

    def words(row: pd.Series) -> str:
        unusual = [name for name in FACTORS if row[name] != usual[name]] or ["subjects", "days"]
        return ", ".join(_factor_in_words(name, row[name]) for name in unusual)

    names = scenarios.apply(words, axis=1)
    table = scenarios.copy()
    table.insert(1, "design", names)
    return table


def _factor_in_words(name: str, value: float) -> str:
    match name:
        case "subjects" | "days":
            return f"{value:g} {name}"
        case "missing":
            return f"{100 * value:g} % missing" if value else "complete"
        case "effects_df" | "residual_df":
            kind = "effects" if name == "effects_df" else "residuals"
            return f"normal {kind}" if np.isinf(value) else f"t({value:g}) {kind}"
        case _:
            return f"{name} = {value:g}"
