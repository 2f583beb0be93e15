"""The cost of a prior: several ways to its posterior, timed side by side on one data set."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import arviz_stats.base
import numpy as np
import nutpie
import pandas as pd
import pymc as pm
import xarray as xr

from recovery.data.longdata import LongData
from recovery.exact.batch import DRAWS as EXACT_DRAWS
from recovery.exact.draws import Randomness, drawn_estimands
from recovery.exact.posterior import exact_posterior
from recovery.exact.tables import exact_batch
from recovery.model.prior import Prior
from recovery.nuts.models import FORMULATIONS
from recovery.parameters import MOST_RANDOM, PARAMETERS, sds
from recovery.reml.tables import reml_batch

REPEATS = 5
FITS_A_REPEAT = 4  # of nutpie, whose fits take a second or less
TARGET_ACCEPTS = (0.8, 0.9)
TUNE = DRAWS = 1000
CHAINS = 4
LEVELS = [0.5, 0.8, 0.9, 0.95]
MANY = 50  # fits without draws, which take a millisecond or a few


def measure_costs(
    data: LongData, prior: Prior, seed_of: Callable[..., int], tell: Callable[[str], None]
) -> pd.DataFrame:
    """Time every way to a posterior, several times in turn, so a busy machine affects all alike.

    Parameters
    ----------
    data : LongData
        The data set fitted.
    prior : Prior
        Its prior.
    seed_of : callable
        Seed of a fit, by method, target_accept and number.
    tell : callable
        Called with a progress message.

    Returns
    -------
    DataFrame
        One row per fit: ``method, target_accept, compile_seconds, sampling_seconds`` (CPU),
        ``gradient_evaluations`` (warm-up included), ``min_ess_bulk`` (the smallest of the sds,
        which every prior has, and sigma) and ``divergences``. The first compilation of a
        formulation fills the cache of compiled code on disk; later ones read it.
    """
    rows: list[dict[str, Any]] = []
    for repeat in range(REPEATS):
        for formulation in FORMULATIONS:
            rows += nutpie_fits(data, prior, formulation, repeat, seed_of)
        rows.append(pymc_fit(data, prior, repeat, seed_of))
        rows += fits_without_draws(data, prior) if data.q == 2 else []
        tell(f"{repeat + 1} of {REPEATS} repeats done")
    return pd.DataFrame(rows)


def fits_without_draws(data: LongData, prior: Prior) -> Iterator[dict[str, Any]]:
    """Time the exact engine by part, and REML, per fit; rows as of `measure_costs`.

    REML has no prior; it is timed beside each, so that a busy machine affects both alike.
    """
    truths = np.zeros((MANY, len(PARAMETERS) + len(data.effects)))
    numbers = range(MANY)
    exact = exact_posterior(data, prior)
    parts: dict[str, Callable[[], Any]] = {
        "exact, quadrature": lambda: [exact_posterior(data, prior) for _ in numbers],
        "exact, r_u": lambda: [
            drawn_estimands(exact, Randomness.of(exact.problem, EXACT_DRAWS, seed))
            for seed in numbers
        ],
        "exact, whole fit": lambda: exact_batch(
            [data] * MANY, prior, LEVELS, truths, numbers, numbers
        ),
        "REML, whole fit": lambda: reml_batch([data] * MANY, LEVELS, truths, numbers),
    }
    for method, run in parts.items():
        run()  # the first one loads the compiled code
        started = time.process_time()
        run()
        seconds = (time.process_time() - started) / MANY
        yield {"method": method, "sampling_seconds": seconds}


def nutpie_fits(
    data: LongData, prior: Prior, formulation: str, repeat: int, seed_of: Callable[..., int]
) -> Iterator[dict[str, Any]]:
    """Compile one formulation again and sample it by nutpie; rows as in `measure_costs`."""
    method = f"nutpie {formulation}"
    started = time.process_time()
    model = nutpie.compile_pymc_model(FORMULATIONS[formulation].build(data, prior))
    compile_seconds = time.process_time() - started
    for target_accept in TARGET_ACCEPTS:
        for fit in range(FITS_A_REPEAT):
            started = time.process_time()
            draws = nutpie.sample(
                model, chains=CHAINS, tune=TUNE, draws=DRAWS, cores=1, progress_bar=False,
                target_accept=target_accept,
                seed=seed_of(method, target_accept, repeat * FITS_A_REPEAT + fit),
            )  # fmt: skip
            seconds = time.process_time() - started
            yield _row(method, target_accept, compile_seconds, seconds, draws)


def pymc_fit(
    data: LongData, prior: Prior, repeat: int, seed_of: Callable[..., int]
) -> dict[str, Any]:
    """Fit the latent model the post's way, by ``pm.sample``; a row as in `measure_costs`."""
    method, target_accept = "pm.sample latent", 0.8  # its default
    sampled: list[float] = []  # CPU time at every draw; the first comes after the compilation
    started = time.process_time()
    with FORMULATIONS["latent"].build(data, prior):
        draws = pm.sample(
            DRAWS, tune=TUNE, chains=CHAINS, cores=1, nuts_sampler="pymc",
            target_accept=target_accept, random_seed=seed_of(method, target_accept, repeat),
            discard_tuned_samples=False, compute_convergence_checks=False,
            progressbar=False, quiet=True,
            callback=lambda trace, draw: sampled.append(time.process_time()),
        )  # fmt: skip
    seconds = sampled[-1] - sampled[0]
    return _row(method, target_accept, sampled[0] - started, seconds, draws)


def _row(
    method: str, target_accept: float, compile_seconds: float, seconds: float, draws: xr.DataTree
) -> dict[str, Any]:
    posterior, stats = draws["posterior"], draws["sample_stats"]
    names = [name for name in (*sds(MOST_RANDOM), "sigma") if name in posterior]
    array = np.stack([posterior[name].transpose("chain", "draw").to_numpy() for name in names])
    ess = arviz_stats.base.array_stats.ess(array, chain_axis=1, draw_axis=2)
    steps = stats["n_steps"].sum() + draws["warmup_sample_stats"]["n_steps"].sum()
    return {
        "method": method,
        "target_accept": target_accept,
        "compile_seconds": compile_seconds,
        "sampling_seconds": seconds,
        "gradient_evaluations": int(steps),
        "min_ess_bulk": float(np.min(ess)),
        "divergences": int(stats["diverging"].sum()),
    }
