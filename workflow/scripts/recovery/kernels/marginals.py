"""Moments, quantiles, shortest intervals and scores of marginal distributions."""

import math

import numpy as np

from recovery.kernels.axes import BELL, DENSE, EXP, POSITIVE, SINE
from recovery.kernels.compilation import entry, helper

ROUNDING = 1e-9  # of an axis that ends where the parameter's range does


@helper
def moments(value, probability):
    """Mean and standard deviation of a discrete distribution."""
    mean = square = 0.0
    for k in range(len(value)):
        mean += probability[k] * value[k]
    for k in range(len(value)):
        square += probability[k] * (value[k] - mean) ** 2
    return mean, math.sqrt(square)


@entry
def changes(moments, tails, new_moments, new_tails):
    """Largest change of a mean or sd, and of a quantile, in new sds; NaN if any change is.

    The arguments are those of `axis_marginals`.
    """
    of_moments = of_tails = total = 0.0
    for i in range(len(moments)):
        for k in range(moments.shape[1]):
            change = abs(new_moments[i, k] - moments[i, k]) / new_moments[i, 1]
            of_moments, total = max(of_moments, change), total + change
        for k in range(tails.shape[1]):
            change = abs(new_tails[i, k] - tails[i, k]) / new_moments[i, 1]
            of_tails, total = max(of_tails, change), total + change
    # the maximum does not show NaN
    return (math.nan, math.nan) if math.isnan(total) else (of_moments, of_tails)


@helper
def distribution(value, density):
    """Distribution function on a fine grid of values, by trapezoids, and its total."""
    cumulative = np.empty(len(value))
    cumulative[0] = 0.0
    for k in range(1, len(value)):
        area = 0.5 * (density[k] + density[k - 1]) * (value[k] - value[k - 1])
        cumulative[k] = cumulative[k - 1] + area
    total = cumulative[-1]
    for k in range(len(value)):
        cumulative[k] /= total
        density[k] /= total
    return cumulative


@helper
def interpolated(link, density, polynomial, value, found):
    """A marginal on a fine grid: values, density and distribution function, into `found`.

    `density` is that of the parameter at the nodes, `polynomial` the matrix that takes a function
    from the nodes to the places of `value`. Where the density is nearly that of a log-normal (BELL)
    it is the logarithm that is interpolated; else the fourth root: that of a bell is a bell twice
    as wide, and it has no infinite ends as the logarithm has. Of rho it is the cube root: where the
    posterior reaches 1 or -1, higher roots of a density that vanishes there are steep.
    """
    if link == BELL:
        known = np.log(np.maximum(density, 1e-300))
    else:
        known = np.cbrt(density) if link == SINE else np.sqrt(np.sqrt(density))
    dense = found[1]
    dense[:] = 0.0
    for k in range(len(known)):
        for f in range(len(value)):
            dense[f] += polynomial[k, f] * known[k]
    for f in range(len(value)):
        if link == BELL:
            dense[f] = math.exp(dense[f])
        else:
            root = max(dense[f], 0.0)
            dense[f] = root**3 if link == SINE else root**4
    found[0] = value
    found[2] = distribution(value, dense)


@helper
def quantile(value, density, cumulative, probability):
    """The value below which a probability lies; the density is a line between grid values."""
    k = min(max(np.searchsorted(cumulative, probability), 1), len(value) - 1)
    step = value[k] - value[k - 1]
    area = max(probability - cumulative[k - 1], 0.0)
    start, rise = density[k - 1], (density[k] - density[k - 1]) / max(step, 1e-300)
    # area = start x + rise x^2 / 2, by the root that does not cancel
    bottom = start + math.sqrt(max(start * start + 2.0 * rise * area, 0.0))
    return value[k - 1] + (min(2.0 * area / bottom, step) if bottom > 0.0 else 0.0)


@entry
def quantiles(value, density, cumulative, probabilities):
    """`quantile` of several probabilities."""
    found = np.empty(len(probabilities))
    for k in range(len(probabilities)):
        found[k] = quantile(value, density, cumulative, probabilities[k])
    return found


