"""Bayes factors between the priors."""

import numpy as np
import pandas as pd

from recovery.exact.posterior import ExactPosterior


def bayes_factors(posteriors: dict[str, ExactPosterior]) -> pd.DataFrame:
    """Bayes factors between all pairs of priors, from their posteriors on one data set.

    Returns
    -------
    DataFrame
        Columns ``prior, reference, log_marginal_likelihood, log_bayes_factor, bayes_factor``. The
        Bayes factor is that of prior over reference; NaN for posteriors that are not adequate.
    """
    evidence = {
        prior: exact.log_marginal_likelihood if exact.adequate else np.nan
        for prior, exact in posteriors.items()
    }
    rows = [
        (prior, reference, own, own - other, np.exp(own - other))
        for prior, own in evidence.items()
        for reference, other in evidence.items()
        if prior != reference
    ]
    columns = ["prior", "reference", "log_marginal_likelihood", "log_bayes_factor"]
    return pd.DataFrame(rows, columns=[*columns, "bayes_factor"])
