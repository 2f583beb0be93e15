"""The parts of every prior: hyperparameters, a PyMC model, a sampler and a density.

A family of priors is a class with its hyperparameters as fields. It defines the prior of the
standard deviations and correlations of the random effects three ways: as a PyMC model, as a sampler
and as a log density. Tests compare the three, so an error in one of them shows. The fields are
floats, because PyMC 6.4 stores small Python integers as int8, where ``HalfStudentT(nu=4,
sigma=50)`` overflows to NaN. PyMC takes seconds to import, so only the functions that build a model
import it.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np

from recovery.data.coding import Coding, rounded
from recovery.model.coded import decode
from recovery.model.hyperparameters import WORDS, checked
from recovery.parameters import correlations, pairs, sds


class Covariance(NamedTuple):
    """Standard deviations and correlations of the random effects, as PyMC variables.

    Attributes
    ----------
    sds : list
        The standard deviations, as variables that have their names.
    factor : list of list or None
        Cholesky factor of the correlation matrix: rows of 1, 2, ... entries. None where the prior
        has no correlation.
    """

    sds: list[Any]
    factor: list[list[Any]] | None

    @property
    def correlations(self) -> list[Any]:
        """The correlations, in the order of `parameters.pairs`; none without a factor."""
        rows = self.factor or []
        found = []
        for a, b in pairs(len(rows)):
            first, *others = (x * y for x, y in zip(rows[a], rows[b])) if a else rows[b][:1]
            found.append(sum(others, first))
        return found

    @classmethod
    def of_two(cls, sigma_u0: Any, sigma_u1: Any, rho: Any) -> "Covariance":
        """That of two effects by their correlation."""
        import pymc as pm

        return cls([sigma_u0, sigma_u1], [[1.0], [rho, pm.math.sqrt(1.0 - rho**2)]])


OF_FURTHER = ("effects_sd", "random_scales", "recoding", "further_means")
"""Fields of the further effects, which are no numbers."""

Draws = tuple[np.ndarray, ...]
"""Draws of the standard deviations and of the correlations, in the order of `parameters.pairs`."""


def response_scale(default: float) -> Any:
    """A hyperparameter in units of the response, for which the config may say ``auto``."""
    return field(default=default, metadata={"auto": "response"})


def slope_scale(default: float) -> Any:
    """A hyperparameter in units of the response per unit of time, which also may be ``auto``."""
    return field(default=default, metadata={"auto": "slope"})


@dataclass(frozen=True)
class Prior(ABC):
    """What all families share: the priors of beta0, beta1 and sigma.

    Attributes
    ----------
    center : float or "data"
        Prior mean of beta0; "data" takes the mean response of the fitted data set.
    beta0_sd, beta1_sd : float
        Prior standard deviations of beta0 ~ Normal(center, .) and beta1 ~ Normal(0, .).
    sigma_df, sigma_scale : float
        sigma ~ HalfStudentT(sigma_df, sigma_scale).
    origin : float or "mean"
    unit : float or "sd"
        The coding of time in which the prior is stated, counted in the study's time: its beta0
        and sigma_u0 are those at `origin`, and its slopes are per `unit`. "mean" and "sd" are those
        of the planned times (`for_design`).
    beta_prior_at : "origin", "means" or "flat"
        Where the priors of the fixed effects are independent: beta0 ~ Normal(center, beta0_sd) is
        the population's mean at `origin`, or at the means of the planned times and of the further
        columns, as rstanarm and brms state it. `for_design` turns the word into this time, in the
        prior's coding, and takes the further means. "flat" is the improper prior that is the same
        everywhere: their sds are not used, and p(y) does not exist.
    effects_sd : dict
        Prior standard deviations of the further fixed effects, by name: Normal(0, .).
    random_scales : dict
        Scales of sigma_u2 and sigma_u3, by the name of the effect; there are q = 2 + so many random
        effects, also under a prior that has no scales.
    recoding : sequence of sequence of float, shape (p, p)
        Fixed effects in the prior's coding from those in the study's, where there are further ones
        and `origin` or `unit` is set.
    further_means : sequence of float
        Means of the further columns, of ``beta_prior_at: means``.

    Raises
    ------
    InputError
        If a hyperparameter is not a finite positive number.
    """

    has_rho: ClassVar[bool] = True
    more_effects: ClassVar[bool] = False
    """Whether the family is for more than two random effects, too."""

    center: float | str = "data"
    beta0_sd: float = response_scale(50.0)
    beta1_sd: float = slope_scale(10.0)
    sigma_df: float = 4.0
    sigma_scale: float = response_scale(50.0)
    origin: float | str = 0.0
    unit: float | str = 1.0
    beta_prior_at: float | str = "origin"
    effects_sd: Mapping[str, float] = field(default_factory=dict, hash=False)
    random_scales: Mapping[str, float] = field(default_factory=dict, hash=False)
    recoding: Sequence[Sequence[float]] = field(default=(), hash=False)
    further_means: Sequence[float] = ()

    def __post_init__(self) -> None:
        for name in (f.name for f in fields(self) if f.name not in OF_FURTHER):
            value = getattr(self, name)
            if isinstance(value, str) and value in WORDS.get(name, ()):
                continue
            object.__setattr__(self, name, checked(name, value, self.scales()))

    @cached_property
    def coding(self) -> Coding:
        """The coding in which the prior is stated; "mean" and "sd" must be resolved."""
        return Coding(float(self.origin), float(self.unit))

    @property
    def q(self) -> int:
        """Number of random effects."""
        return 2 + len(self.random_scales)

    @property
    def sd_scales(self) -> list[float]:
        """Scales of their standard deviations, in families that have them."""
        own = (getattr(self, name) for name in ("sigma_u0_scale", "sigma_u1_scale"))
        return [*own, *self.random_scales.values()]

    def split(self, values: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any], Any]:
        """The arguments of `log_density`: standard deviations, correlations, and sigma."""
        return values[: self.q], values[self.q : -1], values[-1]

    def for_design(self, times: np.ndarray, *further: np.ndarray) -> "Prior":
        """The prior with "mean", "sd" and "means" taken from planned rows in the study's coding.

        Parameters
        ----------
        times : ndarray, shape (rows,)
            Planned times.
        *further : ndarray, shape (rows,)
            The further columns of the fixed effects there.
        """
        coding = Coding.of(self.origin, self.unit, times)
        at, means = self.beta_prior_at, self.further_means
        if at == "means":
            at = Coding.of("mean", 1.0, coding.code(times)).origin
            means = tuple(rounded(column.mean(), float(column.std())) for column in further)
        return replace(
            self, origin=coding.origin, unit=coding.unit, beta_prior_at=at, further_means=means
        )

    @property
    def beta_time(self) -> float:
        """The time, in the prior's coding, at which beta0's prior is stated."""
        return 0.0 if self.beta_prior_at in ("origin", "flat") else float(self.beta_prior_at)

    @property
    def flat(self) -> bool:
        """Whether the prior of the fixed effects is improper."""
        return self.beta_prior_at == "flat"

    @property
    def beta_sds(self) -> np.ndarray:
        """Prior sds of what the prior states of the fixed effects, shape (p,); see `stated`."""
        found = np.array([self.beta0_sd, self.beta1_sd, *self.effects_sd.values()])
        return np.full(len(found), np.inf) if self.flat else found

    @property
    def stated(self) -> np.ndarray:
        """What the prior states independently, from beta in the study's coding, shape (p, p).

        The first is the population's mean at `beta_prior_at`, whose prior mean is the center; the
        others are the slope per `unit` and the further effects, whose prior means are 0.
        """
        coding, p = self.coding, 2 + len(self.effects_sd)
        found = np.diag([1.0, coding.unit, *[1.0] * (p - 2)])
        if len(self.recoding):
            found = np.array(self.recoding, float)
        found[0, 1] = coding.origin + coding.unit * self.beta_time
        if len(self.further_means):
            found[0, 2:] = self.further_means
        return found

    def beta_precision(self, means: np.ndarray) -> np.ndarray:
        """Precision of the fixed effects, whose prior means are 0, shape (p, p).

        They are those in the study's coding, the first one being the population's mean, less the
        center, at `means` of the other columns.
        """
        shift = np.eye(1 + len(means))
        shift[0, 1:] = -means
        stated = self.stated @ shift
        return stated.T @ np.diag(self.beta_sds**-2.0) @ stated

    @classmethod
    def scales(cls) -> dict[str, str]:
        """Hyperparameters in units of the data: name -> ``response`` or ``slope``."""
        return {f.name: f.metadata["auto"] for f in fields(cls) if "auto" in f.metadata}

    def center_for(self, response: np.ndarray) -> float:
        """The prior mean of beta0 for a data set."""
        return float(np.mean(response)) if self.center == "data" else float(self.center)

    @abstractmethod
    def covariance(self, sigma: Any) -> Covariance:
        """Add the prior's variables to the PyMC model in context, given the residual sd."""

    @abstractmethod
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        """Draw standard deviations and correlations by the prior's definition, one per sigma.

        Calibration takes its truths from here. The method shares no code with `covariance` and
        `log_density`, so an error in either shows. Correlations are 0 where the prior has none.
        """

    def draw_parameters(self, n: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Draw all parameters n times; the center must be a number, and the prior proper.

        Returns
        -------
        dict
            beta0, beta1, the further effects, sigma, standard deviations and correlations in the
            study's coding, each of shape (n,).
        """
        sigma = self.sigma_scale * np.abs(rng.standard_t(self.sigma_df, n))
        level = rng.normal(float(self.center), self.beta0_sd, n)
        others = [rng.normal(0.0, sd, n) for sd in self.beta_sds[1:]]
        beta = np.linalg.solve(self.stated, np.array([level, *others]))
        covariance = dict(zip((*sds(self.q), *correlations(self.q)), self.draw(sigma, rng)))
        fixed = dict(zip(("beta0", "beta1", *self.effects_sd), beta))
        return fixed | decode({"sigma": sigma, **covariance}, self.coding)

    @abstractmethod
    def log_density(self, *values: Any) -> Any:
        """Log density of standard deviations and correlations given sigma, normalised.

        The arguments, in this order, broadcast; of two effects they are sigma_u0, sigma_u1, rho and
        sigma. A family without a correlation ignores them.
        """