@entry
def axis_marginals(links, values, measures, probabilities, polynomials, fine, tails):
    """Moments, tail quantiles and marginals on a fine grid of the parameters on a grid's axes.

    Parameters
    ----------
    links : tuple of int
        The axes' links.
    values, measures, probabilities, polynomials, fine : tuples of ndarrays, one per axis
        Of an axis's nodes the values, what they weigh in an integral over the value, and their
        probabilities; the matrix `polynomial` of `interpolated`; and the values of the fine grid.
    tails : ndarray
        Probabilities of the quantiles.

    Returns
    -------
    moments : ndarray, shape (axes, 2)
        Mean and sd. An axis of one node has mean 0, sd 1 and quantiles 0.
    quantiles : ndarray, shape (axes, tails)
        Quantiles at the probabilities `tails`.
    marginals : ndarray, shape (axes, 3, fine)
        Values, density and distribution function.
    beyond : float
        Of a standard deviation, density x value x (value - mean)^2 / variance at the last node:
        about ten times what lies beyond adds to the variance, as a share of it, where the density
        falls like a high power. At all other ends but those of a parameter's range, 40 times the
        density (of log sigma), as a share of the peak.
    """
    found = np.zeros((len(links), 2))
    quantiles = np.zeros((len(links), len(tails)))
    marginals = np.zeros((len(links), 3, len(fine[0])))
    beyond = 0.0
    for i in range(len(links)):
        found[i, 1] = 1.0
        if len(values[i]) > 1:
            found[i, 0], found[i, 1] = moments(values[i], probabilities[i])
            density = probabilities[i] / measures[i]
            scaled = density * values[i] if links[i] in (EXP, BELL) else density
            low, high = scaled[0] / scaled.max(), scaled[-1] / scaled.max()
            if links[i] in (POSITIVE, DENSE):
                low *= fine[i][0] > ROUNDING * fine[i][-1]
                last = values[i][-1]
                away = (last - found[i, 0]) / found[i, 1]
                beyond = max(beyond, density[-1] * last * away * away)
                high = 0.0
            elif links[i] == SINE:
                low *= fine[i][0] > ROUNDING - 1.0
                high *= fine[i][-1] < 1.0 - ROUNDING
            # 40: the nodes are few, so that the last ones are not far out
            beyond = max(beyond, 40.0 * max(low, high))
            interpolated(links[i], density, polynomials[i], fine[i], marginals[i])
            own = marginals[i]
            for k in range(len(tails)):
                quantiles[i, k] = quantile(own[0], own[1], own[2], tails[k])
    return found, quantiles, marginals, beyond


@helper
def shortest_interval(value, density, cumulative, level):
    """The shortest interval that holds a probability.

    Its lower end is sought among the grid's values, and then by a parabola through the best
    place's width and its neighbours'.
    """
    last = len(value) - 1
    best, shortest = 0, np.inf
    width = np.full(len(value), np.inf)
    right = 1
    for k in range(last):
        goal = cumulative[k] + level
        if goal > 1.0:
            break
        while right < last and cumulative[right] < goal:
            right += 1
        cell = max(cumulative[right] - cumulative[right - 1], 1e-300)
        inside = (goal - cumulative[right - 1]) / cell
        width[k] = value[right - 1] + inside * (value[right] - value[right - 1]) - value[k]
        if width[k] < shortest:
            best, shortest = k, width[k]
    low = cumulative[best]
    if 0 < best < last and width[best + 1] < np.inf:
        # in the probability below, on whose scale the width is smooth
        x0, x1, x2 = cumulative[best - 1] - low, 0.0, cumulative[best + 1] - low
        f0, f1, f2 = width[best - 1], width[best], width[best + 1]
        s0, s2 = (f1 - f0) / (x1 - x0), (f2 - f1) / (x2 - x1)
        bend = (s2 - s0) / (x2 - x0)
        if bend > 0.0:
            low += min(max(0.5 * (x0 - s0 / bend), x0), x2)
    low = min(max(low, 0.0), 1.0 - level)
    high = quantile(value, density, cumulative, low + level)
    return quantile(value, density, cumulative, low), high


