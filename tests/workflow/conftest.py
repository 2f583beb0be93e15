import os

import pytest


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """A Chromium, or a skipped test where there is none; CI sets REQUIRE_BROWSER and fails then."""
    from browser import missing_programs, start

    if missing := missing_programs():
        complain = pytest.fail if os.environ.get("REQUIRE_BROWSER") else pytest.skip
        complain(f"no browser on this machine: {', '.join(missing)} not found")
    driver = start(tmp_path_factory.mktemp("browser"))
    yield driver
    driver.quit()
