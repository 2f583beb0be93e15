"""Fit one model to many data sets by NUTS: compile once, swap the data.

nutpie compiles the model in the process that fits. In one environment, with PyTensor's cache of
compiled code in one state, a seed gives the same draws to the last bit. Elsewhere the last bit of a
density may differ, after which chains part and agree within their Monte Carlo error.

A fit that looks bad can be refitted, but replicates are not by default: diagnostics go along with
what the chains found (under LKJCorr, those that ventured into the tail near rho = 1 are called
bad), so that to keep the good and replace the bad selects estimates, and biases their average.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import nutpie
import pandas as pd
import xarray as xr
from nutpie.compile_pymc import CompiledPyMCModel

from recovery.data.longdata import LongData
from recovery.errors import FAILURES_OF_DATA, FitError
from recovery.model.coded import decode
from recovery.model.prior import Prior
from recovery.nuts.models import FORMULATIONS
from recovery.nuts.summary import estimates_from_draws
from recovery.nuts.trace import KEPT, draws_from_trace
from recovery.result import Diagnostics, Fit

MAX_RHAT = 1.01
MIN_ESS_BULK = 400.0
BAD_START = ("initialization points failed", "bad initial gradient")
"""What nutpie says of data without a point at which the density is finite."""


@dataclass(frozen=True)
class SamplerSettings:
    """How NUTS is run (`sampler` in the config)."""

    formulation: str
    chains: int
    tune: int
    draws: int
    target_accept: float
    refits: int = 0

    def for_attempt(self, attempt: int) -> "SamplerSettings":
        """Settings of attempt 1, 2, ...: each halves 1 - target_accept and doubles the draws."""
        factor = 2 ** (attempt - 1)
        return replace(
            self,
            tune=self.tune * factor,
            draws=self.draws * factor,
            target_accept=1.0 - (1.0 - self.target_accept) / factor,
        )


class NutsSampler:
    """Fits any data set under one prior.

    Parameters
    ----------
    prior : Prior
        The prior, its coding resolved; draws are returned in the study's.
    settings : SamplerSettings
        Formulation and lengths of the chains.
    levels : list of float
        Levels of the intervals that estimates carry.
    """

    def __init__(self, prior: Prior, settings: SamplerSettings, levels: list[float]) -> None:
        self.prior = prior
        self.settings = settings
        self.levels = levels
        self.formulation = FORMULATIONS[settings.formulation]
        self._compiled: dict[int, CompiledPyMCModel] = {}

    def compiled(self, data: LongData) -> CompiledPyMCModel:
        """The model of a data set, compiled at most once.

        A latent model has the effects of so many subjects as parameters; a marginal model serves
        all data sets.
        """
        size = data.subjects if self.settings.formulation == "latent" else 0
        if size not in self._compiled:
            model = self.formulation.build(data, self.prior)
            names = [variable.name for variable in model.unobserved_RVs if variable.name in KEPT]
            self._compiled[size] = nutpie.compile_pymc_model(model, var_names=names)
        return self._compiled[size].with_data(**self.formulation.data(data, self.prior))

    def fit(self, data: LongData, seed: int) -> Fit:
        """Fit one data set; refit at most `settings.refits` times while diagnostics are not good.

        Not good are divergences, R-hat above 1.01 or a bulk effective sample size below 400
        (Vehtari et al. 2021) in any estimand. A failure of the data is
        returned as a fit with status ``failed``.
        """
        started = time.process_time()
        record = Diagnostics(seed=seed)
        for attempt in range(1, self.settings.refits + 2):
            settings = self.settings.for_attempt(attempt)
            record = replace(record, attempts=attempt, target_accept=settings.target_accept)
            try:
                trace = self._sample(data, settings, seed + attempt - 1)
                posterior = trace["posterior"].to_dataset()
                estimates, sample = estimates_from_draws(posterior, self.levels, data.effects)
            except FAILURES_OF_DATA as error:
                kept = ("attempts", "target_accept", "gradient_evaluations", "seed")
                known = {name: getattr(record, name) for name in kept}
                fit = Fit.failed(error, self.levels, data, **known)
                break
            record = _assessed(record, trace, estimates)
            fit = Fit(record, estimates, posterior, sample, trace["sample_stats"].to_dataset())
            if record.status == "ok":
                break
        seconds = time.process_time() - started
        return replace(fit, diagnostics=replace(fit.diagnostics, sampling_seconds=seconds))

    def _sample(self, data: LongData, settings: SamplerSettings, seed: int) -> xr.DataTree:
        model = self.compiled(data)
        try:
            trace = nutpie.sample(
                model,
                chains=settings.chains,
                tune=settings.tune,
                draws=settings.draws,
                target_accept=settings.target_accept,
                seed=seed,
                cores=1,  # the caller has as many processes as cores; draws do not depend on it
                progress_bar=False,
                return_raw_trace=True,
            )
        except RuntimeError as error:  # nutpie has no class of its own for a bad initial point
            if any(words in str(error) for words in BAD_START):
                raise FitError(str(error)) from error
            raise
        draws = draws_from_trace(trace)
        rng = np.random.default_rng([seed, 1])  # apart from nutpie's use of the seed
        posterior = by_name(draws["posterior"].to_dataset(), data.effects)
        posterior = self.formulation.complete(posterior, data, self.prior, rng)
        posterior = posterior.assign(decode(posterior, self.prior.coding))
        draws["posterior"] = xr.DataTree(posterior)
        return draws


def by_name(draws: xr.Dataset, effects: Sequence[str]) -> xr.Dataset:
    """Draws with the further effects as variables of their own."""
    if not effects:
        return draws
    last = str(draws["further"].transpose("chain", "draw", ...).dims[-1])
    named = {name: draws["further"].isel({last: i}, drop=True) for i, name in enumerate(effects)}
    return draws.drop_dims(last).assign(named)


def _assessed(record: Diagnostics, draws: xr.DataTree, estimates: pd.DataFrame) -> Diagnostics:
    """The record of an attempt that gave draws, with what its diagnostics say."""
    divergences = int(draws["sample_stats"]["diverging"].sum())
    posterior = draws["posterior"]
    sampled = [name for name in estimates.index if name in posterior or name.startswith("r_u")]
    # NaN, of a parameter that never moves, counts as bad and is not passed over
    max_rhat = float(estimates.loc[sampled, "rhat"].max(skipna=False))
    min_ess = float(estimates.loc[sampled, "ess_bulk"].min(skipna=False))
    complaints = [
        complaint
        for complaint, holds in (
            (f"{divergences} divergences", divergences > 0),
            (f"R-hat {max_rhat:.3f}", not max_rhat <= MAX_RHAT),
            (f"bulk ESS {min_ess:.0f}", not min_ess >= MIN_ESS_BULK),
        )
        if holds
    ]
    steps = draws["sample_stats"]["n_steps"].sum() + draws["warmup_sample_stats"]["n_steps"].sum()
    return replace(
        record,
        status="not_converged" if complaints else "ok",
        error=", ".join(complaints),
        divergences=divergences,
        max_rhat=max_rhat,
        min_ess_bulk=min_ess,
        gradient_evaluations=record.gradient_evaluations + int(steps),
    )
