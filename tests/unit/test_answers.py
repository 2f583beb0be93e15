"""Verdicts and sentences on constructed tables, whose right answer is known."""

import numpy as np
import pandas as pd
import pytest

from recovery.figures.layout import MOST_ROWS, page_names
from recovery.figures.style import prior_styles
from recovery.report.answers import (
    cost_sentence,
    design_sentences,
    evidence,
    scope,
    short_answer,
    verdict_rows,
)
from recovery.report.explore import explore_chart, explore_table
from recovery.report.verdicts import (
    COVERS,
    MISSES,
    UNKNOWN,
    coverage_cells,
    designs_missed,
    largest_bias,
    recommended,
    shortest,
    verdict_table,
)
from recovery.summaries.monte_carlo import wilson_interval

LABELS = {"good": "Good", "bad": "Bad"}


def study(coverages, n=1000, widths=None, design="D", engine="exact"):
    """`recovery.csv` of coverages, prior -> parameter -> one value per true rho."""
    rows = []
    for prior, parameters in coverages.items():
        for parameter, values in parameters.items():
            for i, coverage in enumerate(values):
                rho = round(-0.8 + 0.2 * i, 1)
                keys = {"scenario": f"{design}{i}", "design": design, "rho": rho, "prior": prior,
                        "engine": engine, "parameter": parameter, "n": n}  # fmt: skip
                low, high = wilson_interval(coverage, n)
                mcse = np.sqrt(coverage * (1 - coverage) / n)
                wide = (widths or {}).get(prior, [1.0] * len(values))[i]
                rows += [
                    keys | {"measure": "coverage", "level": 0.95, "estimate": coverage,
                            "mcse": mcse, "low": low, "high": high},
                    keys | {"measure": "width", "level": 0.95, "estimate": wide, "mcse": 0.01},
                    keys | {"measure": "bias", "estimate": -0.1 * i, "mcse": 0.01},
                    keys | {"measure": "rmse", "estimate": 0.3, "mcse": 0.01},
                    keys | {"measure": "empirical_se", "estimate": 0.2, "mcse": 0.01},
                ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("coverages", "n", "verdict"),
    [
        ([0.95, 0.94, 0.96], 1000, COVERS),
        ([0.95, 0.94, 0.96], 50, UNKNOWN),  # the same shares on few data sets
        ([0.95, 0.85, 0.96], 1000, MISSES),  # one bad truth is enough
        ([0.95, 0.89, 0.96], 1000, UNKNOWN),
        ([0.95, 0.89, 0.96], 20000, MISSES),
        ([0.999, 0.999, 1.0], 1000, COVERS),  # too wide is no miss
    ],
)
def test_verdicts_on_several_truths(coverages, n, verdict):
    cells = coverage_cells(study({"p": {"rho": coverages}}, n))
    (row,) = verdict_table(cells).to_dict("records")
    assert row["verdict"] == verdict and row["truths"] == 3
    assert row["coverage"] == min(coverages)
    assert row["rho"] == round(-0.8 + 0.2 * int(np.argmin(coverages)), 1)


def test_a_miss_is_seldom_claimed_of_an_interval_that_covers_90_percent():
    """Of 400 studies of 9 truths, each covered in exactly 90 %, some 2.5 % may claim a miss."""
    rng, n = np.random.default_rng(1), 500
    claims = []
    for _ in range(400):
        shares = rng.binomial(n, 0.9, 9) / n
        verdicts = verdict_table(coverage_cells(study({"p": {"rho": shares}}, n)))
        claims.append(verdicts["verdict"].iloc[0] == MISSES)
    assert np.mean(claims) < 0.025 + 4 * np.sqrt(0.025 * 0.975 / 400)


def preferred(cells):
    verdicts = verdict_table(cells)
    return recommended(verdicts, cells, designs_missed(verdicts))


def test_a_prior_that_misses_in_another_design_comes_after():
    """However short its intervals are in this one."""
    fine, bad = {"rho": [0.95] * 3}, {"rho": [0.6] * 3}
    short = {"bad": [0.1] * 3}
    table = pd.concat([study({"bad": fine, "good": fine}, widths=short, design="A"),
                       study({"bad": bad, "good": fine}, widths=short)])  # fmt: skip
    first, _ = evidence(table, LABELS)
    assert first.order == ["good", "bad"]


def test_whom_to_prefer():
    both = {"rho": [0.95] * 3, "sigma_u0": [0.95] * 3}
    cases = {
        "good": ({"good": both, "bad": {**both, "sigma_u0": [0.95, 0.7, 0.95]}}, None),
        "short": ({"long": both, "short": both}, {"long": [2.0] * 3, "short": [1.0] * 3}),
        # without an interval for rho, however short the others are
        "rho": ({"none": {"sigma_u0": [0.95] * 3}, "rho": both}, {"none": [0.1] * 3}),
    }
    for expected, (coverages, widths) in cases.items():
        cells = coverage_cells(study(coverages, widths=widths))
        assert preferred(cells)[0] == expected


def test_what_a_method_lacks_counts_as_a_miss():
    """REML has no posterior of r_u."""
    coverages = {"reml": {"rho": [0.95] * 3}, "p": {"rho": [0.95] * 3, "r_u": [0.95] * 3}}
    cells = coverage_cells(study(coverages, widths={"reml": [0.1] * 3}))
    assert preferred(cells) == ["p", "reml"]


