"""The report's pages: what they say."""

import numpy as np
import pandas as pd
import pytest

from recovery.errors import InputError
from recovery.report.answers import (
    accuracy_sentence,
    calibration_sentence,
    control_sentence,
    headline_table,
    missingness_sentence,
    precision_sentence,
    short_answer,
)
from recovery.report.pages import four_digits, write_page


def test_headline_by_hand():
    rows = [
        ("a", "coverage", 0.95, 0.90, 0.01, 0.88, 0.92),
        ("b", "coverage", 0.95, 0.96, 0.01, 0.94, 0.98),
        ("a", "width", 0.95, 1.0, 0.1, 0.8, 1.2),
        ("b", "width", 0.95, 2.0, 0.1, 1.8, 2.2),
        ("a", "bias", np.nan, -0.3, 0.05, -0.4, -0.2),
        ("b", "bias", np.nan, 0.2, 0.04, 0.1, 0.3),
        ("a", "coverage", 0.5, 0.1, 0.01, 0.0, 0.2),
    ]
    table = pd.DataFrame(rows, columns=["scenario", "measure", "level", "estimate", "mcse",
                                        "low", "high"])  # fmt: skip
    (row,) = headline_table(table.assign(parameter="rho", prior="p", engine="exact")).to_dict(
        "records"
    )
    assert row["coverage"] == pytest.approx(0.93)
    assert row["mcse"] == pytest.approx(0.01 * np.sqrt(2) / 2)
    assert (row["lowest"], row["highest"], row["off"], row["scenarios"]) == (0.90, 0.96, 1, 2)
    assert (row["width"], row["largest_bias"], row["bias_mcse"]) == (1.5, -0.3, 0.05)


def test_sentences_say_what_is_wrong():
    control = pd.DataFrame({"clean": [True, False], "p_adjusted": [1.0, 1e-5]})
    control = control.assign(parameter="rho", measure="bias", detectable=[0.01, 0.02])
    assert "NOT clean: 1 of 2" in control_sentence(control)
    assert "would have found a difference of 0.02 in the bias of rho" in control_sentence(control)
    assert "is clean: none of 1" in control_sentence(control[:1])
    assert "no negative control" in control_sentence(control[:0])
    plan = pd.DataFrame({"needed": [100, 30], "replicates": [20, 40]})
    assert "1 of 2" in precision_sentence(plan) and "up to 100" in precision_sentence(plan)
    assert "is reached" in precision_sentence(plan[1:])
    counts = {"requested": 10, "fitted": 9, "refitted": 3, "not_converged": 2, "failed": 1}
    fits = pd.DataFrame([{"scenario": "s", "prior": "p", "engine": "nuts", **counts}])
    assert missingness_sentence(fits) == (
        "NUTS: 10 fits, of which 1 failed and 2 did not converge (these stay in all measures)."
    )
    compared = pd.DataFrame({"scenario": "s", "replicate": [1, 2], "parameter": "rho"})
    compared = compared.assign(z_mean=[1.0, 10.0], error_mean=[0.5, 5.0])
    assert "have mean 2.8 ± 2 posterior" in accuracy_sentence(compared)
    assert "the largest is 10.0, and 1 exceed 4 (expected by chance: 0" in accuracy_sentence(
        compared
    )
    assert "NUTS fitted no replicate" in accuracy_sentence(compared[:0])


def test_the_short_answer():
    table = pd.DataFrame(
        {"scenario": ["a", "b"] * 2, "prior": ["p", "p", "q", "q"], "parameter": "rho",
         "engine": "exact", "measure": "coverage", "level": 0.95,
         "estimate": [0.95, 0.97, np.nan, np.nan], "mcse": [0.007, 0.005, np.nan, np.nan]}
    )  # fmt: skip
    answer = short_answer(table, {"p": "P", "q": "Q"})
    assert "over 2 scenarios: P 0.950-0.970 (Monte Carlo standard error at most 0.007)" in answer
    assert "No prior here has a correlation" in short_answer(table[2:], {"q": "Q"})


def test_the_verdict_of_calibration():
    table = pd.DataFrame(
        {"prior": ["a", "b"], "method": "exact", "quantity": "rho", "requested": 500,
         "n": [500, 499], "p_adjusted": [1.0, 0.002], "calibrated": [True, False]}
    )  # fmt: skip
    assert calibration_sentence(table[:1]).startswith("Calibrated: the ranks of 1 priors")
    sentence = calibration_sentence(table)
    assert "NOT calibrated" in sentence and "b exact rho" in sentence and "1 ranks lost" in sentence


def test_numbers_have_four_digits():
    texts = [four_digits(x) for x in (123456.0, 0.00123456, -1.23456, 0.0, np.nan, np.inf)]
    assert texts == ["1.235e+05", "0.001235", "-1.235", "0", "", "inf"]


def test_a_page_too_large_to_open_is_refused(tmp_path):
    write_page(tmp_path / "page.html", "é")
    assert (tmp_path / "page.html").read_text() == "é"
    with pytest.raises(InputError, match=r"large.html would have 1.5 MB"):
        write_page(tmp_path / "large.html", "x" * 1_500_000)
