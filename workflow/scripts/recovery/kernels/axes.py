"""Coordinates of the parameters, and windows that suit a posterior."""

import math

import numpy as np

from recovery.kernels.compilation import entry, helper

REAL, POSITIVE, DENSE, SINE, EXP, BELL = range(6)
"""How an axis's coordinate becomes a value (`linked`). BELL is EXP for a sigma whose posterior is
almost log-normal: the data have many residual degrees of freedom."""

SCALE, SCALE_OF_BELL = 1.6, 4.0
"""Scale of an axis, in posterior sds by quartiles: at 1.2 to 2 (BELL: 3 to 5) the same nodes are
about as accurate."""

FAR = 24.0
"""Where an axis ends within its parameter's range, see `new_window`."""


@helper
def stretch(axis, x):
    """Center + scale sinh(u) at a coordinate x, and its slope; u goes from low to high.

    `axis` are (link, center, scale, low, high). DENSE squares the distance of x from its lower end
    there, so that nodes are dense where a prior is not smooth, at a quarter fewer elsewhere.
    """
    link, center, scale, low, high = axis
    half = 0.5 * (high - low)
    y, slope = x + 1.0, half
    if link == DENSE:
        y, slope = y * y * (6.0 - y) / 8.0, half * y * (12.0 - 3.0 * y) / 8.0
    grown = math.exp(low + half * y)
    shrunk = 1.0 / grown  # sinh and cosh by one exponential
    return center + 0.5 * scale * (grown - shrunk), 0.5 * slope * scale * (grown + shrunk)


@helper
def linked(link, t):
    """The value of a parameter; REAL, POSITIVE and DENSE leave t, but for rounding below 0."""
    if link == SINE:
        return math.sin(t)
    if link in (EXP, BELL):
        return math.exp(t)
    return max(t, 0.0) if link in (POSITIVE, DENSE) else t


@helper
def placed(axis, x):
    """Values link(center + scale sinh(u)) of a parameter at coordinates x in [-1, 1]."""
    value = np.empty(len(x))
    for k in range(len(x)):
        value[k] = linked(axis[0], stretch(axis, x[k])[0])
    return value


@entry
def place_axes(axes, nodes, weights):
    """Values of every parameter at its axis's nodes, and what a node weighs in an integral over it.

    All arguments are tuples, one item per axis. An axis of one node has the value 0, weight 1.

    Returns
    -------
    ndarray, shape (2, nodes of all axes)
        Values and weights, axis after axis.
    """
    size = 0
    for i in range(len(axes)):
        size += len(nodes[i])
    found = np.empty((2, size))
    start = 0
    for i in range(len(axes)):
        link, count = axes[i][0], len(nodes[i])
        for k in range(count):
            t, slope = stretch(axes[i], nodes[i][k])
            value = linked(link, t)
            if link == SINE:
                slope *= math.cos(t)
            elif link in (EXP, BELL):
                slope *= value
            found[0, start + k] = value if count > 1 else 0.0
            found[1, start + k] = slope * weights[i][k] if count > 1 else 1.0
        start += count
    return found


@helper
def crossing(x, root, inside, step, limit):
    """Where a root of log densities reaches a limit, upwards (step 1) or downwards (-1).

    Beyond the last node the last slope goes on, but for no more than half the window.
    """
    outside = inside + step
    if 0 <= outside < len(x):
        share = (limit - root[inside]) / (root[outside] - root[inside])
        return x[inside] + share * (x[outside] - x[inside])
    rise = (root[inside] - root[inside - step]) / abs(x[inside] - x[inside - step])
    return x[inside] + step * (min((limit - root[inside]) / rise, 1.0) if rise > 0.0 else 1.0)


@helper
def new_window(axis, probability, x, weights, negligible):
    """A better center, scale and window of an axis, from a rough marginal distribution.

    The center is the median, the scale SCALE sds as the quartiles have them, and the window ends
    where the density falls below exp(-negligible) of its peak, or where the parameter's range ends.
    Within the range, towards 0 and +-1, it ends where the density is exp(-FAR): beyond may be a
    plateau, as of rho where sigma_u1 may be 0, which adds to the variance by its distance squared.
    """
    link, n = axis[0], len(probability)
    # distribution function at the edges of the nodes' cells; quartiles between edges by a line
    quartile = np.empty(3)
    for q in range(3):
        target = 0.25 * (q + 1)
        below, edge, k = 0.0, -1.0, 0
        while k < n - 1 and below + probability[k] < target:
            below += probability[k]
            edge += weights[k]
            k += 1
        quartile[q] = stretch(axis, edge + weights[k] * (target - below) / probability[k])[0]
    # the root of a log density is nearly linear in the distance from the peak
    root = np.empty(n)
    for k in range(n):
        root[k] = math.log(max(probability[k], 1e-300) / weights[k])
    root = np.sqrt(root.max() - root)
    low_limit = math.sqrt(FAR if link in (POSITIVE, SINE) else negligible)
    high_limit = math.sqrt(FAR if link == SINE else negligible)
    first, last = 0, n - 1
    while last > 0 and root[last] > high_limit:
        last -= 1
    while first < n - 1 and root[first] > low_limit:
        first += 1
    lower, upper = crossing(x, root, first, -1, low_limit), crossing(x, root, last, 1, high_limit)
    # towards the end of a range the density may fall steeply: the window ends at the outer node
    if link in (POSITIVE, SINE) and first > 0:
        lower = x[first - 1]
    if link == SINE and last < n - 1:
        upper = x[last + 1]
    low, high = stretch(axis, lower)[0], stretch(axis, upper)[0]
    if link == POSITIVE:
        low = max(low, 0.0)
    elif link == SINE:
        low, high = max(low, -0.5 * math.pi), min(high, 0.5 * math.pi)
    center, sd = quartile[1], max((quartile[2] - quartile[0]) / 1.349, 1e-12 * axis[2])
    scale = sd * (SCALE_OF_BELL if link == BELL else SCALE)
    return (
        link, center, scale, math.asinh((low - center) / scale), math.asinh((high - center) / scale)
    )  # fmt: skip


@helper
def movement(new, old):
    """How much an axis changed: its center in scales, its scale by its logarithm, its ends in u.

    Ends count when they move outwards, three times: what lies beyond a window is not seen.
    """
    _, center, scale, low, high = new
    _, old_center, old_scale, old_low, old_high = old
    low = math.asinh((center + scale * math.sinh(low) - old_center) / old_scale)
    high = math.asinh((center + scale * math.sinh(high) - old_center) / old_scale)
    outwards = 3.0 * max(old_low - low, high - old_high)
    return max(abs(center - old_center) / old_scale, abs(math.log(scale / old_scale)), outwards)


@entry
def new_windows(axes, marginals, nodes, weights, negligible):
    """`new_window` of every axis that has more than one node, and the largest `movement`.

    The first four arguments are tuples, one item per axis: the axis, its marginal, and its rule's
    nodes and weights. Of the new axes it returns (center, scale, low, high), shape (axes, 4).
    """
    found = np.empty((len(axes), 4))
    moved = 0.0
    for i in range(len(axes)):
        new = axes[i]
        if len(marginals[i]) > 1:
            new = new_window(axes[i], marginals[i], nodes[i], weights[i], negligible)
            moved = max(moved, movement(new, axes[i]))
        _, found[i, 0], found[i, 1], found[i, 2], found[i, 3] = new
    return found, moved
