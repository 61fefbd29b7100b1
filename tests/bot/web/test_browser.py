"""The pages in a real browser: asked by keyboard, with and without scripts, on a phone and on a desk, light and dark."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from bot.feedback import Lacking
from bot.web.app import create_app
from index.build.doubts import Doubts, write_doubts
from index.build.layout import current_build_id
from index.encoder.base import Encoder
from index.search import Searcher
from tests.bot.web.conftest import served
from tests.bot.web.test_pictures import talks
from tests.notes import TALKS, publish_notes

pytestmark = pytest.mark.browser

AXE = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
PAGES = (
    "/",
    "/?q=what+did+Lanternfsh+save%3F",
    "/?q=which+talks+mention+Lanternfish%3F",
    "/?q=what+about+Zorbulator%3F",
    "/?q=what+can+you+do%3F",
    "/talks",
    "/eu-2020",
    "/eu-2020/day-3",
    "/eu-2020/day-3/harbour-pilots-for-busy-clusters",
    "/speakers",
    "/speakers/ines-moreau",
    "/speakers/ada-number0",
    "/companies",
    "/companies/quay-works",
    "/state",
    "/state?lack=link",
    "/?q=what+did+Lanternfish+save%3F&how=1",
    "/topics",
    "/map",
    "/topics/lanternfish",
    "/api",
    "/nothing/here",
)


def started(*, scripts: bool = True) -> webdriver.Chrome:
    """Return a headless Chromium, or skip where there is none."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        if os.environ.get("CONFNOTES_REQUIRE_BROWSER"):
            pytest.fail("Chromium or its driver is missing, and this run requires them")
        pytest.skip("Chromium and its driver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1440,900"):
        options.add_argument(argument)
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    """Give a browser with scripts."""
    chrome = started()
    yield chrome
    chrome.quit()


@pytest.fixture(scope="module")
def plain_browser() -> Iterator[webdriver.Chrome]:
    """Give a browser in which no page may run a script."""
    chrome = started(scripts=False)
    yield chrome
    chrome.quit()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[str]:
    """Give the address of a page over notes that are enough for its pictures."""
    index_dir = tmp_path_factory.mktemp("browser")
    publish_notes(index_dir, encoder, (*TALKS, *talks()))
    doubts = Doubts(
        current_build_id(index_dir), {"eu-2020.md": ("“Tea” may be no talk of its own (40% sure)",)}, failed=1
    )
    write_doubts(index_dir, doubts)
    live = Searcher.open(index_dir, encoder)
    lacking = (Lacking("tide tables", 3, ("what about tide tables?",)),)
    with served(create_app(lambda: live, asked_in_vain=lambda: lacking)) as found:
        yield found


def look(browser: webdriver.Chrome, width: int, scheme: str) -> None:
    """Give a browser a width and a colour scheme."""
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )


def until(browser: webdriver.Chrome, condition: Any) -> Any:
    """Wait for what is asserted; the driver does not wait for a page that a key press or a click loads."""
    return WebDriverWait(browser, 90).until(condition)


def ask_and_follow(browser: webdriver.Chrome, address: str) -> None:
    """Ask by keyboard, limit the answer, open a quote in its talk, go back."""
    browser.get(address)
    browser.find_element(By.NAME, "q").send_keys("what did they say about Lanternfish?", Keys.ENTER)
    until(
        browser,
        lambda b: "q=what" in b.current_url and b.find_elements(By.CSS_SELECTOR, ".answer blockquote"),
    )
    asked = browser.current_url
    browser.find_element(By.PARTIAL_LINK_TEXT, "EU 2020").click()
    until(
        browser,
        lambda b: "event=EU" in b.current_url and b.find_elements(By.CSS_SELECTOR, ".choices .chosen"),
    )
    quoted = browser.find_element(By.CSS_SELECTOR, ".quotes blockquote p").text
    browser.find_element(By.CSS_SELECTOR, ".source .title").click()
    marked = until(browser, lambda b: b.find_element(By.CSS_SELECTOR, "mark#w"))

    assert marked.text in quoted or quoted in marked.text
    assert browser.current_url.endswith("#w")
    assert browser.find_element(By.TAG_NAME, "h1").text == "Harbour Pilots for Busy Clusters"

    browser.back()
    until(browser, lambda b: "event=EU" in b.current_url)
    browser.back()
    until(browser, lambda b: b.current_url == asked)
    assert browser.find_element(By.NAME, "q").get_attribute("value") == "what did they say about Lanternfish?"


def test_a_person_asks_limits_and_follows(browser: webdriver.Chrome, address: str) -> None:
    """A question, a limit, a quote's link and the way back all work, and the address can be shared."""
    look(browser, 1440, "light")
    ask_and_follow(browser, address)