@helper
def crps(value, cumulative, truth):
    """Continuous ranked probability score: the integral of (F(x) - 1{x >= truth})^2."""
    score = 0.0
    if truth < value[0]:
        score += value[0] - truth
    if truth > value[-1]:
        score += truth - value[-1]
    for k in range(1, len(value)):
        a, b, fa, fb = value[k - 1], value[k], cumulative[k - 1], cumulative[k]
        if truth >= b:
            score += (b - a) * (fa * fa + fa * fb + fb * fb) / 3.0
        elif truth <= a:
            ga, gb = 1.0 - fa, 1.0 - fb
            score += (b - a) * (ga * ga + ga * gb + gb * gb) / 3.0
        else:
            f = fa + (fb - fa) * (truth - a) / (b - a)
            score += (truth - a) * (fa * fa + fa * f + f * f) / 3.0
            g, gb = 1.0 - f, 1.0 - fb
            score += (b - truth) * (g * g + g * gb + gb * gb) / 3.0
    return score


@entry
def summarise(marginals, probabilities, levels, truths):
    """Quantiles, shortest intervals and CRPS of distributions on fine grids.

    Parameters
    ----------
    marginals : ndarray, shape (parameters, 3, fine)
        Values, density and distribution function.
    probabilities, levels : ndarray
        Those of the quantiles, and of the intervals.
    truths : ndarray, shape (parameters,)
        True values, for the score.

    Returns
    -------
    ndarray, shape (parameters, probabilities + 2 levels + 1)
    """
    n, size = len(probabilities), len(marginals)
    rows = np.empty((size, n + 2 * len(levels) + 1))
    for i in range(size):
        value, density, cumulative = marginals[i, 0], marginals[i, 1], marginals[i, 2]
        for k in range(n):
            rows[i, k] = quantile(value, density, cumulative, probabilities[k])
        for k in range(len(levels)):
            rows[i, n + 2 * k], rows[i, n + 2 * k + 1] = shortest_interval(
                value, density, cumulative, levels[k]
            )
        rows[i, -1] = crps(value, cumulative, truths[i])
    return rows


@entry
def draw_errors(ordered):
    """Mean and sd of n draws in ascending order; standard errors of their 2.5 and 97.5 % quantiles.

    The latter are half the distance between the quantiles one standard error of the probability to
    either side (Woodruff 1952, JASA 47:635).
    """
    n = len(ordered)
    mean, square = ordered.mean(), 0.0
    for i in range(n):
        square += (ordered[i] - mean) ** 2
    error = math.sqrt(0.025 * 0.975 / n)
    inside = int(np.rint((0.025 + error) * (n - 1)))
    outside = int(np.rint(max(0.025 - error, 0.0) * (n - 1)))
    low = 0.5 * (ordered[inside] - ordered[outside])
    high = 0.5 * (ordered[n - 1 - outside] - ordered[n - 1 - inside])
    return mean, math.sqrt(square / n), low, high


@entry
def summarise_draws(ordered, probabilities, levels, truth, row):
    """As `summarise`, of equally likely values in ascending order."""
    m, n = len(ordered), len(probabilities)
    for k in range(n):
        place = min(max(probabilities[k] * m - 0.5, 0.0), m - 1.000001)
        below = int(place)
        row[k] = ordered[below] + (place - below) * (ordered[below + 1] - ordered[below])
    for k in range(len(levels)):
        held = max(1, int(levels[k] * m))
        best = 0
        for i in range(1, m - held):
            if ordered[i + held] - ordered[i] < ordered[best + held] - ordered[best]:
                best = i
        row[n + 2 * k], row[n + 2 * k + 1] = ordered[best], ordered[best + held]
    distance = spread = 0.0
    for i in range(m):
        distance += abs(ordered[i] - truth)
        spread += ordered[i] * (2.0 * (i + 1) - m - 1.0)
    row[n + 2 * len(levels)] = distance / m - spread / m**2
