"""Confidence intervals: the profile likelihood of standard deviations and rho, t of beta.

The interval of a parameter holds the values at which the deviance, minimised over all other
parameters, is at most the squared normal quantile above its minimum; lme4's ``confint`` does the
same, by ML as here. A profile that reaches the limit of its parameter ends there.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy import special

from recovery.exact.kernels.deviance import ML, RHO, SIGMA, SIGMA_U0, SIGMA_U1, fit_at
from recovery.reml.minimum import Deviance, lowest_minimum, newton, starting_scales

KINDS = {"sigma_u0": SIGMA_U0, "sigma_u1": SIGMA_U1, "rho": RHO, "sigma": SIGMA}
LIMITS = {"sigma_u0": (0.0, math.inf), "sigma_u1": (0.0, math.inf), "rho": (-1.0, 1.0)}
CLOSE = 1e-4  # of a signed root of the deviance, whose quantiles are about 1
FLAT = 1e-6  # of the deviance, of which CLOSE is some hundred times more
MOST_STEPS = 60


def profile_intervals(
    rows: float, rss: float, patterns: np.ndarray, levels: Sequence[float]
) -> dict[str, dict[float, tuple[float, float]]]:
    """Profile likelihood intervals, parameter -> level -> ends.

    Parameters
    ----------
    rows, rss, patterns
        Statistics of a data set (`BatchStatistics`).
    levels : sequence of float
        Confidence levels.
    """
    scales, sigma = starting_scales(rows, rss, patterns)
    statistics = float(rows), float(rss), patterns
    least, x = lowest_minimum(Deviance(*statistics, ML, 0.0, scales))
    s0, along, across = (x * scales[[0, 1, 1]]).tolist()
    *_, quadratic = fit_at(*statistics, s0, along, across)
    sigma = math.sqrt(quadratic / rows)
    s0, along, across = (
        abs(s0) * sigma,
        math.copysign(along, s0 * along) * sigma,
        abs(across) * sigma,
    )
    s1, scales = math.hypot(along, across), scales * sigma
    rho = along / s1 if s1 > 0.0 else 0.0
    last = math.log(sigma)
    estimates = {"sigma_u0": s0, "sigma_u1": s1, "rho": rho, "sigma": sigma}
    units = {"sigma_u0": scales[0], "sigma_u1": scales[1], "rho": 1.0, "sigma": sigma}
    starts = {
        "sigma_u0": (along / scales[1], across / scales[1], last),
        "sigma_u1": (s0 / scales[0], math.asin(max(min(rho, 1.0), -1.0)), last),
        "rho": (s0 / scales[0], s1 / scales[1], last),
        "sigma": (s0 / scales[0], along / scales[1], across / scales[1]),
    }
    found = {}
    for name, kind in KINDS.items():

        def root(value: float, x: np.ndarray, kind: int = kind) -> tuple[float, np.ndarray]:
            objective = Deviance(*statistics, kind, value, scales)
            here, x = newton(objective.derivatives, x, FLAT)
            return math.sqrt(max(here - least, 0.0)), x

        low, high = LIMITS.get(name, (0.0, math.inf))
        start = np.array(starts[name])
        quantiles = [float(special.ndtri(0.5 + 0.5 * level)) for level in levels]
        step = 0.2 * units[name]
        lower = _ends(root, estimates[name], -step, low, quantiles, start)
        upper = _ends(root, estimates[name], step, high, quantiles, start)
        found[name] = dict(zip(levels, zip(lower, upper)))
    return found


def _ends(
    root: Callable[[float, np.ndarray], tuple[float, np.ndarray]],
    estimate: float,
    step: float,
    limit: float,
    quantiles: Sequence[float],
    x: np.ndarray,
) -> list[float]:
    """Where the root of the deviance above its minimum reaches each quantile, on one side.

    The root is nearly linear in the parameter, so that a few secant steps within a bracket do.
    """
    ends = {}
    inside, root_inside = estimate, 0.0
    for quantile in sorted(quantiles):
        outside, root_outside = _bracket(root, inside, step, limit, quantile, x)
        if root_outside < quantile:  # the limit is not far enough out
            ends[quantile] = limit
            continue
        for _ in range(MOST_STEPS):
            gap = root_outside - root_inside
            share = (quantile - root_inside) / gap if gap > 0.0 else 0.5
            # not too near either end, so that the bracket shrinks
            value = inside + min(max(share, 0.02), 0.98) * (outside - inside)
            here, x = root(value, x)
            if here < quantile:
                inside, root_inside = value, here
            else:
                outside, root_outside = value, here
            if abs(here - quantile) < CLOSE or abs(outside - inside) < 1e-7 * abs(step):
                break
        ends[quantile] = value
        inside, root_inside = (value, here) if here < quantile else (inside, root_inside)
    return [ends[quantile] for quantile in quantiles]


def _bracket(
    root: Callable[[float, np.ndarray], tuple[float, np.ndarray]],
    inside: float,
    step: float,
    limit: float,
    quantile: float,
    x: np.ndarray,
) -> tuple[float, float]:
    """A value at which the root is at least the quantile, or the limit, and the root there."""
    value, here = inside, 0.0
    for _ in range(MOST_STEPS):
        beyond = value + step
        value = max(beyond, limit) if step < 0 else min(beyond, limit)
        here, x = root(value, x)
        if here >= quantile or value == limit:
            break
        slope = here / abs(value - inside) if value != inside else 0.0
        # where the root is linear this step reaches the quantile; it at most trebles
        wanted = 1.1 * (quantile - here) / slope if slope > 0.0 else 3.0 * abs(step)
        step = math.copysign(min(wanted, 3.0 * abs(step)), step)
    return value, here


def fixed_effect_interval(
    estimate: float, error: float, subjects: int, level: float
) -> tuple[float, float]:
    """Estimate -+ the t quantile of J - 1 degrees of freedom times the standard error."""
    half = float(special.stdtrit(subjects - 1, 0.5 + 0.5 * level)) * error
    return estimate - half, estimate + half
