"""Two versions by capability in a real browser: from an item that got worse to its examples."""

from collections.abc import Iterator

import pytest

from ranking.store import Store
from tests.dashboard.test_browser import REQUIRED, browser, page, violations
from tests.dashboard.test_versions_section import add_scores, scores

if not REQUIRED:
    pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Page, expect

from tests.dashboard.browser import WAIT, Server, idle, settled, tick_row

pytestmark = pytest.mark.browser
__all__ = ["browser", "page"]  # fixtures


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("versions")
    store = Store(folder / "podium.duckdb", wait=20)
    add_scores(store, folder, scores())
    with Server(store.path, store.path.with_suffix(".log")) as running:
        yield running


def test_an_item_that_got_worse_opens_its_examples(page: Page, server: Server):
    """The address opens the view; a ticked item leads to its evidence, with both versions."""
    page.goto(
        f"{server.url}/head-to-head?arena=runs&a=new&b=old&detail=By+capability"
        "&source=Field+topic&inside=sums"
    )
    settled(page)
    expect(page.get_by_text("24 items. Tick one")).to_be_visible(timeout=WAIT)
    assert not violations(page, dark=False)
    tick_row(page, "changed-items", 0)
    link = page.get_by_role("link", name="Examples: item t03")
    expect(link).to_be_visible(timeout=WAIT)
    link.click()
    expect(page.get_by_role("heading", name="Item t03")).to_be_visible(timeout=WAIT)
    idle(page)
    for part in ("item=t03", "who=new", "against=old"):
        assert part in page.url, page.url
