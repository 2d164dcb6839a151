"""The page about robustness in a real browser: what AppTest cannot see."""

import re
from collections.abc import Iterator

import pytest

from ranking.store import Store
from tests.dashboard.conftest import HOSTILE, HOSTILE_NAMES, add
from tests.dashboard.test_browser import REQUIRED, browser, page, violations
from tests.dashboard.test_robustness_page import CIRCLE, TASKS

if not REQUIRED:
    pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Page, expect

from tests.dashboard.browser import WAIT, Server, idle, keyed, settled, tick_row, top_link

pytestmark = pytest.mark.browser
__all__ = ["browser", "page"]  # fixtures
LONG = 90_000  # milliseconds for every method under every attack


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("robustness")
    store = Store(folder / "podium.duckdb", wait=20)
    add(store, "tasks", TASKS, folder)
    add(store, "circle", CIRCLE, folder)
    add(store, "zoo", HOSTILE, folder)
    return store


@pytest.fixture(scope="module")
def server(database: Store, browser: Browser) -> Iterator[Server]:
    with Server(database.path, database.path.with_suffix(".log")) as running:
        yield running


def drawn(page: Page, key: str) -> None:
    """Wait until a chart is drawn."""
    expect(keyed(page, key).locator(".js-plotly-plot").first).to_be_visible(timeout=LONG)
    idle(page)


def test_from_an_attack_to_the_battery(page: Page, server: Server):
    """A row chooses the ranking that is drawn; the battery is one button; the address holds it."""
    page.goto(f"{server.url}/?arena=tasks")
    settled(page)
    top_link(page, "Robustness").click()
    drawn(page, "slopes")
    tick_row(page, "moves", 1)  # rows are higher than usual: this is the first method's
    drawn(page, "slopes")
    expect(keyed(page, "slopes").locator(".ytick").first).to_be_visible()
    keyed(page, "attack").locator("input").click()
    page.get_by_role("option", name="Repeated judge").click()
    expect(keyed(page, "target").locator("input")).to_have_value(
        re.compile("ann|bob"), timeout=LONG
    )
    drawn(page, "slopes")
    page.wait_for_url(lambda url: "attack=Repeated+judge" in url)
    page.get_by_role("button", name="Run the standard battery").click()
    drawn(page, "battery-map")
    expect(keyed(page, "battery-map").locator(".ytick")).to_have_count(8)


def test_from_a_cycle_to_its_evidence(page: Page, server: Server):
    """A link beside a cycle leads to the comparisons of two of its competitors."""
    page.goto(f"{server.url}/robustness?arena=circle&section=Cycles")
    settled(page)
    drawn(page, "cycle-0")
    page.get_by_role("link", name="Compare").first.click()
    expect(page.locator("h1")).to_contain_text("against", timeout=LONG)
    expect(page.get_by_text("90 comparisons of the two")).to_be_visible()


def test_markup_stays_text(page: Page, server: Server):
    """Names are drawn letter by letter on the axes of the slopes."""
    page.goto(f"{server.url}/robustness?arena=zoo")
    settled(page)
    drawn(page, "slopes")
    labels = " ".join(
        label.text_content() or "" for label in keyed(page, "slopes").locator("text").all()
    )
    assert "<script>alert(1)</" in labels and "**x**" in labels and ":red[x]" in labels
    assert page.locator("[data-testid=stMain] img[src*='e.example']").count() == 0
    assert len(HOSTILE_NAMES) == 5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, server: Server, scheme: str):
    """No section breaks a serious accessibility rule, in either appearance."""
    held = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 1000})
    held.set_default_timeout(WAIT)
    found = []
    for address, key in (
        ("robustness?arena=tasks", "slopes"),
        ("robustness?arena=circle&section=Cycles", "pairs"),
        ("robustness?arena=tasks&section=Tasks", "contributions"),
    ):
        held.goto(f"{server.url}/{address}")
        settled(held)
        drawn(held, key)
        found += violations(held, dark=scheme == "dark")
    held.close()
    assert found == []
