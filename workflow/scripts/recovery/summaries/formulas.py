"""Measures that are not means of scores, with their standard errors.

The measures are those of Morris, White & Crowther (2019), Statistics in Medicine 38:2074, table 6.
Their standard errors assume that estimates are normal and independent of the model variance; those
here are jackknife ones, which do not. Near a correlation of 1, or with Student t effects, the
spread of the errors is known up to 1.8 times less precisely than the formulas say.
"""

import numpy as np

from recovery.summaries.monte_carlo import (
    Measured,
    jackknife_mcse,
    variance_without_each,
)
from recovery.summaries.scores import Replicates, error, median_error


def empirical_se(r: Replicates) -> Measured:
    """Standard deviation of the errors.

    With one truth for all replicates it is the sd of the estimates; for ``r_u``, whose truth
    varies, it is the sd of estimate - truth.
    """
    errors = error(r)
    without = np.sqrt(variance_without_each(errors))
    return Measured(errors.std(ddof=1), jackknife_mcse(without))


def model_se(r: Replicates) -> Measured:
    """Root mean posterior variance; mcse = sqrt(var(V) / (4 n mean(V)))."""
    variance = r.sd**2
    se = np.sqrt(variance.mean())
    return Measured(se, np.sqrt(variance.var(ddof=1) / (4.0 * len(variance) * se**2)))


def model_se_error(r: Replicates) -> Measured:
    """Relative error of the model SE in per cent, 100 (model_se / empirical_se - 1).

    The posterior variance V may depend on the error of the same data set.
    """
    n, variance = len(r.sd), r.sd**2
    ratio = model_se(r).estimate / empirical_se(r).estimate
    mean_without = (variance.sum() - variance) / (n - 1)
    without = np.sqrt(mean_without / variance_without_each(error(r)))
    return Measured(100.0 * (ratio - 1.0), 100.0 * jackknife_mcse(without))


def rmse(r: Replicates) -> Measured:
    """Root mean squared error of the posterior mean."""
    return root_mean_square(error(r))


def median_rmse(r: Replicates) -> Measured:
    """Root mean squared error of the posterior median."""
    return root_mean_square(median_error(r))


def root_mean_square(errors: np.ndarray) -> Measured:
    """Root mean square."""
    root = np.sqrt(np.mean(errors**2))
    return Measured(root, jackknife_mcse(_root_mean_square_without_each(errors)))


def _root_mean_square_without_each(errors: np.ndarray) -> np.ndarray:
    square = errors**2
    return np.sqrt(np.maximum(square.sum() - square, 0.0) / max(len(errors) - 1, 1))


def rmse_difference(a: Replicates, b: Replicates) -> Measured:
    """rmse(a) - rmse(b) on the same data sets."""
    return root_mean_square_difference(error(a), error(b))


def median_rmse_difference(a: Replicates, b: Replicates) -> Measured:
    """median_rmse(a) - median_rmse(b) on the same data sets."""
    return root_mean_square_difference(median_error(a), median_error(b))


def root_mean_square_difference(a: np.ndarray, b: np.ndarray) -> Measured:
    """Difference of root mean squares of paired errors."""
    difference = root_mean_square(a).estimate - root_mean_square(b).estimate
    without = _root_mean_square_without_each(a) - _root_mean_square_without_each(b)
    return Measured(difference, jackknife_mcse(without))


def relative_precision(a: Replicates, b: Replicates) -> Measured:
    """Gain in precision of a over b in per cent, 100 ((se(b) / se(a))^2 - 1), se empirical."""
    ratio = error(b).var(ddof=1) / error(a).var(ddof=1)
    without = variance_without_each(error(b)) / variance_without_each(error(a))
    return Measured(100.0 * (ratio - 1.0), 100.0 * jackknife_mcse(without))
