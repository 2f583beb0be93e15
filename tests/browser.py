"""Chromium, headless and offline, and what must hold of everything that it shows.

To open every entry of a report of Snakemake: ``python tests/browser.py report.html``
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    # a page that fetches something fails, wherever the tests run
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--window-size=1280,800",
)  # fmt: skip
MOST_BYTES = 2 * 1024**2
"""Of a data: URL that Chromium opens."""
PATIENCE = 10.0
"""Seconds until a page must be there."""

WIDTHS = (390, 1366, 1920)
"""Of a phone, a laptop and a large screen, in pixels."""

# What is wrong with a page, as a list: run in it, or in the frame that shows it.
PAGE_PROBLEMS = """
const found = [], root = document.documentElement;
if (document.body.innerText.trim().length < 50) found.push("no text");
if (root.scrollWidth > innerWidth) found.push(`${root.scrollWidth} px wide, not ${innerWidth}`);
for (const table of document.querySelectorAll("table"))
  if (!table.querySelector("tbody tr td")) found.push("a table without rows");
if (document.querySelector("table[id]:not(.dataTable)")) found.push("a table that does not sort");
for (const drawn of document.querySelectorAll("canvas, svg.marks, img"))
  if (drawn.getBoundingClientRect().width < 10) found.push("an empty chart");
for (const box of document.body.querySelectorAll("*"))
  if (box.scrollWidth > box.clientWidth + 1 && /hidden|clip/.test(getComputedStyle(box).overflowX))
    found.push(`${box.tagName} ${box.className} is cut off`);
return found;
"""
# The files and places that a page links to, after every control was used.
LINKS = """
for (const box of document.querySelectorAll("summary, input[type=checkbox], input[type=radio]"))
  box.click();
for (const choice of document.querySelectorAll("select"))
  for (const option of choice.options) {
    choice.value = option.value;
    choice.dispatchEvent(new Event("change"));
  }
const missing = [...document.querySelectorAll("a[href^='#']")].map(link => link.hash.slice(1))
  .filter(name => name && !document.getElementById(name)).map(name => `no place #${name}`);
const files = [...document.querySelectorAll("a[href]")].filter(link => link.protocol == "file:");
return [missing, files.map(link => decodeURI(link.pathname))];
"""
# What is wrong with the picture that the report shows, as a list.
IMAGE_PROBLEMS = """
const image = document.querySelector(".h-screen.items-center img");
if (!image || !image.complete || image.naturalWidth < 100) return ["no picture"];
const found = [], shown = image.closest(".h-screen");
const box = () => image.getBoundingClientRect(), frame = shown.getBoundingClientRect();
shown.scrollTo(0, 0);
if (box().top < frame.top || box().left < frame.left) found.push("its top left is cut off");
shown.scrollTo(shown.scrollWidth, shown.scrollHeight);
if (box().bottom > frame.bottom || box().right > frame.right)
  found.push("its bottom right is cut off");
const canvas = new OffscreenCanvas(64, 64).getContext("2d");
canvas.drawImage(image, 0, 0, 64, 64);
const colours = new Set(new Uint32Array(canvas.getImageData(0, 0, 64, 64).data.buffer));
if (colours.size < 5) found.push("it is blank");
return found;
"""
HOME = 'document.querySelector("nav nav a").click();'
FOLDER = """
const links = [...document.querySelectorAll("nav li a")];
links.find(link => link.innerText.trim() == arguments[0]).click();
"""
# Click an entry's eye; its name, whether that downloads a file, and the size of its data: URL.
OPEN_ENTRY = """
const row = document.querySelectorAll("nav tbody tr")[arguments[0]], eye = row.querySelector("a");
if (!eye.download) eye.click();
return [row.innerText.trim(), Boolean(eye.download), eye.href.length];
"""


def missing_programs() -> list[str]:
    """What the tests in a browser need and this machine has not."""
    missing = [] if any(map(shutil.which, BROWSERS)) else ["chromium"]
    return missing + ([] if shutil.which("chromedriver") else ["chromedriver"])


def start(profile: Path) -> Chrome:
    """A browser with a fresh profile."""
    options = webdriver.ChromeOptions()
    for option in (*OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(option)
    options.binary_location = next(filter(None, map(shutil.which, BROWSERS)))
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    browser.set_script_timeout(300)  # on a busy machine
    return browser


def console_errors(browser: Chrome) -> list[str]:
    """Errors in the console since it was last read."""
    return [line["message"] for line in browser.get_log("browser") if line["level"] == "SEVERE"]


def settled(browser: Chrome, problems: Callable[[], list[str]]) -> list[str]:
    """Problems that do not go away while the page loads, and errors in the console."""
    end = time.monotonic() + PATIENCE
    while (found := problems()) and time.monotonic() < end:
        time.sleep(0.05)
    return found + console_errors(browser)


def page_problems(browser: Chrome, path: Path) -> list[str]:
    """Open a page as a file at every width, and use its links and controls; what is wrong."""
    found = []
    for width in WIDTHS:
        screen = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        browser.get(path.resolve().as_uri())
        problems = settled(browser, lambda: browser.execute_script(PAGE_PROBLEMS))
        missing, files = browser.execute_script(LINKS)
        missing += [f"no file {file}" for file in {*files} if not Path(file).exists()]
        problems += missing + settled(browser, lambda: browser.execute_script(PAGE_PROBLEMS))
        found += [f"{width} px: {problem}" for problem in problems]
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    return found


def report_problems(browser: Chrome, path: Path) -> dict[str, list[str]]:
    """Open every entry of a report of Snakemake; what is wrong, by category and entry."""
    browser.get(path.resolve().as_uri())
    found = {"start page": settled(browser, lambda: browser.execute_script(PAGE_PROBLEMS))}
    categories = browser.execute_script("return categories")
    for category, subcategories in categories.items():
        for subcategory, entries in subcategories.items():
            browser.execute_script(HOME)
            for folder in [category, subcategory][: 1 + (len(subcategories) > 1)]:
                browser.execute_script(FOLDER, folder)
            for number in range(len(entries)):
                name, file, size = browser.execute_script(OPEN_ENTRY, number)
                if file:
                    problems = [] if size > 100 else ["an empty file"]
                else:
                    problems = settled(browser, lambda: _shown_problems(browser))
                found[f"{category} > {subcategory} > {name}"] = problems
    return found


def _shown_problems(browser: Chrome) -> list[str]:
    """What is wrong with the picture or the page that the report shows."""
    frames = browser.find_elements("css selector", ".h-screen iframe")
    if not frames:
        return browser.execute_script(IMAGE_PROBLEMS)
    try:
        size = len(frames[0].get_attribute("src"))
        browser.switch_to.frame(frames[0])
        found = browser.execute_script(PAGE_PROBLEMS)
    except StaleElementReferenceException:  # the frame of the entry before
        return ["no page"]
    finally:
        browser.switch_to.default_content()
    return found + ([] if size < MOST_BYTES else [f"its data: URL has {size / 1e6:.1f} MB"])


def main() -> None:
    """Open the report that the command line names; exit with 1 if anything is wrong with it."""
    with tempfile.TemporaryDirectory() as profile:
        browser = start(Path(profile))
        found = report_problems(browser, Path(sys.argv[1]))
        browser.quit()
    wrong = {entry: problems for entry, problems in found.items() if problems}
    for entry, problems in wrong.items():
        print(f"{entry}: {', '.join(problems)}")
    print(f"{len(found)} entries opened, {len(wrong)} with problems")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
