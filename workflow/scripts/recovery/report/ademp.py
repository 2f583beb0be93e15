"""The page that describes the study by ADEMP."""

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import pandas as pd

from recovery.report.answers_page import prior_rows
from recovery.report.bookkeeping import precision_sentence
from recovery.report.pages import plain_table, render

SOFTWARE = ("snakemake", "pymc", "nutpie", "arviz", "numpy", "scipy", "pandas", "xarray", "seaborn")


def ademp_page(
    config: Mapping[str, Any],
    time_label: str,
    tables: Mapping[str, pd.DataFrame],
    explore_page: str,
    parameters: Sequence[str],
) -> str:
    """Fill the page from the config and the study's tables, by name."""
    labels = {name: block["label"] for name, block in config["priors"].items()}
    names = ("designs", "replicates_needed", "settings", "missingness")
    return render(
        "ademp",
        explore_page=explore_page,
        config=config,
        parameters=", ".join(parameters),
        exact="rho" in parameters,
        time_label=time_label,
        precision=precision_sentence(tables["replicates_needed"]),
        priors=plain_table(prior_rows(config["priors"], labels)),
        software=", ".join(
            [f"Python {platform.python_version()}", *(f"{one} {version(one)}" for one in SOFTWARE)]
        ),
        **{name: plain_table(tables[name]) for name in names},
    )
