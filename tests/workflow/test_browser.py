"""Pages in a real browser: those of tables, and the published study's as files.

The report of a study is opened in test_workflow.py, which has one; `python tests/browser.py
report.html` opens any other.
"""

import numpy as np
import pandas as pd
import pytest
from browser import PATIENCE, page_problems
from helpers import ROOT
from selenium.webdriver.support.wait import WebDriverWait

from recovery.report.pages import render, write_page
from recovery.report.sortable import DASH, sortable_tables_code
from recovery.report.tables import section

PUBLISHED = sorted((ROOT / "results/full/pages").glob("*.html"))


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_published_pages_open_as_files(browser, path):
    assert page_problems(browser, path) == []


@pytest.fixture(scope="module")
def tables(browser, tmp_path_factory):
    """A page of tables in the browser: 12 scenarios in an order of their own, two missing."""
    scenarios = [f"s{i}" for i in (12, 2, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11)]
    estimates = [0.5, np.nan, -3.0, 10.0, 2.0, *np.linspace(3, 4, 6), np.nan]
    table = pd.DataFrame({"scenario": scenarios, "prior": ["a", "b"] * 6, "estimate": estimates})
    table["coverage"] = ["0.95 ± 0.01", None, "0.9 ± 0.1", *["1 ± 0"] * 9]
    shown = section("recovery", table, labels={"a": "Prior A"}, csv_note="tables/recovery.csv")
    text = render(
        "tables",
        title="t",
        study="s",
        verdict="",
        code=sortable_tables_code(),
        dash=DASH,
        sections=[shown],
    )
    path = tmp_path_factory.mktemp("pages") / "recovery.html"
    write_page(path, text)
    assert page_problems(browser, path) == []
    return Table(browser)


class Table:
    """The table of a page, by clicks and by what is seen."""

    def __init__(self, browser):
        self.browser = browser
        self.headers = [
            th.text
            for th in browser.find_elements("css selector", "table.dataTable thead th")
            if th.text
        ]

    def _header(self, name):
        return self.browser.find_elements("css selector", "table.dataTable thead th")[
            self.headers.index(name)
        ]

    def sort(self, name):
        header = self._header(name)
        before = header.get_attribute("aria-sort")
        header.find_element("css selector", ".dt-column-title").click()
        wait = WebDriverWait(self.browser, PATIENCE)
        wait.until(lambda _: header.get_attribute("aria-sort") != before)

    def filter(self, name, value):
        self._header(name).find_element("css selector", "button").click()
        buttons = self.browser.find_elements("css selector", ".dtcc-dropdown button")
        next(button for button in buttons if button.text == value).click()
        self.browser.find_element("tag name", "h1").click()  # closes the list

    def column(self, name):
        place = self.headers.index(name) + 1
        cells = self.browser.find_elements(
            "css selector", f"table.dataTable tbody td:nth-child({place})"
        )
        return [cell.text for cell in cells]


def test_a_click_on_a_header_sorts_and_missing_values_are_last_both_ways(tables):
    tables.sort("estimate")
    up = tables.column("estimate")
    tables.sort("estimate")
    down = tables.column("estimate")
    assert up[0] == "-3" and up[-3:] == ["10", DASH, DASH]
    assert down[0] == "10" and down[-3:] == ["-3", DASH, DASH]
    assert [float(x) for x in up[:-2]] == sorted(float(x) for x in up[:-2])
    tables.sort("coverage")
    assert tables.column("coverage")[0] == "0.9 ± 0.1" and tables.column("coverage")[-1] == DASH


def test_words_sort_in_the_order_of_the_sheet(tables):
    tables.sort("scenario")
    assert tables.column("scenario")[:4] == ["s12", "s2", "s1", "s3"]
    tables.sort("scenario")
    assert tables.column("scenario")[:4] == ["s11", "s10", "s9", "s8"]


def test_a_column_filters_by_its_values(tables):
    tables.filter("prior", "Prior A")
    assert set(tables.column("prior")) == {"Prior A"} and len(tables.column("prior")) == 6
    tables.filter("scenario", "s12")
    assert tables.column("scenario") == ["s12"]
