"""Confidence intervals: the profile likelihood of standard deviations and rho, t of beta.

The interval of a parameter holds the values at which the deviance, minimised over all other
parameters, is at most the squared normal quantile above its minimum; lme4's ``confint`` does the
same by ML, whichever way the model was fitted. A profile that reaches the limit of its parameter
ends there.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import special

from recovery.data.longdata import LongData
from recovery.errors import FitError
from recovery.kernels.deviance import RHO, SIGMA, SIGMA_U0, SIGMA_U1, deviance_kernels
from recovery.model.statistics import Statistics
from recovery.reml.estimate import factor_starts
from recovery.reml.minimum import Deviance, starting_scales

KINDS = {"sigma_u0": SIGMA_U0, "sigma_u1": SIGMA_U1, "rho": RHO, "sigma": SIGMA}
LIMITS = {"sigma_u0": (0.0, math.inf), "sigma_u1": (0.0, math.inf), "rho": (-1.0, 1.0)}
CLOSE = 1e-4  # of a signed root of the deviance, whose quantiles are about 1
FLAT = 1e-6  # of the deviance, of which CLOSE is some hundred times more
MOST_STEPS = 60


def profile_intervals(
    found: Statistics,
    levels: Sequence[float],
    reml: bool = False,
    names: Sequence[str] = tuple(KINDS),
) -> dict[str, dict[float, tuple[float, float]]]:
    """Profile likelihood intervals, parameter -> level -> ends.

    Parameters
    ----------
    found : Statistics
        Those of a data set.
    levels : sequence of float
        Confidence levels.
    reml : bool
        Whether the restricted likelihood is profiled, in place of the likelihood.
    names : sequence of str
        The parameters wanted.

    Returns
    -------
    dict
        An end is NaN where no value could be found at which the profile reaches the level.
    """
    scales, _ = starting_scales(found)
    least, x = Deviance(found, scales, reml).minimum(factor_starts(2))
    factor = np.array([[x[0], 0.0], [x[1], x[2]]]) * scales[:, None]
    p = found.coordinates.shape[2] - 1
    root = deviance_kernels(p, 2).solution(found.totals, found.patterns, factor)
    if not root[p, p] > 0.0:
        raise FitError("the residual variance is not above 0")
    sigma = float(root[p, p]) / math.sqrt(found.totals[0] - (p if reml else 0.0))
    (s0, _), (along, across) = factor.tolist()
    along = math.copysign(along, s0 * along)
    starts = _coordinates(
        abs(s0) * sigma, along * sigma, abs(across) * sigma, sigma, scales * sigma
    )
    quantiles = [float(special.ndtri(0.5 + 0.5 * level)) for level in levels]
    intervals = {}
    for name in names:
        estimate, unit, own = starts[name]
        deviance = Deviance(found, scales * sigma, reml, KINDS[name])
        profile = Profile(deviance, least, own)
        low, high = LIMITS.get(name, (0.0, math.inf))
        lower = _checked_ends(profile, estimate, -0.2 * unit, low, quantiles)
        upper = _checked_ends(profile, estimate, 0.2 * unit, high, quantiles)
        intervals[name] = dict(zip(levels, zip(lower, upper)))
    return intervals


def _coordinates(s0: float, along: float, across: float, sigma: float, scales: np.ndarray) -> dict:
    """Of each parameter: its ML estimate, its scale, and starts in the coordinates of its profile.

    The first start is the ML estimate; the others have another correlation or smaller sds.
    """
    s1, last = math.hypot(along, across), math.log(sigma)
    rho = along / s1 if s1 > 0.0 else 0.0
    a, b, c, d = s0 / scales[0], along / scales[1], across / scales[1], s1 / scales[1]
    far = max(d, 0.3)
    angle = math.asin(max(min(rho, 1.0), -1.0))
    return {
        "sigma_u0": (
            s0, scales[0],
            [(b, c, last), (0.9 * far, 0.4 * far, last), (-0.9 * far, 0.4 * far, last)],
        ),
        "sigma_u1": (s1, scales[1], [(a, angle, last), (a, 1.1, last), (a, -1.1, last)]),
        "rho": (rho, 1.0, [(a, d, last), (0.3 * a, d, last), (a, 0.3 * d, last)]),
        "sigma": (
            sigma, sigma, [(a, b, c), (a, 0.9 * far, 0.4 * far), (a, -0.9 * far, 0.4 * far)]
        ),
    }  # fmt: skip


class Profile(NamedTuple):
    """The profile of one parameter's deviance.

    Attributes
    ----------
    deviance : Deviance
        That in which the parameter is fixed.
    least : float
        The deviance's minimum.
    starts : list of tuple
        Starts of its minimisation.
    """

    deviance: Deviance
    least: float
    starts: list

    def root(self, value: float, x: np.ndarray | None) -> tuple[float, np.ndarray]:
        """Root of the deviance above its minimum where the parameter has a value.

        `x` is the start, the minimum of a value nearby, which is returned for this one; without
        it all starts are tried, since far out there may be several minima.
        """
        if self.deviance.kind == SIGMA and value <= 0.0:
            return math.inf, np.array(self.starts[0])
        starts = self.starts if x is None else [x]
        here, x = self.deviance._replace(value=value).minimum(starts, FLAT)
        return math.sqrt(max(here - self.least, 0.0)), x


def _checked_ends(
    profile: Profile, estimate: float, step: float, limit: float, quantiles: Sequence[float]
) -> list[float]:
    """`_ends`, and again from all starts if the outermost end is that of a local minimum."""
    ends = _ends(profile, estimate, step, limit, quantiles, np.array(profile.starts[0]))
    outermost = ends[int(np.argmax(quantiles))]
    if math.isfinite(outermost) and outermost != limit:
        root, _ = profile.root(outermost, None)
        if root < max(quantiles) - 10.0 * CLOSE:
            return _ends(profile, estimate, step, limit, quantiles, None)
    return ends


def _ends(
    profile: Profile,
    estimate: float,
    step: float,
    limit: float,
    quantiles: Sequence[float],
    start: np.ndarray | None,
) -> list[float]:
    """Where the root of the deviance above its minimum reaches each quantile, on one side.

    The root is nearly linear in the parameter, so that a few secant steps within a bracket do.
    Without a start all starts are tried at every value.
    """
    ends = {}
    inside, root_inside, x = estimate, 0.0, start
    for quantile in sorted(quantiles):
        outside, root_outside = _bracket(profile, inside, step, limit, quantile, x)
        if root_outside < quantile:  # the limit is not far enough out
            ends[quantile] = limit if outside == limit else math.nan
            continue
        for _ in range(MOST_STEPS):
            gap = root_outside - root_inside
            share = (quantile - root_inside) / gap if 0.0 < gap < math.inf else 0.5
            # not too near either end, so that the bracket shrinks
            value = inside + min(max(share, 0.02), 0.98) * (outside - inside)
            here, found = profile.root(value, x)
            x = x if x is None else found
            if here < quantile:
                inside, root_inside = value, here
            else:
                outside, root_outside = value, here
            if abs(here - quantile) < CLOSE or abs(outside - inside) < 1e-7 * abs(step):
                break
        ends[quantile] = value
    return [ends[quantile] for quantile in quantiles]


def _bracket(
    profile: Profile,
    inside: float,
    step: float,
    limit: float,
    quantile: float,
    x: np.ndarray | None,
) -> tuple[float, float]:
    """A value at which the root is at least the quantile, or the limit, and the root there."""
    value, here, least = inside, 0.0, 0.25 * abs(step)
    for _ in range(MOST_STEPS):
        beyond = value + step
        value = max(beyond, limit) if step < 0 else min(beyond, limit)
        here, found = profile.root(value, x)
        x = x if x is None else found
        if here >= quantile or value == limit:
            break
        slope = here / abs(value - inside) if value != inside else 0.0
        # where the root is linear this step reaches the quantile; it at most trebles, and does not
        # shrink away where the profile is flat
        wanted = 1.1 * (quantile - here) / slope if slope > 0.0 else 3.0 * abs(step)
        step = math.copysign(min(max(wanted, least), 3.0 * abs(step)), step)
    return value, here


def fixed_effect_interval(
    estimate: float, error: float, freedom: int, level: float
) -> tuple[float, float]:
    """Estimate -+ the t quantile of so many degrees of freedom times the standard error.

    They are the number of subjects minus that of the columns of X that do not vary within a
    subject, the intercept included (`between_subjects`).
    """
    half = float(special.stdtrit(freedom, 0.5 + 0.5 * level)) * error
    return estimate - half, estimate + half


def between_subjects(data: LongData) -> int:
    """Number of columns of the fixed effects that do not vary within any subject."""
    first = np.searchsorted(data.subject, np.arange(data.subjects))
    fixed = data.fixed
    return int((fixed == fixed[first][data.subject]).all(axis=0).sum())
