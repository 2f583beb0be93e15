"""Exact posterior mean, sd and quantiles of the sleepstudy data under the default priors.

By quadrature, in two independent implementations that agree to four digits, and agreed with by
Stan (8 chains x 5,000 draws) within Monte Carlo error; prior of beta0 centred at mean(Reaction).
Those of all but the post's families are by the second implementation only, tests/brute_force.py.
"""

from pathlib import Path

import pandas as pd

EXACT: dict[str, dict[str, tuple[float, float]]] = {}
"""Prior -> parameter -> mean and sd."""
QUANTILES: dict[str, dict[str, dict[float, float]]] = {}
"""Prior -> parameter -> level -> quantile."""

for row in pd.read_csv(Path(__file__).with_suffix(".csv")).to_dict("records"):
    prior, parameter, mean, sd = (row.pop(key) for key in ("prior", "parameter", "mean", "sd"))
    EXACT.setdefault(prior, {})[parameter] = mean, sd
    QUANTILES.setdefault(prior, {})[parameter] = {float(level): q for level, q in row.items()}
LOG_MARGINAL_LIKELIHOOD = {
    "independent": -887.0725,
    "lkj_cholesky_cov": -887.969,
    "lkj_corr": -887.969,
    "lkj_corr_rstanarm": -889.1987,
    "inverse_wishart": -887.2270,
    "lkj_corr_student_t": -889.8554,
    "lkj_corr_exponential": -888.3230,
    "wishart": -887.4330,
    "huang_wand": -888.0726,
}
for table in (EXACT, QUANTILES, LOG_MARGINAL_LIKELIHOOD):  # one prior in two implementations
    table["lkj_cholesky_cov"] = table["lkj_corr"]
    table["lkj_cholesky_cov_rstanarm"] = table["lkj_corr_rstanarm"]
