"""Measures that are not means of scores, with their standard errors.

Formulas are those of Morris, White & Crowther (2019), Statistics in Medicine 38:2074, table 6.
Their standard errors assume that estimates are normal and independent of the model variance; those
here do not. Near a correlation of 1, or with Student t effects, the spread of the errors is known
up to 1.8 times less precisely than that. For normal errors the two agree.
"""

import numpy as np

from recovery.summaries.monte_carlo import Measured, mean_and_mcse
from recovery.summaries.scores import Replicates, error


def squared_deviations(r: Replicates) -> np.ndarray:
    """Squared deviations of the errors from their mean, relative to their variance."""
    errors = error(r)
    return (errors - errors.mean()) ** 2 / errors.var(ddof=1)


def empirical_se(r: Replicates) -> Measured:
    """Standard deviation of the errors; mcse = se / 2 sqrt((k - (n - 3) / (n - 1)) / n).

    With one truth for all replicates it is the sd of the estimates; for ``r_u``, whose truth
    varies, it is the sd of estimate - truth. k is the kurtosis of the errors. The mcse follows from
    the variance of a sample variance; k = 3 gives Morris et al.'s se / sqrt(2 (n - 1)).
    """
    se = error(r).std(ddof=1)
    share = squared_deviations(r)
    return Measured(se, 0.5 * se * np.sqrt(share.var() / len(share) + _excess(len(share))))


def model_se(r: Replicates) -> Measured:
    """Root mean posterior variance; mcse = sqrt(var(V) / (4 n mean(V)))."""
    variance = r.sd**2
    se = np.sqrt(variance.mean())
    return Measured(se, np.sqrt(variance.var(ddof=1) / (4.0 * len(variance) * se**2)))


def model_se_error(r: Replicates) -> Measured:
    """Relative error of the model SE in per cent, 100 (model_se / empirical_se - 1).

    mcse = 50 ratio sd(V / mean(V) - d^2 / s^2) / sqrt(n), where d are the errors minus their mean
    and s is their sd, corrected for small n as in `empirical_se`. The posterior variance V may
    depend on the error of the same data set.
    """
    n, variance = len(r.sd), r.sd**2
    ratio = model_se(r).estimate / empirical_se(r).estimate
    spread = (variance / variance.mean() - squared_deviations(r)).var() / n + _excess(n)
    return Measured(100.0 * (ratio - 1.0), 50.0 * ratio * np.sqrt(spread))


def rmse(r: Replicates) -> Measured:
    """Root mean squared error; mcse by the delta method, mcse(MSE) / (2 RMSE)."""
    mse, mcse = mean_and_mcse(error(r) ** 2)
    return Measured(np.sqrt(mse), mcse / (2.0 * np.sqrt(mse)) if mse > 0 else 0.0)


def rmse_difference(a: Replicates, b: Replicates) -> Measured:
    """rmse(a) - rmse(b) on the same data sets; mcse by the delta method on paired errors."""
    squared_a, squared_b = error(a) ** 2, error(b) ** 2
    rmse_a, rmse_b = np.sqrt(squared_a.mean()), np.sqrt(squared_b.mean())
    influence = squared_a / (2.0 * rmse_a) - squared_b / (2.0 * rmse_b)
    return Measured(rmse_a - rmse_b, mean_and_mcse(influence).mcse)


def relative_precision(a: Replicates, b: Replicates) -> Measured:
    """Gain in precision of a over b in per cent, 100 ((empirical_se(b) / empirical_se(a))^2 - 1).

    mcse = 100 (empirical_se(b) / empirical_se(a))^2 sd(d_b^2 / s_b^2 - d_a^2 / s_a^2) / sqrt(n),
    where d are the errors minus their mean and s is their sd.
    """
    ratio = error(b).var(ddof=1) / error(a).var(ddof=1)
    spread = mean_and_mcse(squared_deviations(b) - squared_deviations(a)).mcse
    return Measured(100.0 * (ratio - 1.0), 100.0 * ratio * spread)


def _excess(n: int) -> float:
    """Small-sample addition to var(d^2 / s^2) / n, the relative variance of a sample variance.

    That variance is (k - (n - 3) / (n - 1)) / n, and var(d^2 / s^2) = k - ((n - 1) / n)^2.
    """
    return (((n - 1) / n) ** 2 - (n - 3) / (n - 1)) / n
