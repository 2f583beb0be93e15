"""Exact posteriors of batches: tables, intervals and scores by their definitions, draws."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, optimize, stats

from recovery.columns import DIAGNOSTICS, estimate_columns
from recovery.data.longdata import LongData
from recovery.data.scenarios import Design, Truth, days
from recovery.data.simulate import simulate_replicate
from recovery.exact.batch import Targets
from recovery.exact.draws import Randomness, drawn_estimands, joint_draws
from recovery.exact.estimands import Estimands
from recovery.exact.posterior import exact_posterior
from recovery.exact.quadrature import LADDER, NODES_OF_SIGMA, PILOT
from recovery.exact.tables import exact_batch, exact_batches
from recovery.kernels import marginals as marginals_kernel
from recovery.kernels.likelihood import MOST_NODES
from recovery.model.families import make_prior
from recovery.parameters import PARAMETERS, correlation

LEVELS = [0.5, 0.8, 0.9, 0.95]
VALUES = [*estimate_columns(LEVELS), "crps"]


def data_of(subjects: int, visits: int, missing: float = 0.0, seed: int = 1) -> LongData:
    design = Design(Truth(250, 10, 25, 6, 0.3, 25), subjects, days(visits), missing)
    return simulate_replicate(design, np.random.default_rng(seed))[1]


@pytest.fixture(scope="module")
def batch() -> list[LongData]:
    """Data sets of several designs, balanced and not."""
    shapes = [(6, 5, 0.0), (9, 6, 0.3), (3, 8, 0.0), (6, 5, 0.0), (12, 4, 0.2)]
    return [data_of(*shape, seed) for seed, shape in enumerate(shapes)]


def fit(batch, prior="lkj_corr", seeds=None, **estimands):
    truths = np.tile([250.0, 10.0, 25.0, 25.0, 6.0, 0.3, 0.3], (len(batch), 1))
    seeds = list(seeds or range(len(batch)))
    targets = Targets.parameters(truths)._replace(estimands=Estimands(**estimands))
    return exact_batch(batch, make_prior(prior), LEVELS, targets, seeds, seeds)


def test_a_table_for_the_batch(batch):
    estimates, fits, _ = fit(batch)
    assert list(estimates["parameter"]) == list(PARAMETERS) * len(batch)
    assert set(VALUES) == set(estimates) - {"replicate", "parameter", "truth"}
    known = estimates.drop(columns=list(DIAGNOSTICS[1:]))
    assert known.notna().all().all()
    assert list(fits["status"]) == ["ok"] * len(batch)
    one = exact_posterior(batch[1], make_prior("lkj_corr"))
    row = estimates[estimates["replicate"] == 1].set_index("parameter")
    for name, (mean, sd) in one.moments.items():
        assert (row.loc[name, "mean"], row.loc[name, "sd"]) == (mean, sd)
        assert row.loc[name, "q2.5"] == pytest.approx(one.quantiles([0.025])[name][0], rel=1e-12)
        assert row.loc[name, "mcse_mean"] == 0.0
    assert row.loc["r_u", "mcse_mean"] == pytest.approx(row.loc["r_u", "sd"] / 32)


def test_without_r_u_all_else_is_the_same(batch):
    known, found = fit(batch).estimates, fit(batch, realised=False).estimates
    known.loc[known["parameter"] == "r_u", VALUES] = np.nan
    pd.testing.assert_frame_equal(found, known)


@pytest.mark.parametrize("prior", ["independent", "lkj_corr_rstanarm"])
def test_a_fit_does_not_depend_on_its_batch(batch, prior):
    """Bit by bit: alone, in another order, or after others."""
    whole = fit(batch, prior).estimates[VALUES].to_numpy().reshape(len(batch), 7, -1)
    order = [4, 1, 0]
    part = fit([batch[k] for k in order], prior, order)
    np.testing.assert_array_equal(part.estimates[VALUES].to_numpy().reshape(3, 7, -1), whole[order])
    assert np.isnan(whole[:, PARAMETERS.index("rho")]).all() == (prior == "independent")


def results_in_processes(code: str, *environments: dict[str, str]) -> list[str]:
    """What processes of their own print that run the code."""
    python_path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    return [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **python_path, **environment},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for environment in environments
    ]


@pytest.mark.slow
def test_code_of_the_disk_and_of_another_processor(tmp_path):
    """One without wide vectors adds in another order; a second process reads its code."""
    code = (
        "import json, numpy as np; from recovery.exact.posterior import exact_posterior\n"
        "from recovery.data.longdata import LongData\n"
        "from recovery.model.families import make_prior\n"
        "y = 250 + 30 * np.random.default_rng(1).standard_normal((8, 6))\n"
        "data = LongData.from_grid(y, np.arange(6))\n"
        "names = 'independent', 'lkj_corr', 'lkj_corr_rstanarm'\n"
        "found = [exact_posterior(data, make_prior(name)) for name in names]\n"
        "print(json.dumps([list(one.moments.values()) for one in found]))"
    )
    narrow = {"NUMBA_CPU_NAME": "generic", "NUMBA_CACHE_DIR": str(tmp_path)}
    this, generic, again = results_in_processes(code, {}, narrow, narrow)
    assert generic == again and list(tmp_path.rglob("*.nbc"))
    for mine, other in zip(json.loads(this), json.loads(generic), strict=True):
        (mean, sd), (other_mean, other_sd) = np.transpose(mine), np.transpose(other)
        assert np.abs((mean - other_mean) / sd).max() < 1e-9
        assert np.abs(sd / other_sd - 1.0).max() < 1e-9


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_broken_data_set_is_a_row(batch):
    copies = [replace(batch[1], response=batch[1].response.copy()) for _ in range(3)]
    broken = [batch[0], *copies, batch[3]]
    broken[1].response[2] = np.nan
    broken[2].response[0] = np.inf
    broken[3].response[:] = 7.0
    estimates, fits, _ = fit(broken)
    assert list(fits["status"]) == ["ok", "failed", "failed", "failed", "ok"]
    assert "finite" in fits["error"][1] and "do not vary" in fits["error"][3]
    values = estimates[VALUES].to_numpy().reshape(5, 7, -1)
    assert np.isnan(values[1:4]).all()
    alone = fit([batch[0], batch[3]], seeds=[0, 4]).estimates[VALUES].to_numpy()
    np.testing.assert_array_equal(alone.reshape(2, 7, -1), values[[0, 4]])


def test_a_prior_s_numbers_do_not_depend_on_the_others(batch):
    """Bit by bit, with priors of other betas, codings and forms beside it."""
    truths = np.tile([250.0, 10.0, 25.0, 25.0, 6.0, 0.3, 0.3], (len(batch), 1))
    times = np.arange(5.0)
    priors = {
        "alone": make_prior("lkj_corr"),
        "rstanarm": make_prior("lkj_corr_rstanarm", beta0_sd=70.0),
        "independent": make_prior("independent"),
        "inverse_wishart": make_prior("inverse_wishart", beta1_sd=20.0),
        "centred": make_prior("lkj_corr", origin="mean", unit="sd").for_design(times),
    }
    numbers = range(len(batch))
    together = exact_batches(batch, priors, LEVELS, truths, numbers, numbers)
    turned = dict(reversed(priors.items()))
    for found in (together, exact_batches(batch, turned, LEVELS, truths, numbers, numbers)):
        for name, prior in priors.items():
            alone = exact_batch(batch, prior, LEVELS, truths, numbers, numbers)
            pd.testing.assert_frame_equal(found[name].estimates, alone.estimates, check_exact=True)


DISTRIBUTIONS = [stats.norm(2, 3), stats.gamma(3, scale=2), stats.expon(), stats.beta(8, 2)]


@pytest.mark.parametrize("law", DISTRIBUTIONS)
def test_summaries_of_a_density(law):
    """Quantiles, shortest intervals and CRPS of a law given on 257 points, by its own functions."""
    value = np.linspace(*law.ppf([1e-9, 1 - 1e-9]), 257)
    density = law.pdf(value)
    cumulative = marginals_kernel.distribution(value, density)
    truth = law.ppf(0.9)
    probabilities = np.array([0.025, 0.5, 0.975])
    (row,) = marginals_kernel.summarise(
        np.array([[value, density, cumulative]]), probabilities, np.array(LEVELS), np.array([truth])
    )
    sd = law.std()
    np.testing.assert_allclose(row[:3], law.ppf(probabilities), atol=4e-3 * sd)
    for level, low, high in zip(LEVELS, row[3:-1:2], row[4:-1:2]):

        def width(p, level=level):
            return law.ppf(p + level) - law.ppf(p)

        best = optimize.minimize_scalar(width, bounds=(0, 1 - level), method="bounded")
        assert high - low == pytest.approx(min(best.fun, width(0)), abs=5e-3 * sd)
        assert low == pytest.approx(law.ppf(best.x), abs=0.02 * sd)
        assert law.cdf(high) - law.cdf(low) == pytest.approx(level, abs=1e-3)
    below = integrate.quad(lambda x: law.cdf(x) ** 2, value[0], truth)[0]
    above = integrate.quad(lambda x: law.sf(x) ** 2, truth, value[-1])[0]
    assert row[-1] == pytest.approx(below + above, abs=1e-3 * sd)


@pytest.mark.parametrize("truth", [-5.0, 30.0])
def test_crps_of_a_truth_outside_the_window(truth):
    law = stats.norm(2, 3)
    value = np.linspace(*law.ppf([1e-9, 1 - 1e-9]), 257)
    cumulative = marginals_kernel.distribution(value, law.pdf(value))
    z = (truth - 2) / 3  # Gneiting & Raftery (2007), eq. 20
    expected = 3 * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert marginals_kernel.crps(value, cumulative, truth) == pytest.approx(expected, abs=2e-3)


def test_summaries_of_draws(rng):
    from recovery.nuts.summary import crps_of_draws, highest_density

    values = np.sort(rng.gamma(2.0, size=1024))
    row = np.empty(2 + 2 * len(LEVELS) + 1)
    marginals_kernel.summarise_draws(values, np.array([0.1, 0.5]), np.array(LEVELS), 1.3, row)
    even = (np.arange(1024) + 0.5) / 1024
    np.testing.assert_allclose(row[:2], np.interp([0.1, 0.5], even, values))
    expected = np.ravel([highest_density(values, level) for level in LEVELS])
    np.testing.assert_array_equal(row[2:-1], expected)
    assert row[-1] == pytest.approx(crps_of_draws(values[None], np.array([1.3]))[0])


@pytest.mark.parametrize(
    "shape", [(2, 6), (3, 6), (4, 6), (8, 5), (7, 6, 0.3)], ids=lambda shape: f"{shape[0]} subjects"
)
def test_r_u_is_the_correlation_of_drawn_effects(shape):
    """By the Wishart matrix, or subject by subject, against `draw_effects`."""
    data = data_of(*shape)
    exact = exact_posterior(data, make_prior("lkj_corr"))
    found = drawn_estimands(exact, Randomness.of(exact.problem, 20_000, seed=1))["r_u"]
    draws = joint_draws(exact, data, 20_000, np.random.default_rng(2))
    slow = correlation(draws["u0"], draws["u1"])
    if data.subjects == 2:  # 1 or -1, but for rounding
        found, slow = np.round(found), np.round(slow)
    assert stats.ks_2samp(found, slow).pvalue > 1e-3
    assert (np.diff(found) >= 0).all()


@pytest.mark.parametrize("prior", ["lkj_corr", "independent", "lkj_corr_rstanarm"])
def test_joint_draws_have_the_marginals(prior):
    data = data_of(7, 6, 0.2)
    exact = exact_posterior(data, make_prior(prior))
    n = 10_000
    draws = joint_draws(exact, data, n, np.random.default_rng(3))
    assert draws["u0"].shape == (n, 7)
    assert set(draws) == {*exact.marginals, "u0", "u1"}
    for name, (value, _, cumulative) in exact.marginals.items():
        assert len(np.unique(draws[name])) == n, name
        p = stats.kstest(draws[name], lambda x, v=value, c=cumulative: np.interp(x, v, c)).pvalue
        assert p > 1e-3, name
    # independent: no order in the draws
    lag = np.corrcoef(draws["sigma_u0"][1:], draws["sigma_u0"][:-1])[0, 1]
    assert abs(lag) < 4.5 / np.sqrt(n)


def test_draws_know_what_parameters_have_in_common():
    """The correlation of sigma_u0 and rho, which the nodes have."""
    data = data_of(5, 5)
    exact = exact_posterior(data, make_prior("lkj_corr"))
    draws = joint_draws(exact, data, 40_000, np.random.default_rng(4))
    grid = exact.grid
    joint = grid.mass.reshape(grid.at.sizes).sum(axis=(1, 3)) / grid.total
    (s0, sd0), (rho, sd_rho) = exact.moments["sigma_u0"], exact.moments["rho"]
    expected = (grid.at.values[0] - s0) @ joint @ (grid.at.values[2] - rho) / (sd0 * sd_rho)
    found = np.corrcoef(draws["sigma_u0"], draws["rho"])[0, 1]
    assert abs(found - expected) < 0.03


def test_every_grid_fits_into_the_work_rows():
    """The kernel does not check: more nodes of rho x sigma would write into other memory."""
    for nodes in NODES_OF_SIGMA.values():
        assert len(nodes) == len(LADDER) + 1
        for (_, _, of_rho), of_sigma in zip((PILOT, *LADDER), nodes):
            assert of_rho * of_sigma <= MOST_NODES
