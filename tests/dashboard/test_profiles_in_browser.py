"""Mixes and differences in a real browser: sliders, the address, accessibility, a phone."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from ranking.store import Store
from tests.dashboard.conftest import add
from tests.dashboard.test_browser import REQUIRED, browser, page, violations
from tests.dashboard.test_profiles_section import log

if not REQUIRED:
    pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Page, expect

from tests.dashboard.browser import Server, settled

pytestmark = pytest.mark.browser
__all__ = ["browser", "page"]  # fixtures
LONG = 60_000  # milliseconds for the first read
VIEWS = (
    "tab=Leaderboard&mixed=law&mixed=math",
    *(f"tab=Differences&contrast={quote(view)}" for view in ("Capabilities", "Alike profiles")),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("profiles")
    store = Store(folder / "podium.duckdb", wait=20)
    add(store, "capable", log(), folder)
    with Server(store.path, store.path.with_suffix(".log")) as running:
        yield running


def test_a_slider_changes_the_leader_and_the_address(page: Page, server: Server):
    """More of one capability puts its leader first; a reload shows the same mix."""
    page.goto(f"{server.url}/capabilities?{VIEWS[0]}")
    settled(page)
    expect(page.get_by_text("law 50%, math 50%")).to_be_visible(timeout=LONG)
    slider = page.get_by_role("slider", name="law")
    slider.press("End")
    page.wait_for_url(lambda url: "shares=10%2C1" in url or "shares=10,1" in url)
    expect(page.get_by_text("law 91%, math 9%")).to_be_visible(timeout=LONG)
    page.reload()
    settled(page)
    expect(page.get_by_text("law 91%, math 9%")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("heading", name="In law and math: ant")).to_be_visible()


def test_axe_finds_nothing_serious_and_a_phone_does_not_scroll(browser: Browser, server: Server):
    """No view of these breaks a serious accessibility rule, nor is wider than a phone's screen."""
    held = browser.new_page(viewport={"width": 1280, "height": 1000})
    held.set_default_timeout(LONG)
    found = []
    for view in VIEWS:
        held.goto(f"{server.url}/capabilities?{view}")
        settled(held)
        expect(held.get_by_test_id("stDownloadButton").first).to_be_visible(timeout=LONG)
        found += violations(held, dark=False)
    held.set_viewport_size({"width": 390, "height": 844})
    wide = held.evaluate("document.documentElement.scrollWidth")
    held.close()
    assert found == []
    assert wide <= 390
