"""The page about capabilities in a real browser: clicks on cells, the address, accessibility."""

from collections.abc import Iterator

import pytest

from ranking.store import Store
from tests.dashboard.capability_fakes import capable_log
from tests.dashboard.conftest import add
from tests.dashboard.test_browser import REQUIRED, browser, page, violations

if not REQUIRED:
    pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Locator, Page, expect

from tests.dashboard.browser import WAIT, Server, idle, keyed, settled

pytestmark = pytest.mark.browser
__all__ = ["browser", "page"]  # fixtures
LONG = 60_000  # milliseconds for the first read


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("capabilities")
    store = Store(folder / "podium.duckdb", wait=20)
    add(store, "capable", capable_log(), folder)
    return store


@pytest.fixture(scope="module")
def server(database: Store, browser: Browser) -> Iterator[Server]:
    with Server(database.path, database.path.with_suffix(".log")) as running:
        yield running


def cells(page: Page) -> Locator:
    """Return the cells of the matrix, once they are drawn."""
    held = page.locator(".js-plotly-plot .barlayer .point")
    expect(held.first).to_be_visible(timeout=LONG)
    idle(page)
    return held


def press(page: Page, name: str) -> None:
    """Click on the first cell in the row of a capability."""
    rows = page.locator(".js-plotly-plot .ytick text").all_text_contents()
    across = page.locator(".js-plotly-plot .xtick text").all_text_contents()
    at = [each.strip() for each in rows].index(name) * len(across)
    box = cells(page).nth(at).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    idle(page)


def test_from_a_cell_to_the_comparisons_behind_it(page: Page, server: Server):
    """A click opens what lies below, the address says so, and a sentence leads to examples."""
    page.goto(f"{server.url}/capabilities")
    settled(page)
    assert cells(page).count() > 0
    press(page, "code")
    page.wait_for_url(lambda url: "node=code" in url)
    expect(keyed(page, "under-all")).to_be_visible()
    assert cells(page).count() == 6
    page.reload()
    settled(page)
    expect(keyed(page, "under-all")).to_be_visible(timeout=LONG)
    page.get_by_role("link", name="Examples").nth(1).click()  # the first is in the navigation
    page.wait_for_url(lambda url: "/examples" in url and "of=code" in url)
    settled(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, server: Server, scheme: str):
    """No measure breaks a serious accessibility rule, in either appearance."""
    held = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 1000})
    held.set_default_timeout(WAIT)
    found = []
    for query in ("", "?cells=Items&question=A+bar"):
        held.goto(f"{server.url}/capabilities{query}")
        settled(held)
        cells(held)
        found += violations(held, dark=scheme == "dark")
    held.close()
    assert found == []


def test_a_phone_scrolls_the_matrix_and_not_the_page(browser: Browser, server: Server):
    """At 390 pixels the matrix scrolls within its frame; nothing else is wider than the screen."""
    held = browser.new_page(viewport={"width": 390, "height": 844})
    held.set_default_timeout(WAIT)
    held.goto(f"{server.url}/capabilities")
    settled(held)
    cells(held)
    wide = held.evaluate("document.documentElement.scrollWidth")
    held.close()
    assert wide <= 390
