"""How a study's results are divided into pages to explore; known before any result is."""

from collections.abc import Sequence

PARAMETER_GROUPS = {
    "correlation": ("rho", "r_u"),
    "sds": ("sigma", "sigma_u0", "sigma_u1", "sd"),
    "fixed_effects": ("beta0", "beta1", "new"),
}
"""Pages of a study that is too large for one; rho_at_4.5 goes with rho."""
MOST_ROWS = 4500
"""Rows on a page, of some 110 bytes: with Vega's own 0.9 MB it stays below 1.4 MB."""


def page_names(rows_per_parameter: int, parameters: Sequence[str]) -> dict[str, list[str]]:
    """The pages of a study and the parameters on each.

    Parameters
    ----------
    rows_per_parameter : int
        Scenarios times methods times levels.
    parameters : sequence of str
        All estimands.

    Returns
    -------
    dict
        Page name -> parameters: one page, or one per group of parameters, or one per parameter.
    """
    if rows_per_parameter * len(parameters) <= MOST_ROWS:
        return {"explore": list(parameters)}
    groups = {
        f"explore_{group}": [name for name in parameters if name.split("_at_")[0] in stems]
        for group, stems in PARAMETER_GROUPS.items()
    }
    pages = {}
    for page, own in groups.items():
        if rows_per_parameter * len(own) <= MOST_ROWS:
            pages[page] = own
        else:
            pages |= {f"explore_{name}": [name] for name in own}
    return pages
