"""The report's pages: what they say."""

import numpy as np
import pandas as pd
import pytest

from recovery.errors import InputError
from recovery.report.bookkeeping import (
    accuracy_sentence,
    calibration_sentence,
    checks,
    control_sentence,
    failures_warning,
    missingness_sentence,
    precision_sentence,
)
from recovery.report.pages import four_digits, write_page


def test_sentences_say_what_is_wrong():
    control = pd.DataFrame({"clean": [True, False], "p_adjusted": [1.0, 1e-5]})
    control = control.assign(parameter="rho", measure="bias", detectable=[0.01, 0.02])
    assert "NOT clean: 1 of 2" in control_sentence(control)
    assert "; only differences of 0.02 in the bias of rho would have" in control_sentence(control)
    coverage = control[:1].assign(measure="coverage", detectable=0.23)
    assert control_sentence(pd.concat([control[:1], coverage])).endswith(
        "; only differences of 0.23 in the coverage of rho and 0.01 in the bias of rho would have "
        "been found with probability 0.9."
    )
    assert "is clean: none of 1" in control_sentence(control[:1])
    assert "no negative control" in control_sentence(control[:0])
    plan = pd.DataFrame({"needed": [100, 30], "replicates": [20, 40]})
    assert "1 of 2" in precision_sentence(plan) and "up to 100" in precision_sentence(plan)
    assert "is reached" in precision_sentence(plan[1:])
    counts = {
        "requested": 10,
        "computed": 10,
        "fitted": 9,
        "refitted": 3,
        "not_converged": 2,
        "singular": 0,
        "failed": 1,
    }
    fits = pd.DataFrame([{"scenario": "s", "prior": "p", "engine": "nuts", **counts}])
    assert missingness_sentence(fits) == (
        "NUTS: 10 fits, of which 1 failed and 2 miss a limit of the diagnostics (they are kept: "
        "leaving them out would be a selection)."
    )
    compared = pd.DataFrame({"scenario": "s", "replicate": [1, 2], "parameter": "rho"})
    compared = compared.assign(z_mean=[1.0, 10.0], error_mean=[0.5, 5.0])
    assert "have mean 2.8 ± 2 posterior" in accuracy_sentence(compared)
    assert "the largest is 10.0, and 1 exceed 4 (expected by chance: 0" in accuracy_sentence(
        compared
    )
    assert "No fits by NUTS" in accuracy_sentence(compared[:0])
    found = checks(fits, compared, control, plan)
    assert [check.passed for check in found] == [False, False, False, False]
    assert [c.passed for c in checks(fits, compared[:0], control[:0], plan[:0])][1:] == [None] * 3
    shared = pd.concat([fits, fits.assign(prior="q", computed=0)])
    assert "20 fits (10 were computed; priors of one density share" in missingness_sentence(shared)
    reml = fits.assign(engine="reml", singular=4)
    assert "REML: 10 fits, of which 1 failed and 4 are singular" in missingness_sentence(reml)


def test_the_verdict_of_calibration():
    table = pd.DataFrame(
        {"prior": ["a", "b"], "method": "exact", "quantity": "rho", "requested": 500,
         "n": [500, 499], "not_converged": [0, 5], "p_adjusted": [1.0, 0.002],
         "calibrated": [True, False]}
    )  # fmt: skip
    assert calibration_sentence(table[:1]).startswith("Calibrated: the ranks of 1 priors")
    sentence = calibration_sentence(table)
    assert "NOT calibrated" in sentence and "b exact rho" in sentence and "1 ranks lost" in sentence
    flagged = calibration_sentence(table[:1].assign(not_converged=28, calibrated=False))
    assert "NOT counted as calibrated: a by exact (28 of 500 fits not converged, 0" in flagged
    none = table[:1].assign(n=0, p_adjusted=np.nan, calibrated=False)
    assert "NOT counted as calibrated: a by exact (0 of 500 fits not converged, 500 w" in (
        calibration_sentence(none)
    )


@pytest.mark.parametrize(("failed", "warns"), [(10, False), (11, True)])
def test_over_one_per_cent_of_failures_come_first(failed, warns):
    counts = pd.DataFrame(
        {"scenario": ["s", "t"], "prior": "p", "engine": "exact", "requested": 1000,
         "failed": [failed, 0]}
    )  # fmt: skip
    warning = failures_warning(counts)
    assert bool(warning) == warns
    assert not warns or ("in 1 of 2 combinations" in warning and "11 of 1000 under p" in warning)


def test_numbers_have_four_digits():
    texts = [four_digits(x) for x in (123456.0, 0.00123456, -1.23456, 0.0, np.nan, np.inf)]
    assert texts == ["1.235e+05", "0.001235", "-1.235", "0", "", "inf"]


def test_a_page_too_large_to_open_is_refused(tmp_path):
    write_page(tmp_path / "page.html", "é")
    assert (tmp_path / "page.html").read_text() == "é"
    with pytest.raises(InputError, match=r"large.html would have 1.5 MB"):
        write_page(tmp_path / "large.html", "x" * 1_500_000)
