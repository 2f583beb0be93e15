"""How well the subjects' own intercepts and slopes are estimated."""

import numpy as np
import pandas as pd

from recovery.summaries.formulas import root_mean_square
from recovery.summaries.monte_carlo import mean_and_mcse
from recovery.summaries.recovery import groups


def subjects_table(scores: pd.DataFrame) -> pd.DataFrame:
    """RMSE of the subjects' posterior means, and coverage and width of their intervals.

    Subjects of one data set are dependent, so each data set counts as one value.

    Parameters
    ----------
    scores : DataFrame
        One row per scenario, prior, replicate, effect and level, with the `SUBJECT_COLUMNS`.

    Returns
    -------
    DataFrame
        Columns ``scenario, prior, effect, measure`` (``rmse, coverage, width``), ``level`` (NaN for
        the RMSE), ``estimate, mcse`` and ``n`` (data sets).
    """
    rows = []
    for keys, own in groups(scores, ["scenario", "prior", "effect"]):
        own = own.dropna(subset="squared_error")
        one_level = own[own["level"] == own["level"].iloc[0]] if len(own) else own
        found = [("rmse", np.nan, root_mean_square(np.sqrt(one_level["squared_error"])))]
        for (level,), of_level in groups(own, ["level"]):
            found.append(("coverage", level, mean_and_mcse(of_level["covered"])))
            found.append(("width", level, mean_and_mcse(of_level["width"])))
        rows += [(*keys, name, level, *result, len(one_level)) for name, level, result in found]
    columns = ["scenario", "prior", "effect", "measure", "level", "estimate", "mcse", "n"]
    return pd.DataFrame(rows, columns=columns)
