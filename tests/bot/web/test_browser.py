"""The page in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import (
    presence_of_all_elements_located,
    text_to_be_present_in_element,
)
from selenium.webdriver.support.wait import WebDriverWait

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    """Give a headless Chromium, or skip where there is none."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        if os.environ.get("CONFNOTES_REQUIRE_BROWSER"):
            pytest.fail("Chromium or its driver is missing, and this run requires them")
        pytest.skip("Chromium and its driver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=900,1200"):
        options.add_argument(argument)
    chrome = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield chrome
    chrome.quit()


def test_a_person_asks_and_follows_the_talk(browser: webdriver.Chrome, address: str) -> None:
    """Typing a question and pressing Enter shows quotes; the talk's title leads to its page."""
    browser.get(address)
    box = browser.find_element(By.NAME, "q")
    box.send_keys("what did Lanternfish save?", Keys.ENTER)
    # The driver does not wait for a page that a key press or a click loads.
    patience = WebDriverWait(browser, 20)
    quotes = patience.until(presence_of_all_elements_located((By.TAG_NAME, "blockquote")))

    assert any("38%" in quote.text for quote in quotes)

    browser.find_element(By.CSS_SELECTOR, ".quote .talk").click()

    assert patience.until(
        text_to_be_present_in_element((By.TAG_NAME, "h1"), "Harbour Pilots for Busy Clusters")
    )


def test_page_styles_load_under_the_policy(browser: webdriver.Chrome, address: str) -> None:
    """The content security policy lets the page's own style in and the console stays quiet."""
    browser.get(address)
    width = browser.find_element(By.TAG_NAME, "main").size["width"]

    assert width < 800
    assert [entry for entry in browser.get_log("browser") if "favicon" not in entry["message"]] == []
