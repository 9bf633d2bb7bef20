"""The landing page in Chromium: one source well, one broken, seen at a glance."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.flows.clinic import PEOPLE, SECRET, Clinic, on_sqlite
from tests.flows.home import Server, wait_until

CHROMIUM = shutil.which("chromium") or ""
pytestmark = pytest.mark.skipif(
    not CHROMIUM and "FACADE_REQUIRE_SHARED" not in os.environ, reason="chromium is not installed"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return on_sqlite(tmp_path)


def look(browser: Browser, server: Server, scheme: str = "light") -> tuple[Page, list[str]]:
    """The page at `/`, and what the browser complained of."""
    complaints: list[str] = []
    page = browser.new_page(viewport={"width": 1080, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(server.url.removesuffix("fhir"))
    return page, complaints


def says(browser: Browser, server: Server, text: str) -> bool:
    page, _ = look(browser, server)
    found = text in page.inner_text("body")
    page.close()
    return found


def test_a_broken_source_is_seen_at_a_glance(browser: Browser, clinic: Clinic) -> None:
    clinic.hire()
    with clinic.home.serving() as server:
        wait_until(lambda: says(browser, server, "all 2 sources are well"))
        clinic.run("ALTER TABLE person RENAME TO person_away")
        wait_until(lambda: says(browser, server, "1 of 2 sources needs attention"))
        page, complaints = look(browser, server)
        cards = page.locator("section.card")
        assert cards.count() == 2
        assert "clinic" in cards.nth(0).inner_text() and "failing" in cards.nth(0).inner_text()
        red = cards.nth(0).evaluate("card => getComputedStyle(card).borderLeftColor")
        assert red == "rgb(179, 38, 30)"
        assert "failing" not in cards.nth(1).inner_text()
        page.locator("details summary").first.click()
        assert page.locator("td", has_text="booking").first.is_visible()
        if target := os.environ.get("FACADE_SCREENSHOT"):
            page.locator("details summary").first.click()
            page.screenshot(path=target, full_page=True)
        text = page.inner_text("body")
        assert f"Patient\n{PEOPLE}" in text and SECRET not in text
        assert complaints == []
        page.get_by_role("link", name="Patient").first.click()
        assert '"resourceType": "Bundle"' in page.inner_text("body")
        clinic.run("ALTER TABLE person_away RENAME TO person")
        wait_until(lambda: says(browser, server, "all 2 sources are well"))


def test_the_page_fits_a_telephone_and_the_dark(browser: Browser, clinic: Clinic) -> None:
    with clinic.home.serving() as server:
        wait_until(lambda: says(browser, server, "well"))
        page, complaints = look(browser, server, "dark")
        page.set_viewport_size({"width": 360, "height": 700})
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 29)"
        assert complaints == []
