"""The report's tables to work with: which rows, how they read, and what the page says."""

import re
from itertools import product

import numpy as np
import pandas as pd
import pytest

from recovery.figures.layout import GROUPS, parameter_group
from recovery.parameters import PARAMETERS
from recovery.report.pages import MAX_BYTES, render
from recovery.report.sortable import DASH, number_text, readable, sortable_table
from recovery.report.sortable import sortable_tables_code as code
from recovery.report.tables import fitting_rows, glossary, headline_rows, section, without_constants
from recovery.summaries.measures import MEASURES

LABELS = {"a": "Prior A", "b": "Prior B", "reml": "REML"}


def recovery(scenarios=("s1", "s2"), priors=LABELS, parameters=PARAMETERS) -> pd.DataFrame:
    """A table like recovery.csv: three measures, of which one has levels, and two engines."""
    measures = [("bias", np.nan), ("rmse", np.nan), ("coverage", 0.5), ("coverage", 0.95)]
    rows = [
        (scenario, "18 subjects", -0.5, prior, LABELS.get(prior, prior), engine, parameter, *what)
        for scenario, prior, parameter, what in product(scenarios, priors, parameters, measures)
        for engine in (["reml"] if prior == "reml" else ["exact", "nuts"])
    ]
    columns = ["scenario", "design", "rho", "prior", "label", "engine", "parameter", "measure"]
    table = pd.DataFrame(rows, columns=[*columns, "level"])
    table["estimate"] = np.linspace(-1, 1, len(table))
    return table.assign(mcse=0.0123, n=1000, low=-1.0, high=1.0, truth=1.0)


@pytest.mark.parametrize(
    ("number", "error", "text"),
    [
        (0.95712, 0.0064, "0.9571"), (0.95712, 0.15, "0.96"), (-378.12, 2.34, "-378.1"),
        (1234.6, 230.0, "1235"), (0.0064, 0.0064, "0.0064"), (0.0098, 0.0098, "0.0098"),
        (0.123456, np.nan, "0.1235"), (123456.0, np.nan, "123456"), (1000, np.nan, "1000"),
        (0.123456, 0.0, "0.1235"), (1e-7, np.nan, "1e-07"), (0.0, np.nan, "0"),
        (np.nan, 0.1, DASH), (np.inf, np.nan, "Infinity"),
    ],
)  # fmt: skip
def test_a_number_ends_where_its_error_does(number, error, text):
    assert number_text(number, error) == text


def test_cells_are_texts_and_words_keep_their_order():
    table = pd.DataFrame(
        {"scenario": ["z", "a"], "clean": [True, False], "sd": [1.23456, np.nan],
         "sd_mcse": [0.012, np.nan], "p": ["0.95 ± 0.01", None], "note": [None, "x"]}
    )  # fmt: skip
    texts = readable(table)
    assert texts.astype(str).to_numpy().tolist() == [
        ["z", "yes", "1.235", "0.012", "0.95 ± 0.01", DASH],
        ["a", "no", DASH, DASH, DASH, "x"],
    ]
    assert list(texts["scenario"].cat.categories) == ["z", "a"]
    assert [texts[c].dtype == "category" for c in texts] == [True, True, False, False, False, True]


def test_every_parameter_has_a_group():
    names = (*PARAMETERS, "sd_at_4.5", "rho_at_4.5", "new_at_4.5")
    groups = {name: parameter_group(name) for name in names}
    assert set(groups.values()) == set(GROUPS)
    assert groups["rho_at_4.5"] == groups["r_u"] == "correlation"
    assert groups["sd_at_4.5"] == groups["sigma_u1"] == groups["sigma"] == "sds"
    assert groups["beta0"] == groups["new_at_4.5"] == "fixed_effects"


def test_a_page_has_exact_fits_and_reml_at_95_percent():
    rows, left_out = headline_rows(recovery(), "sds")
    assert set(rows["parameter"]) == {"sigma", "sigma_u0", "sigma_u1"}
    assert set(rows["prior"]) == set(LABELS)
    assert list(rows["measure"].unique()) == ["coverage", "bias", "rmse"]
    assert len(rows) == 2 * 3 * 3 * 3
    assert left_out == ["fits by NUTS", "the levels 0.5", "the columns low, high"]


