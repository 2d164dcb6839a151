"""The pages of one competitor and of two in a real browser: what AppTest cannot see."""

from collections.abc import Iterator

import pytest

from ranking.store import Store
from tests.dashboard.conftest import BATTLES, HOSTILE, HOSTILE_NAMES, add
from tests.dashboard.test_browser import REQUIRED, browser, page, violations
from tests.dashboard.test_head_to_head_page import TEXTS

if not REQUIRED:
    pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Page, expect

from tests.dashboard.browser import (
    WAIT,
    Server,
    idle,
    keyed,
    settled,
    tick_row,
    top_link,
)

pytestmark = pytest.mark.browser
__all__ = ["browser", "page"]  # fixtures


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("pairs")
    store = Store(folder / "podium.duckdb", wait=20)
    add(store, "battles", BATTLES, folder)
    add(store, "texts", TEXTS, folder)
    add(store, "zoo", HOSTILE, folder)
    return store


@pytest.fixture(scope="module")
def server(database: Store, browser: Browser) -> Iterator[Server]:
    with Server(database.path, database.path.with_suffix(".log")) as running:
        yield running


def title(page: Page, text: str) -> None:
    """Wait until a page has a title."""
    expect(page.locator("h1")).to_have_text(text, timeout=WAIT)
    idle(page)


def test_from_a_competitor_to_a_pair_and_back(page: Page, server: Server):
    """Links keep the view, and going back leads to the competitor that was looked at."""
    page.goto(f"{server.url}/competitor?arena=battles&who=bee&judge=ann&marked=cat")
    settled(page)
    title(page, "bee")
    keyed(page, "rival").locator("input").click()
    page.get_by_role("option", name="cat").click()
    page.get_by_role("link", name="Head to head with cat").click()
    title(page, "bee against cat")
    for part in ("a=bee", "b=cat", "judge=ann", "marked=cat"):
        assert page.url.count(part) == 1, page.url
    expect(page.get_by_text("5 comparisons of the two")).to_be_visible()
    page.go_back()
    title(page, "bee")
    assert "who=bee" in page.url


def test_marks_outlive_other_pages(page: Page, server: Server):
    """Marks of the leaderboard are still there after a visit to the two head to head."""
    page.goto(f"{server.url}/?arena=battles&marked=ant&marked=cat")
    settled(page)
    page.get_by_role("link", name="Head to head").last.click()
    title(page, "ant against cat")
    top_link(page, "Leaderboard").click()
    expect(keyed(page, "marked").get_by_text("cat")).to_be_visible()


def test_a_dot_chooses_an_opponent(page: Page, server: Server):
    """A click on the chart offers the head to head of the two."""
    page.goto(f"{server.url}/competitor?arena=battles&who=ant")
    settled(page)
    chart = keyed(page, "opponents")
    chart.scroll_into_view_if_needed()
    box = chart.locator(".scatterlayer .point").first.bounding_box()
    assert box is not None
    at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*at)
    page.wait_for_timeout(300)
    page.mouse.click(*at)
    expect(page.get_by_role("link", name="Head to head with")).to_be_visible()


def test_a_pair_is_in_the_address(page: Page, browser: Browser, server: Server):
    """The pair, the swap and the row that is read can be shared and reloaded."""
    page.goto(f"{server.url}/head-to-head?arena=texts")
    settled(page)
    page.wait_for_url(lambda url: "a=" in url and "b=" in url)
    if page.locator("h1").inner_text() == "ant against bee":
        page.get_by_role("button", name="Swap").first.click()
    title(page, "bee against ant")
    tick_row(page, "raw", 1)
    expect(page.get_by_text("Comparison 2 of 6")).to_be_visible()
    page.wait_for_url(lambda url: "a=bee" in url and "b=ant" in url and "row=2" in url)
    other = browser.new_page()
    other.goto(page.url)
    settled(other)
    title(other, "bee against ant")
    expect(other.get_by_text("Comparison 2 of 6")).to_be_visible()
    other.close()


def test_another_arena_has_other_competitors(page: Page, server: Server):
    """With the arena the competitor changes, and nothing is left of it in the address."""
    page.goto(f"{server.url}/competitor?arena=battles&who=cat")
    settled(page)
    title(page, "cat")
    page.get_by_label("Arena").first.click()
    page.get_by_role("option", name="texts").click()
    page.wait_for_url(lambda url: "who=cat" not in url and "arena=texts" in url)
    expect(page.locator("h1")).not_to_have_text("cat")
    top_link(page, "Head to head").click()
    expect(page.locator("h1")).to_contain_text("against")


def test_markup_stays_text(page: Page, server: Server):
    """Names and responses are shown letter by letter, and nothing is loaded because of them."""
    page.goto(f"{server.url}/head-to-head?arena=texts&a=ant&b=bee")
    settled(page)
    main = page.get_by_test_id("stMain")
    shown = main.inner_text().replace("\u2060", "")
    assert "<b>all</b>" in shown and ":red[two]" in shown and "Say **hello** 0" in shown
    page.goto(f"{server.url}/competitor?arena=zoo")
    settled(page)
    keyed(page, "who").locator("input").click()
    page.get_by_role("option", name=HOSTILE_NAMES[2]).click()
    idle(page)
    assert page.locator("h1").inner_text().replace("\u2060", "") == HOSTILE_NAMES[2]
    assert page.locator("[data-testid=stMain] img[src*='e.example']").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, server: Server, scheme: str):
    """Neither page breaks a serious accessibility rule, in either appearance."""
    held = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 1000})
    held.set_default_timeout(WAIT)
    found = []
    for address in (
        "competitor?arena=battles&who=ant&marked=ant",
        "competitor?arena=battles&who=ant&aspect=Breakdowns",
        "head-to-head?arena=texts&a=ant&b=bee&row=2",
    ):
        held.goto(f"{server.url}/{address}")
        settled(held)
        keyed(held, "record").locator(".js-plotly-plot").wait_for()
        found += violations(held, dark=scheme == "dark")
    held.close()
    assert found == []
