"""The published study's pages as files in a real browser.

The report of a study is opened in test_workflow.py, which has one; `python tests/browser.py
report.html` opens any other.
"""

import pytest
from browser import page_problems
from helpers import ROOT

PUBLISHED = sorted((ROOT / "results/full/pages").glob("*.html"))


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_published_pages_open_as_files(browser, path):
    assert page_problems(browser, path) == []
