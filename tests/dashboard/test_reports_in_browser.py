"""The profile by capability in a real browser: its report arrives, its sentences lead on."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ranking.store import Store
from tests.dashboard.conftest import add
from tests.dashboard.test_browser import REQUIRED, browser, page, violations
from tests.test_cli_capabilities import battles

if not REQUIRED:
    pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, Page, expect

from tests.dashboard.browser import Server

pytestmark = pytest.mark.browser
__all__ = ["browser", "page"]  # fixtures
LONG = 60_000  # milliseconds for everything a page works out


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("reports")
    store = Store(folder / "podium.duckdb", wait=20)
    add(store, "zoo", battles().replace("prompt,", "prompt_id,"), folder)
    with Server(store.path, folder / "server.log") as running:
        yield running


def test_a_report_is_made_when_it_is_asked_for(page: Page, server: Server) -> None:
    """The button hands over a PDF; the sentence under it leads to the items of its capability."""
    page.goto(f"{server.url}/competitor?arena=zoo&who=ant&aspect=Capabilities")
    button = page.get_by_role("button", name="Report (PDF)")
    expect(button).to_be_visible(timeout=LONG)
    assert not violations(page, dark=False)
    with page.expect_download(timeout=LONG) as arriving:
        button.click()
    assert arriving.value.suggested_filename == "zoo-ant-capabilities.pdf"
    assert Path(arriving.value.path()).read_bytes().startswith(b"%PDF")
    page.get_by_role("link", name="Examples").nth(1).click()  # the first is in the navigation
    expect(page).to_have_url(re.compile(r"/examples\?.*of=law"), timeout=LONG)
