"""Numbers of fits by outcome."""

import pandas as pd


def missingness_table(fits: pd.DataFrame) -> pd.DataFrame:
    """Count the requested fits by outcome (Pawel et al. 2026, Am Stat 80:31).

    Returns
    -------
    DataFrame
        Columns ``scenario, prior, engine`` and numbers of fits: ``requested``; ``computed`` (0 of
        a prior whose density is another's, as that prior's fits are its own); ``fitted`` (with a
        posterior); ``refitted`` (more than one attempt); ``not_converged`` (a posterior whose
        diagnostics stayed bad); ``singular`` (a REML fit at the boundary); ``failed``.
    """
    status = fits["status"]
    counted = fits[["scenario", "prior", "engine"]].assign(
        requested=1,
        computed=fits["same_as"].eq("").astype(int),
        fitted=status.ne("failed").astype(int),
        refitted=fits["attempts"].gt(1).astype(int),
        not_converged=status.eq("not_converged").astype(int),
        singular=status.eq("singular").astype(int),
        failed=status.eq("failed").astype(int),
    )
    return counted.groupby(["scenario", "prior", "engine"], sort=False, as_index=False).sum()
