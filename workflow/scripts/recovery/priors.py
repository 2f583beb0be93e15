"""The priors of the variance components, one class a family.

A family holds its hyperparameters as fields (all floats: PyMC 6.4 reads small Python integers
as int8, where ``HalfStudentT(nu=4, sigma=50)`` overflows to NaN) and says its prior three times:
to PyMC, as draws and as a density, each the oracle of the others. PyMC is imported by the builders
only, since checking a config must not pay seconds for it.
"""

import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Any, ClassVar, NamedTuple, override

import numpy as np

from .errors import InputError
from .lkj import draw_lkj, lkj_corr_rho, lkj_log_density


class Covariance(NamedTuple):
    """Standard deviations and correlation of the subjects' effects, as PyMC variables.

    ``rho`` is None where the correlation is no parameter of the prior.
    """

    sigma_u0: Any
    sigma_u1: Any
    rho: Any


Draws = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Draws of sigma_u0, sigma_u1 and rho."""


@dataclass(frozen=True)
class Prior(ABC):
    """What all families share: the priors of beta0, beta1 and sigma.

    Attributes
    ----------
    center : float or "data"
        Prior mean of beta0; "data" takes the mean response of the data set fitted.
    beta0_sd, beta1_sd : float
        Prior standard deviations of beta0 ~ Normal(center, .) and beta1 ~ Normal(0, .).
    sigma_df, sigma_scale : float
        sigma ~ HalfStudentT(sigma_df, sigma_scale).

    Raises
    ------
    InputError
        If a hyperparameter is not a finite positive number.
    """

    has_rho: ClassVar[bool] = True

    center: float | str = "data"
    beta0_sd: float = 50.0
    beta1_sd: float = 10.0
    sigma_df: float = 4.0
    sigma_scale: float = 50.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "center" and value == "data":
                continue
            if isinstance(value, bool) or not isinstance(value, int | float):
                alternative = " or 'data'" if field.name == "center" else ""
                raise InputError(f"{field.name}: {value!r} is not a number{alternative}.")
            if not abs(value) <= sys.float_info.max or (field.name != "center" and value <= 0):
                wanted = "finite" if field.name == "center" else "positive and finite"
                raise InputError(f"{field.name}: {value} must be {wanted}.")
            object.__setattr__(self, field.name, float(value))

    def center_for(self, response: np.ndarray) -> float:
        """The prior mean of beta0 for a data set."""
        return float(np.mean(response)) if self.center == "data" else float(self.center)

    @abstractmethod
    def covariance(self, sigma: Any) -> Covariance:
        """Add the prior's variables to the PyMC model in context, given the residual sd."""

    @abstractmethod
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        """Draw (sigma_u0, sigma_u1, rho) by the prior's definition, one for each sigma.

        What calibration takes for the truth: it shares no code with `covariance` and
        `log_density`, so that an error in either is seen. ``rho`` is 0 where there is none.
        """

    def draw_parameters(self, n: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Draw n times all parameters; the center must be a number.

        Returns
        -------
        dict
            beta0, beta1, sigma, sigma_u0, sigma_u1 and rho, each of shape (n,).
        """
        sigma = self.sigma_scale * np.abs(rng.standard_t(self.sigma_df, n))
        return {
            "beta0": rng.normal(self.center, self.beta0_sd, n),
            "beta1": rng.normal(0.0, self.beta1_sd, n),
            "sigma": sigma,
            **dict(zip(("sigma_u0", "sigma_u1", "rho"), self.draw(sigma, rng))),
        }

    @abstractmethod
    def log_density(self, sigma_u0: Any, sigma_u1: Any, rho: Any, sigma: Any) -> Any:
        """Log of p(sigma_u0, sigma_u1, rho | sigma), normalised, on NumPy arrays.

        For a family without a correlation it is p(sigma_u0, sigma_u1 | sigma), whatever rho.
        """


@dataclass(frozen=True)
class HalfNormalScales(Prior):
    """Families with sigma_uk ~ HalfNormal(scale): the scales are in ms and ms/day."""

    sigma_u0_scale: float = 50.0
    sigma_u1_scale: float = 10.0

    def _draw_scales(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        scales = (self.sigma_u0_scale, self.sigma_u1_scale)
        return tuple(scale * np.abs(rng.standard_normal(n)) for scale in scales)

    def _scales_log_density(self, sigma_u0: Any, sigma_u1: Any) -> Any:
        return _half_normal(sigma_u0, self.sigma_u0_scale) + _half_normal(
            sigma_u1, self.sigma_u1_scale
        )


@dataclass(frozen=True)
class Independent(HalfNormalScales):
    """Half-normal scales, no correlation: Omega is the identity."""

    has_rho: ClassVar[bool] = False

    @override
    def covariance(self, sigma: Any) -> Covariance:
        import pymc as pm

        return Covariance(
            pm.HalfNormal("sigma_u0", self.sigma_u0_scale),
            pm.HalfNormal("sigma_u1", self.sigma_u1_scale),
            None,
        )

    @override
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        return *self._draw_scales(len(sigma), rng), np.zeros(len(sigma))

    @override
    def log_density(self, sigma_u0: Any, sigma_u1: Any, rho: Any, sigma: Any) -> Any:
        return self._scales_log_density(sigma_u0, sigma_u1)


@dataclass(frozen=True)
class HalfNormalLKJ(HalfNormalScales):
    """Families with half-normal scales and an LKJ correlation, whatever their coding."""

    eta: float = 1.0

    @override
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        return *self._draw_scales(len(sigma), rng), draw_lkj(self.eta, len(sigma), rng)

    @override
    def log_density(self, sigma_u0: Any, sigma_u1: Any, rho: Any, sigma: Any) -> Any:
        return self._scales_log_density(sigma_u0, sigma_u1) + lkj_log_density(rho, self.eta)


@dataclass(frozen=True)
class LKJCholeskyCov(HalfNormalLKJ):
    """Half-normal scales and an LKJ correlation in one ``pm.LKJCholeskyCov``."""

    @override
    def covariance(self, sigma: Any) -> Covariance:
        import pymc as pm

        scales = np.array([self.sigma_u0_scale, self.sigma_u1_scale])
        # packed: the lower triangle row by row, (sigma_u0, rho sigma_u1, sqrt(1 - rho^2) sigma_u1)
        packed = pm.LKJCholeskyCov(
            "cholesky_cov",
            n=2,
            eta=self.eta,
            sd_dist=pm.HalfNormal.dist(scales),
            compute_corr=False,
            # PyMC 6.4 cannot draw a start itself when sd_dist has a vector of scales
            # ("cannot set WRITEABLE flag"), so it is given: both sds at their scale, rho 0.
            initval=np.array([scales[0], 0.0, scales[1]]),
        )
        sigma_u1 = pm.Deterministic("sigma_u1", pm.math.sqrt(packed[1] ** 2 + packed[2] ** 2))
        return Covariance(
            pm.Deterministic("sigma_u0", packed[0]),
            sigma_u1,
            pm.Deterministic("rho", packed[1] / sigma_u1),
        )


@dataclass(frozen=True)
class LKJCorr(HalfNormalLKJ):
    """The prior of `LKJCholeskyCov`, assembled by hand from ``pm.LKJCorr``."""

    @override
    def covariance(self, sigma: Any) -> Covariance:
        import pymc as pm

        return Covariance(
            pm.HalfNormal("sigma_u0", self.sigma_u0_scale),
            pm.HalfNormal("sigma_u1", self.sigma_u1_scale),
            lkj_corr_rho(self.eta),
        )


@dataclass(frozen=True)
class LKJCorrRstanarm(Prior):
    """rstanarm's ``decov``: one scale tau, in units of sigma, shared out by a simplex pi.

    ``sigma_uk = sigma * tau * sqrt(2 pi_k)`` with tau ~ Gamma(shape, scale) and pi ~
    Dirichlet(concentration). Source: rstanarm, ``common_functions.stan``, make_theta_L.
    """

    eta: float = 1.0
    tau_shape: float = 1.0
    tau_scale: float = 1.0
    concentration: float = 1.0

    @override
    def covariance(self, sigma: Any) -> Covariance:
        import pymc as pm

        tau = pm.Gamma("tau", alpha=self.tau_shape, beta=1.0 / self.tau_scale)
        share = pm.Dirichlet("pi", np.full(2, self.concentration))
        deviations = sigma * tau * pm.math.sqrt(2.0 * share)
        return Covariance(
            pm.Deterministic("sigma_u0", deviations[0]),
            pm.Deterministic("sigma_u1", deviations[1]),
            lkj_corr_rho(self.eta),
        )

    @override
    def draw(self, sigma: np.ndarray, rng: np.random.Generator) -> Draws:
        tau = rng.gamma(self.tau_shape, self.tau_scale, len(sigma))
        share = rng.beta(self.concentration, self.concentration, len(sigma))
        sds = (sigma * tau * np.sqrt(2.0 * pi) for pi in (share, 1.0 - share))
        return *sds, draw_lkj(self.eta, len(sigma), rng)

    @override
    def log_density(self, sigma_u0: Any, sigma_u1: Any, rho: Any, sigma: Any) -> Any:
        """See `Prior.log_density`.

        With tau^2 = (s0^2 + s1^2) / (2 sigma^2) and pi = s0^2 / (s0^2 + s1^2) the Jacobian
        |d(tau, pi) / d(s0, s1)| is s0 s1 / (2 sigma^4 tau^3).
        """
        from scipy import special

        total = np.square(sigma_u0) + np.square(sigma_u1)
        tau = np.sqrt(total / 2.0) / sigma
        share = np.square(sigma_u0) / total
        jacobian = np.log(sigma_u0 * sigma_u1 / (2.0 * sigma**4 * tau**3))
        a, c = self.tau_shape, self.concentration
        gamma = special.xlogy(a - 1.0, tau) - tau / self.tau_scale
        gamma -= a * np.log(self.tau_scale) + special.gammaln(a)
        beta = special.xlogy(c - 1.0, share) + special.xlog1py(c - 1.0, -share)
        beta -= special.betaln(c, c)
        return gamma + beta + jacobian + lkj_log_density(rho, self.eta)


FAMILIES: dict[str, type[Prior]] = {
    "independent": Independent,
    "lkj_cholesky_cov": LKJCholeskyCov,
    "lkj_corr": LKJCorr,
    "lkj_corr_rstanarm": LKJCorrRstanarm,
}


def make_prior(family: str, **hyperparameters: Any) -> Prior:
    """Build a prior from a config block less its label.

    Raises
    ------
    InputError
        If the family or a hyperparameter is unknown, or a value is out of range.
    """
    if family not in FAMILIES:
        raise InputError(f"family: '{family}' is unknown; choose one of {', '.join(FAMILIES)}.")
    known = [field.name for field in fields(FAMILIES[family])]
    for name in hyperparameters:
        if name not in known:
            raise InputError(
                f"{name}: the family '{family}' has no such hyperparameter; "
                f"it takes {', '.join(known)}."
            )
    return FAMILIES[family](**hyperparameters)


def _half_normal(value: Any, scale: float) -> Any:
    return 0.5 * np.log(2.0 / np.pi) - np.log(scale) - 0.5 * np.square(value / scale)
