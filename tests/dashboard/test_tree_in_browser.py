"""The tree of capabilities in a real browser: what AppTest cannot see."""

from collections.abc import Iterator

import pytest

from ranking.store import Store
from tests.dashboard.capability_fakes import capable_log
from tests.dashboard.conftest import add
from tests.dashboard.test_browser import REQUIRED, browser, page, violations

if not REQUIRED:
    pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Locator, Page, expect

from tests.dashboard.browser import WAIT, Server, cells, idle, keyed, settled

pytestmark = pytest.mark.browser
__all__ = ["browser", "page"]  # fixtures
HEAD, ROW = 35, 32  # pixels of the table's head and of a row
OPENS, ITEMS, ALONE = 1, 2, 3  # the buttons of a row
TREE = "capabilities?arena=capable&tab=Tree&who=ant"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("tree")
    store = Store(folder / "podium.duckdb", wait=20)
    add(store, "capable", capable_log(), folder)
    with Server(store.path, folder / "server.log") as running:
        yield running


def areas(page: Page, layer: str = "icicle") -> Locator:
    """Return the areas of all figures."""
    return page.locator(f".{layer}layer g.slice")


def click(page: Page, area: str, layer: str = "icicle") -> None:
    """Click an area by the name that stands in it."""
    found = areas(page, layer).filter(has_text=area).first
    found.scroll_into_view_if_needed()
    found.click(position={"x": 8, "y": 8})
    idle(page)


def test_from_the_tree_to_a_branch_and_back(page: Page, server: Server):
    """A click on an area opens its branch in both figures; the trail and the browser lead back."""
    page.goto(f"{server.url}/{TREE}&beside=bee")
    settled(page)
    expect(areas(page)).to_have_count(14)  # everything, four capabilities and two below, twice
    click(page, "code")
    page.wait_for_url(lambda url: "node=code" in url)
    expect(areas(page)).to_have_count(6)
    expect(page.get_by_role("heading", name="code", exact=True)).to_be_visible()
    assert cells(page, "tree-rows", 2) == ["code", "sql", "web"]
    page.get_by_role("button", name="All capabilities").click()
    page.wait_for_url(lambda url: "node" not in url)
    expect(areas(page)).to_have_count(14)
    click(page, "code")  # the same area once more
    page.wait_for_url(lambda url: "node=code" in url)
    page.go_back()
    expect(areas(page)).to_have_count(14)


def press(page: Page, button: int, row: int) -> None:
    """Click a button in a row of the table: where the pointer turns into a hand for that time."""
    grid = keyed(page, "tree-rows").locator("canvas[data-testid=data-grid-canvas]")
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box is not None
    y = box["y"] + HEAD + ROW * row + ROW / 2
    met, over = 0, False
    for x in range(3, round(box["width"]), 8):
        page.mouse.move(box["x"] + x, y)
        page.wait_for_timeout(30)
        hand = grid.evaluate("canvas => getComputedStyle(canvas).cursor") == "pointer"
        met += hand and not over
        over = hand
        if hand and met == button:
            page.mouse.click(box["x"] + x + 4, y)
            idle(page)
            return
    raise AssertionError(f"No button {button} in row {row}")


def test_a_row_opens_stands_alone_and_leads_to_its_items(page: Page, server: Server):
    """A row opens and closes by its first button; others show it alone, or lead to its items."""
    page.goto(f"{server.url}/{TREE}")
    settled(page)
    grid = keyed(page, "tree-rows")
    expect(grid.get_by_test_id("glide-cell-2-1")).to_have_text("code")
    press(page, OPENS, 1)
    expect(grid.get_by_test_id("glide-cell-2-2")).to_have_text("sql")
    press(page, OPENS, 1)
    expect(grid.get_by_test_id("glide-cell-2-2")).not_to_have_text("sql")
    press(page, ALONE, 1)
    page.wait_for_url(lambda url: "node=code" in url)
    press(page, ITEMS - 1, 1)  # nothing lies below
    page.wait_for_url(lambda url: "/examples" in url and "of=code%2Fsql" in url)
    expect(page.locator("h1")).to_have_text("capable")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, server: Server, scheme: str):
    """No shape breaks a serious accessibility rule, in either appearance."""
    held = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 1000})
    held.set_default_timeout(WAIT)
    found = []
    for shape in ("Icicle", "Treemap", "Sunburst"):
        held.goto(f"{server.url}/{TREE}&shape={shape}&node=code")
        settled(held)
        expect(areas(held, shape.lower())).to_have_count(3)
        found += violations(held, dark=scheme == "dark")
    held.close()
    assert found == []
