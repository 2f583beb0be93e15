"""The benchmark: every method gives one row per fit, and the table summarises them."""

import numpy as np
import pandas as pd

from recovery.benchmark.table import cost_table
from recovery.model.families import make_prior


def test_the_table_holds_medians_and_counts_divergent_fits():
    fits = pd.DataFrame(
        {
            "prior": "a",
            "method": ["nutpie latent"] * 4 + ["exact"],
            "target_accept": [0.8] * 4 + [np.nan],
            "compile_seconds": [9.0, 10.0, 11.0, 50.0, np.nan],
            "sampling_seconds": [1.0, 2.0, 2.0, 4.0, 0.01],
            "gradient_evaluations": [10.0, 20.0, 30.0, 40.0, np.nan],
            "min_ess_bulk": [100.0, 200.0, 400.0, 800.0, np.nan],
            "divergences": [0.0, 3.0, 0.0, 1.0, np.nan],
        }
    )
    table = cost_table(fits).set_index("method")
    sampled = table.loc["nutpie latent"]
    assert sampled["fits"] == 4 and sampled["compile_seconds"] == 10.5
    assert sampled["ess_per_second"] == 150.0  # of 100, 100, 200, 200
    assert sampled["divergences"] == 1.0 and sampled["divergent_fits"] == 2
    assert table.loc["exact", "sampling_seconds"] == 0.01
    assert np.isnan(table.loc["exact", "ess_per_second"])


def test_every_way_to_a_posterior_is_timed(sleepstudy, monkeypatch):
    from recovery.benchmark import cost

    for name, value in {"REPEATS": 1, "FITS_A_REPEAT": 1, "TUNE": 100, "DRAWS": 100}.items():
        monkeypatch.setattr(cost, name, value)
    messages = []
    fits = cost.measure_costs(
        sleepstudy, make_prior("independent"), lambda *names: 1, messages.append
    )
    exact = fits["method"].str.startswith(("exact", "REML"))
    sampling = {"pm.sample latent", "nutpie latent", "nutpie marginal"}
    assert set(fits["method"][~exact]) == sampling
    assert len(fits) == 2 * 2 + 1 + 4 and len(messages) == 1
    sampled = fits[~exact].drop(columns="method")
    assert (sampled.drop(columns="divergences") > 0).all(axis=None)
    # a fit of 4 x 200 draws takes at least one gradient a draw, and no more than 2^10
    assert sampled["gradient_evaluations"].between(800, 800 * 1024).all()
    assert (fits.loc[exact, "sampling_seconds"] > 0).all()