def test_what_does_not_fit_is_left_out_and_named():
    rows, _ = headline_rows(recovery(), "sds")
    assert len(fitting_rows(rows, 10**6)[0]) == len(rows) == 54
    fitting, left_out = fitting_rows(rows, 3700)
    assert list(fitting["measure"].unique()) == ["coverage", "bias"]
    assert len(fitting) == 36 and left_out == ["the measures rmse"]
    fitting, left_out = fitting_rows(rows, 500)
    assert 0 < len(fitting) < 18 and left_out == [f"the last {54 - len(fitting)} of 54 rows"]


def test_a_section_has_labels_the_csv_and_the_columns_meanings():
    table = recovery(parameters=["rho"])
    shown = section("recovery", table, labels=LABELS, csv_note="the CSV", group="correlation")
    assert shown.notes[1:] == [
        "the CSV",
        "Left out here: fits by NUTS; the levels 0.5; the columns low, high.",
        "The same in every row: design = 18 subjects; rho = -0.5; parameter = rho; mcse = 0.012; "
        "n = 1000; truth = 1.",
    ]
    assert all(label in shown.html for label in LABELS.values())
    explained = {name for names, _ in shown.glossary for name in names.split(", ")}
    assert {"scenario", "prior", "measure", "estimate", "mcse", "coverage", "rmse"} <= explained
    assert "label" not in explained and not any("`" in meaning for _, meaning in shown.glossary)


def test_columns_with_one_value_are_a_sentence():
    table = pd.DataFrame({"a": [1, 1], "b": [1.0, np.nan], "c": [None, None]})
    varying, same = without_constants(table)
    assert list(varying) == ["b"] and same == {"a": "1", "c": DASH}
    assert without_constants(table[:1])[1] == {}


def test_every_measure_and_parameter_is_explained():
    explained = glossary(["measures", "parameters"], {*MEASURES, *PARAMETERS})
    names = [name for names, _ in explained for name in names.split(", ")]
    assert sorted(names) == sorted({*MEASURES, *PARAMETERS})


def test_the_largest_page_can_be_opened_in_the_report():
    """One measure of three parameters in the published study, and DataTables."""
    scenarios = [f"subjects_50_rho_m{i}" for i in range(90)]
    priors = [f"prior_{i}" for i in range(12)]
    table = recovery(scenarios, priors, ["sigma_u0", "sigma_u1", "sd_at_4.5"])
    for name in ("design", "rho", "truth", "n", "mcse"):
        table[name] = np.resize([24.74066, -0.8, 5.922138], len(table))
    shown = section("recovery", table, labels={}, csv_note="", group="sds")
    assert "the measures bias, rmse" in " ".join(shown.notes)
    size = len(page([shown]).encode())
    assert 1_200_000 < size < MAX_BYTES
    assert 4 * (size + 2) // 3 < 2 * 1024**2 - 100


def page(sections: list) -> str:
    return render("tables", title="t", study="s", verdict="", code=code(), dash=DASH,
                  sections=sections)  # fmt: skip


def test_pages_fetch_nothing():
    table = pd.DataFrame({"scenario": ["<script>alert(1)</script>"], "x": [1.0]})
    shown = section("recovery", table, labels={}, csv_note="")
    text = page([shown, section("empty", table[:0], labels={}, csv_note="")])
    assert not re.search(r'<(script|link|img)[^>]*(src|href)\s*=\s*["\']?https?:', text)
    assert "<script>alert(1)" not in text and "This table is empty." in text


def test_a_table_with_a_single_kind_of_columns():
    assert "searchList" in sortable_table(pd.DataFrame({"word": ["a", "b"]}), "t")
    assert "searchNumber" in sortable_table(pd.DataFrame({"number": np.arange(20.0)}), "t")
