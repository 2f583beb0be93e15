"""How a study's results are divided into pages; known before any result is."""

from collections.abc import Sequence

PARAMETER_GROUPS = {
    "correlations": "correlations",
    "sds": "standard deviations",
    "fixed": "fixed effects and residual sd",
}
"""Groups of parameters: large tables and studies have one page per group."""
MOST_ROWS = 4500
"""Rows on a page to explore, of some 110 bytes: with Vega's own 0.9 MB it is below 1.4 MB."""


def parameter_group(parameter: str) -> str:
    """The group of a parameter, or of an estimand of the config such as ``sd_at_4.5``."""
    if parameter.startswith(("rho", "r_u")):
        return "correlations"
    return "sds" if parameter.startswith(("sigma_u", "sd_at")) else "fixed"


def page_names(rows_per_parameter: int, parameters: Sequence[str]) -> dict[str, list[str]]:
    """The pages to explore a study, and the parameters on each.

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
    pages = {}
    for group in PARAMETER_GROUPS:
        own = [name for name in parameters if parameter_group(name) == group]
        if rows_per_parameter * len(own) <= MOST_ROWS:
            pages[f"explore_{group}"] = own
        else:
            pages |= {f"explore_{name}": [name] for name in own}
    return pages
