"""Estimands that are asked for: lines at chosen times, a new subject, the subjects themselves.

They are functions of several parameters. Their quantiles are known by independent draws from the
exact posterior, as are the means and sds of those that are no function of the grid's axes alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

SUBJECT_COLUMNS = ("squared_error", "covered", "width")
"""Scores of the subjects' own lines: means over the subjects of one data set."""
EFFECTS = ("intercept", "slope")


@dataclass(frozen=True)
class Estimands:
    """What is estimated besides the parameters.

    Attributes
    ----------
    lines_at : dict
        Times, label -> time in the study's coding: the sd of the subjects' lines there
        (``sd_at_<label>``) and its correlation with their slopes (``rho_at_<label>``).
    new_subject_at : dict
        Times at which a new subject's line is predicted (``new_at_<label>``).
    subjects : bool
        Whether the subjects' own intercepts and slopes are scored.
    realised : bool
        Whether r_u is estimated, which costs draws of every subject's effects.
    """

    lines_at: Mapping[str, float] = field(default_factory=dict)
    new_subject_at: Mapping[str, float] = field(default_factory=dict)
    subjects: bool = False
    realised: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the additional rows of estimates."""
        lines = [f"{what}_at_{label}" for label in self.lines_at for what in ("sd", "rho")]
        return (*lines, *(f"new_at_{label}" for label in self.new_subject_at))

    @property
    def wanted(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.lines_at or self.new_subject_at or self.subjects)

    def of_lines(self, parameters: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The estimands that are functions of sigma_u0, sigma_u1 and rho only, by name.

        Parameters
        ----------
        parameters : mapping
            sigma_u0, sigma_u1 and rho in the study's time, of any shapes that broadcast.
        """
        s0, s1, rho = parameters["sigma_u0"], parameters["sigma_u1"], parameters["rho"]
        found: dict[str, np.ndarray] = {}
        for label, time in self.lines_at.items():
            covariance = rho * s0 * s1 + time * s1**2
            sd = np.sqrt(s0**2 + 2.0 * time * rho * s0 * s1 + time**2 * s1**2)
            found |= {f"sd_at_{label}": sd, f"rho_at_{label}": covariance / (sd * s1)}
        return found

    def values(self, draws: Mapping[str, np.ndarray], new_effects: np.ndarray) -> np.ndarray:
        """The estimands at draws, or at the truth.

        Parameters
        ----------
        draws : mapping
            beta0, beta1, sigma_u0, sigma_u1 and rho, each of shape (n,).
        new_effects : ndarray, shape (2, n)
            Intercept and slope of a new subject, as deviations from the population's.

        Returns
        -------
        ndarray, shape (names, n)
        """
        rows = list(self.of_lines(draws).values())
        for time in self.new_subject_at.values():
            intercept, slope = draws["beta0"] + new_effects[0], draws["beta1"] + new_effects[1]
            rows.append(intercept + slope * time)
        return np.reshape(rows, (len(self.names), len(draws["sigma_u0"])))


def draw_new_effects(draws: Mapping[str, np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Effects of a new subject, one per draw of the parameters, shape (2, n)."""
    z = rng.standard_normal((2, len(draws["sigma_u0"])))
    across = np.sqrt(1.0 - draws["rho"] ** 2)
    slope = draws["sigma_u1"] * (draws["rho"] * z[0] + across * z[1])
    return np.stack([draws["sigma_u0"] * z[0], slope])


def subject_scores(
    draws: Mapping[str, np.ndarray], truth: np.ndarray, levels: np.ndarray
) -> np.ndarray:
    """Scores of the posteriors of the subjects' own intercepts and slopes.

    Parameters
    ----------
    draws : mapping
        beta0 and beta1, shape (n,), and u0 and u1, shape (n, subjects).
    truth : ndarray, shape (2, subjects)
        The true intercepts and slopes.
    levels : ndarray
        Levels of the equal-tailed intervals.

    Returns
    -------
    ndarray, shape (2, levels, 3)
        By effect and level, the `SUBJECT_COLUMNS`.
    """
    scores = np.empty((2, len(levels), len(SUBJECT_COLUMNS)))
    ends = np.concatenate([(1.0 - levels) / 2.0, (1.0 + levels) / 2.0])
    for i, (population, effect) in enumerate((("beta0", "u0"), ("beta1", "u1"))):
        # in order and subject by subject: quantiles are found in half the time
        values = np.sort(draws[population] + draws[effect].T, axis=1)
        low, high = np.split(np.quantile(values, ends, axis=1), 2)
        scores[i, :, 0] = np.square(values.mean(axis=1) - truth[i]).mean()
        scores[i, :, 1] = ((low <= truth[i]) & (truth[i] <= high)).mean(axis=1)
        scores[i, :, 2] = (high - low).mean(axis=1)
    return scores