def test_it_all_works_without_scripts(plain_browser: webdriver.Chrome, address: str) -> None:
    """A browser that runs no script does the same."""
    ask_and_follow(plain_browser, address)


def test_the_words_of_a_quote_are_scrolled_to(browser: webdriver.Chrome, address: str) -> None:
    """On a low window the marked words are in view when the talk opens."""
    look(browser, 360, "light")
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 360, "height": 240, "deviceScaleFactor": 1, "mobile": True},
    )
    browser.get(f"{address}/?q=what+did+Lanternfish+save%3F")
    link = until(browser, lambda b: b.find_element(By.CSS_SELECTOR, "blockquote .anchor"))
    browser.get(str(link.get_attribute("href")))
    inside = "const r = document.getElementById('w').getBoundingClientRect(); return r.top >= 0 && r.top < innerHeight"

    # The first words may peep in before the page has moved to them.
    assert until(browser, lambda b: b.execute_script("return scrollY > 0") and b.execute_script(inside))


def test_answers_appear_while_typing(browser: webdriver.Chrome, address: str) -> None:
    """With scripts an answer comes when typing stops, the caret stays in the box, and the address is the answer's."""
    look(browser, 1440, "dark")
    browser.get(address)
    box = browser.find_element(By.NAME, "q")
    box.send_keys("what did Lanternfish save?")
    until(browser, lambda b: b.find_elements(By.CSS_SELECTOR, "#answer blockquote"))

    assert "38%" in browser.find_element(By.ID, "answer").text
    assert browser.switch_to.active_element == box
    until(browser, lambda b: "q=what+did+Lanternfish+save" in b.current_url)

    box.send_keys(" and what did Quillwort write?")
    until(browser, lambda b: "Quillwort" in b.current_url)
    browser.refresh()
    assert browser.find_element(By.TAG_NAME, "h1").text.startswith("what did Lanternfish save?")


def test_the_keyboard_reaches_everything(browser: webdriver.Chrome, address: str) -> None:
    """Tabbing through an answer's page visits every link, box and button, the way past the header first, each one visibly."""
    look(browser, 1440, "light")
    browser.get(f"{address}/?q=what+did+Lanternfish+save%3F")
    count = (
        "return [...document.querySelectorAll('a[href], input:not([type=hidden]), button, summary')]"
        ".filter(one => one.checkVisibility()).length"
    )
    everything = int(browser.execute_script(count))
    visited = []
    for _ in range(everything):
        webdriver.ActionChains(browser).send_keys(Keys.TAB).perform()
        seen = (
            "const e = document.activeElement, s = getComputedStyle(e);"
            "return [e.tagName, e.textContent.trim(), s.outlineStyle !== 'none', e.className]"
        )
        visited.append(browser.execute_script(seen))

    assert visited[0][1] == "Skip to the content"
    assert all(outlined for _, _, outlined, _ in visited)
    assert "BODY" not in {tag for tag, _, _, _ in visited}
    assert any(kind == "anchor" for *_, kind in visited)


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_the_screen(browser: webdriver.Chrome, address: str, path: str, width: int) -> None:
    """No page is wider than the screen, the console stays quiet under the policy, and text has a readable size."""
    look(browser, width, "light")
    browser.get_log("browser")
    browser.get(address + path)
    fits = browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    size = browser.execute_script(
        "return parseFloat(getComputedStyle(document.querySelector('main p, main li')).fontSize)"
    )
    complaints = [
        one["message"] for one in browser.get_log("browser") if "status of 404" not in one["message"]
    ]

    assert fits
    assert size >= 14
    assert complaints == []


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_nobody_is_shut_out(browser: webdriver.Chrome, address: str, width: int, scheme: str) -> None:
    """Axe finds nothing on any page: contrast, names, order of headings, links told apart, targets large enough."""
    if not AXE.is_file():
        if os.environ.get("CONFNOTES_REQUIRE_BROWSER"):
            pytest.fail("axe-core is missing, and this run requires it: npm install --prefix tests/bot/web")
        pytest.skip("axe-core is not installed: npm install --prefix tests/bot/web")
    look(browser, width, scheme)
    browser.set_script_timeout(60)
    found = {}
    for path in PAGES:
        browser.get(address + path)
        browser.execute_script("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        browser.execute_script(AXE.read_text("utf-8"))
        run = (
            "const done = arguments[arguments.length - 1];"
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
            ".then(r => done(r.violations.map(v => [v.id, v.nodes.map(n => n.html).slice(0, 3)])))"
        )
        if violations := browser.execute_async_script(run):
            found[path] = violations

    assert found == {}
