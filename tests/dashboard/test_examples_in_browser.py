"""The page of examples in a real browser: what AppTest cannot see."""

import re
from collections.abc import Iterator

import pytest

from ranking.store import Store
from tests.dashboard.conftest import add
from tests.dashboard.test_browser import REQUIRED, browser, page, violations
from tests.dashboard.test_examples_page import EXAMPLES

if not REQUIRED:
    pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Page, expect

from tests.dashboard.browser import WAIT, Server, idle, keyed, settled

pytestmark = pytest.mark.browser
__all__ = ["browser", "page"]  # fixtures


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("examples")
    store = Store(folder / "podium.duckdb", wait=20)
    add(store, "verdicts", EXAMPLES, folder)
    with Server(store.path, store.path.with_suffix(".log")) as running:
        yield running


def test_from_a_count_to_an_item_and_back(page: Page, server: Server):
    """A bar filters, a row opens its item, and the address holds both, also after a reload."""
    page.goto(f"{server.url}/examples?arena=verdicts&who=ant&of=law")
    settled(page)
    expect(page.locator("h2").first).to_contain_text("confirmed strength")
    chart = page.locator("[class*=st-key-judged-counts]").first
    expect(chart.locator(".js-plotly-plot")).to_be_visible(timeout=WAIT)
    box = chart.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 60, box["y"] + 16)  # the first judge
    expect(page).to_have_url(re.compile("judged=bob"), timeout=WAIT)
    idle(page)
    table = page.locator("[class*=st-key-items-]").first.bounding_box()
    assert table is not None
    page.mouse.click(table["x"] + 18, table["y"] + 38 + 17)
    expect(page).to_have_url(re.compile("item=q01"), timeout=WAIT)
    expect(page.get_by_text("the answer of").first).to_be_visible(timeout=WAIT)
    page.reload()
    settled(page)
    assert "item=q01" in page.url and "judged=bob" in page.url and "of=law" in page.url
    assert violations(page, dark=False) == []
    keyed(page, "step-all").locator("button").click()
    expect(page).not_to_have_url(re.compile("item="), timeout=WAIT)
    assert "judged=bob" in page.url