def test_the_edge_is_left_out():
    table = study({"p": {"rho": [0.95] * 9}})
    edge = table[table["rho"] == 0.8].assign(rho=0.99, scenario="edge", estimate=0.0, low=0.0)
    verdicts = verdict_table(coverage_cells(pd.concat([table, edge])))
    assert list(verdicts["verdict"]) == [COVERS] and list(verdicts["truths"]) == [9]


def test_designs_are_never_averaged():
    good, bad = {"rho": [0.95] * 3}, {"rho": [0.6] * 3}
    table = pd.concat(
        [study({"good": good, "bad": bad}, design="A"), study({"good": bad, "bad": good})]
    )
    first, second = evidence(table, LABELS)
    assert first.order == ["good", "bad"] and second.order == ["bad", "good"]
    assert short_answer(first).startswith("A: prefer Good, whose 95 % intervals of rho cover 0.950")
    assert short_answer(second).endswith(". Shown to miss something: Good.")


def test_sentences():
    coverages = {
        "good": {"rho": [0.95, 0.96], "sigma_u0": [0.95, 0.89]},
        "bad": {"sigma_u0": [0.70, 0.95]},
    }
    (found,) = evidence(study(coverages), LABELS)
    first, second, *rest = design_sentences(found)
    assert first == (
        "Prefer Good. Its 95 % intervals cover rho at each of the 2 true values of rho. Undecided "
        "for sigma_u0 (0.890 ± 0.010 at rho = −0.6): too close to 0.90."
    )
    assert second == (
        "Bad misses sigma_u0 (0.700 ± 0.014 at rho = −0.8). It fixes rho, so it has no interval "
        "for it."
    )
    assert rest[-2] == (
        "Largest bias of the estimate of rho, divided by its sd over the data sets: "
        "Good −0.50 ± 0.05 (rho = −0.6)."
    )
    assert scope(found) == "2 true values of rho from −0.8 to −0.6; 1,000 data sets each"
    assert verdict_rows(found)[0] == {"parameter": "rho", "Good": "✓ 0.950", "Bad": "–"}
    assert verdict_rows(found)[1]["Bad"] == "✗ 0.700"


def test_shortest_at_each_truth():
    same = {"rho": [0.95] * 3}
    widths = {"a": [1.0, 1.0, 1.0], "b": [0.9, 1.005, 1.2], "c": [0.1, 0.1, 0.1]}
    table = study({"a": same, "b": same, "c": {"rho": [0.5] * 3}}, widths=widths)
    cells = coverage_cells(table)
    # c is shorter everywhere, but it misses; a and b tie at the second truth
    found = shortest(cells, verdict_table(cells), "rho")
    assert found == {"a": [-0.6, -0.4], "b": [-0.8, -0.6]}
    assert largest_bias(table, "D", "a", "rho") == pytest.approx(
        {"rho": -0.4, "bias": -1.0, "mcse": 0.05}
    )


def test_subjects_own_lines_are_judged():
    recovery = study({"good": {"rho": [0.95] * 2}})
    subjects = pd.DataFrame(
        {"scenario": ["D0", "D1"] * 2, "prior": "good", "effect": "slope", "level": 0.95,
         "measure": ["coverage"] * 2 + ["width"] * 2, "estimate": [0.93, 0.80, 1.0, 1.0],
         "mcse": 0.01, "n": 400}
    )  # fmt: skip
    verdicts = verdict_table(coverage_cells(recovery, subjects)).set_index("parameter")
    assert verdicts.loc["subjects' slopes", "verdict"] == MISSES
    assert verdicts.loc["subjects' slopes", "rho"] == -0.6


def test_what_a_fit_costs():
    fits = pd.DataFrame(
        {"prior": ["good", "good", "good"], "engine": ["exact", "nuts", "nuts"],
         "status": ["ok", "ok", "failed"], "sampling_seconds": [0.001, 0.2, 9.0]}
    )  # fmt: skip
    assert cost_sentence(fits, LABELS) == (
        "An exact fit takes 1 CPU ms (median). By NUTS, CPU seconds per fit: Good 0.2."
    )
    assert "NUTS" not in cost_sentence(fits[:1], LABELS)


def test_the_chart_to_explore():
    recovery = study({"bad": {"rho": [0.9, 0.8]}, "good": {"rho": [0.95, 0.96]}})
    nuts = recovery.assign(engine="nuts")
    table = explore_table(pd.concat([recovery, nuts]), LABELS)
    assert len(table) == 4 * 4  # of four measures, by the exact engine
    chart = explore_chart(table, LABELS, prior_styles(list(LABELS)))
    values = {one["name"]: one["value"] for one in chart["params"] if "value" in one}
    assert values["parameter"] == "rho" and values["measure"] == "coverage"
    assert values["level"] == 0.95 and values["design"] == "D"
    assert values["shown"] == [{"method": "Good"}, {"method": "Bad"}]
    (rows,) = (data for data in chart["datasets"].values() if isinstance(data, str))
    header, first, *_ = rows.splitlines()
    assert header == "design,rho,prior,parameter,measure,level,estimate,low,high,n"
    assert first.startswith("0,-0.8,1,rho,coverage,0.95,0.9,")


def test_pages_of_large_studies():
    parameters = ["beta0", "beta1", "sigma", "sigma_u0", "sigma_u1", "rho", "r_u", "rho_at_4.5",
                  "sd_at_4.5", "new_at_4.5"]  # fmt: skip
    assert page_names(100, parameters) == {"explore": parameters}
    single = page_names(MOST_ROWS, parameters)
    assert single["explore_rho"] == ["rho"] and len(single) == len(parameters)
