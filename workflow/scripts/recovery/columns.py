"""Names of the columns of estimates: quantiles, intervals, diagnostics."""

HEADLINE_LEVEL = 0.95


def interval_probabilities(level: float) -> tuple[float, float]:
    """Lower and upper tail probability of the equal-tailed interval of a level."""
    return (1.0 - level) / 2.0, (1.0 + level) / 2.0


def quantile_name(probability: float) -> str:
    """Column name of a quantile, e.g. ``q2.5``."""
    return f"q{round(100 * probability, 6):g}"


def quantile_columns(levels: list[float]) -> dict[str, float]:
    """Columns of the quantiles that the interval levels need, with their probabilities."""
    probabilities = sorted(p for level in levels for p in interval_probabilities(level))
    return {quantile_name(p): p for p in probabilities}


def density_columns(level: float) -> tuple[str, str]:
    """Columns of the highest-density interval of a level, e.g. ``hdi95_low, hdi95_high``."""
    percent = f"{round(100 * level, 6):g}"
    return f"hdi{percent}_low", f"hdi{percent}_high"


DIAGNOSTICS = (
    "mcse_mean", "mcse_sd", "mcse_q2.5", "mcse_q97.5", "ess_bulk", "ess_tail", "rhat",
)  # fmt: skip
"""Columns of sampled estimates: Monte Carlo standard errors, effective sample sizes, R-hat."""


def estimate_columns(levels: list[float]) -> list[str]:
    """Columns of an estimate for the interval levels wanted, quantiles in order."""
    densities = [column for level in levels for column in density_columns(level)]
    return ["mean", "median", "sd", *quantile_columns(levels), *DIAGNOSTICS, *densities]
