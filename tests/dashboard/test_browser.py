"""The dashboard in a real browser: what AppTest cannot see."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ranking.store import Store, imports
from tests.dashboard.conftest import BATTLES, HOSTILE, HOSTILE_NAMES, REJECTED, add

pytestmark = pytest.mark.browser
REQUIRED = os.environ.get("PODIUM_REQUIRE_BROWSER") == "1"
if not REQUIRED:
    pytest.importorskip("playwright", reason="playwright is not installed")

from axe_playwright_python.sync_playwright import Axe  # noqa: E402
from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402

from tests.dashboard.browser import (  # noqa: E402
    WAIT,
    Server,
    cells,
    chromium,
    drop,
    idle,
    keyed,
    press_button,
    settled,
    tick_row,
    top_link,
)

EXCLUDED = {"exclude": [["[data-testid=stMultiSelect] [role=group]"]]}
"""Streamlit writes chosen values in white on the primary colour, whatever that is; no colour is
dark enough for that and light enough for a selected tab on a dark page."""


def violations(page: Page, *, dark: bool) -> list[tuple[str, str, list[str]]]:
    """Return what axe holds for serious or critical on a page, with the first elements."""
    found = Axe().run(page, context=EXCLUDED if dark else None).response["violations"]
    return [
        (page.url, violation["id"], [node["html"][:300] for node in violation["nodes"][:3]])
        for violation in found
        if violation["impact"] in ("serious", "critical")
    ]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        if REQUIRED:
            pytest.fail("PODIUM_REQUIRE_BROWSER is set, and there is no chromium on the PATH")
        pytest.skip("there is no chromium on the PATH")
    with sync_playwright() as playwright:
        held = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield held
        held.close()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("browser")
    store = Store(folder / "podium.duckdb", wait=20)
    add(store, "battles", BATTLES + REJECTED, folder)
    add(store, "made up", BATTLES, folder, simulated=True)
    add(store, "zoo **x** :red[y]", HOSTILE, folder)
    return store


@pytest.fixture(scope="module")
def server(database: Store, browser: Browser) -> Iterator[Server]:
    with Server(database.path, database.path.with_suffix(".log")) as running:
        yield running


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    held = browser.new_page(viewport={"width": 1280, "height": 1000})
    held.set_default_timeout(WAIT)
    requested: list[str] = []
    held.on("request", lambda request: requested.append(request.url))
    yield held
    held.close()
    local = (server.url, server.url.replace("http", "ws"), "data:", "blob:")
    assert [url for url in requested if not url.startswith(local)] == []
    assert "Traceback" not in server.output(), server.output()


def test_upload_to_leaderboard_and_undo(page: Page, server: Server, database: Store):
    """A dropped file is checked, imported, ranked, and taken back."""
    page.goto(f"{server.url}/upload")
    settled(page)
    drop(page, "fresh.csv", (BATTLES + REJECTED).encode())
    expect(page.get_by_text("Why rows would be rejected")).to_be_attached()
    expect(page.get_by_role("button", name="Import 30 comparisons")).to_be_enabled()
    with page.expect_download() as download:
        page.get_by_role("button", name="Rejected rows (CSV)").click()
    rejected = Path(download.value.path()).read_text()
    assert "'=maybe" in rejected and ",=maybe" not in rejected
    page.get_by_role("button", name="Import 30 comparisons").click()
    expect(page.get_by_role("heading", name="fresh", exact=True)).to_be_visible()
    assert set(cells(page, "board-0", 2)) == {"ant", "bee", "cat"}
    assert "arena=fresh" in page.url

    top_link(page, "Data").click()
    page.get_by_role("tab", name="Imports").click()
    page.get_by_role("button", name="Undo", exact=True).click()
    page.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_text("Took back 30 rows of fresh.csv.")).to_be_visible()
    assert "fresh" not in {done.arena for done in imports(database)}


def test_method_marks_and_a_shared_link(page: Page, browser: Browser, server: Server):
    """What is chosen is in the address, and the address opens the same view elsewhere."""
    page.goto(f"{server.url}/?arena=battles")
    settled(page)
    page.get_by_label("Method").first.click()
    page.get_by_role("option", name="Elo").click()
    expect(page.get_by_text("3 models · Elo")).to_be_visible()
    idle(page)
    leader = cells(page, "board-0", 2)[0]
    tick_row(page, "board-0", 0)
    expect(keyed(page, "marked").get_by_text(leader)).to_be_visible()
    page.get_by_role("tab", name="Plot").click()
    expect(keyed(page, "forest").locator(".js-plotly-plot")).to_be_visible()
    page.wait_for_url(lambda url: "view=Plot" in url and f"marked={leader}" in url)

    other = browser.new_page()
    other.goto(page.url)
    settled(other)
    expect(other.get_by_text("3 models · Elo")).to_be_visible()
    expect(keyed(other, "marked").get_by_text(leader)).to_be_visible()
    expect(keyed(other, "forest").locator(".js-plotly-plot")).to_be_visible()
    assert other.url == page.url
    other.get_by_role("button", name="Copy link").click()
    link = other.get_by_test_id("stCode").inner_text().strip()
    other.goto(link)
    settled(other)
    expect(other.get_by_text("3 models · Elo")).to_be_visible()
    expect(keyed(other, "marked").get_by_text(leader)).to_be_visible()
    other.close()


def test_a_row_opens_the_page_of_its_competitor(page: Page, server: Server):
    """The arrow beside a name leads to its page, in the same arena and by the same method.

    The address may name the arena without its label, and then holds it with that.
    """
    page.goto(f"{server.url}/?arena=made+up&method=Elo")
    page.wait_for_url(lambda url: "simulated" in url and "method=Elo" in url)
    settled(page)
    second = cells(page, "board-0", 2)[1]
    press_button(page, "board-0", 1)
    expect(page.get_by_role("heading", name=second, exact=True)).to_be_visible()
    assert f"who={second}" in page.url and "method=Elo" in page.url and "made" in page.url


def test_a_check_leads_to_what_it_rests_on(page: Page, server: Server):
    """The panel lists all ten checks, and the way from one leads to its details."""
    page.goto(f"{server.url}/?arena=battles")
    settled(page)
    page.get_by_role("tab", name="Trust").click()
    panel = page.get_by_role("tabpanel", name="Trust")
    expect(panel.locator("strong")).to_have_count(10)
    panel.get_by_role("button", name="Head to head").click()
    expect(page.locator("h1")).to_contain_text("against")


def test_another_arena_forgets_the_selection(page: Page, server: Server):
    """Marks and filters of one arena do not follow into another."""
    page.goto(f"{server.url}/?arena=battles&marked=ant&judge=ann")
    settled(page)
    expect(page.get_by_text("15 of 30 comparisons")).to_be_visible()
    page.get_by_label("Arena").first.click()
    page.get_by_role("option", name="made up · simulated").click()
    expect(page.get_by_role("heading", name="made up")).to_be_visible()
    expect(page.get_by_text("Simulated").first).to_be_visible()
    page.wait_for_url(lambda url: "marked" not in url and "judge" not in url)


def test_the_selection_follows_to_the_raw_rows(page: Page, server: Server):
    """The data page shows the comparisons that the leaderboard was made of, and back again."""
    page.goto(f"{server.url}/?arena=battles&judge=ann&marked=ant")
    settled(page)
    top_link(page, "Data").click()
    expect(page.get_by_text("15 rows judged by ann")).to_be_visible()
    idle(page)
    top_link(page, "Leaderboard").click()
    expect(page.get_by_text("15 of 30 comparisons")).to_be_visible()
    expect(keyed(page, "marked").get_by_text("ant")).to_be_visible()


def test_hostile_names_stay_text(page: Page, server: Server):
    """Names with markup are shown letter by letter in headings, tables and plots."""
    page.goto(f"{server.url}/?arena=zoo+**x**+:red[y]")
    settled(page)
    heading = page.locator("h1").inner_text().replace("\u2060", "")
    assert heading == "zoo **x** :red[y]"
    assert set(cells(page, "board-0", 2)) == set(HOSTILE_NAMES)
    page.get_by_role("tab", name="Plot").click()
    labels = keyed(page, "forest").locator(".ytick text")
    expect(labels).to_have_count(len(HOSTILE_NAMES))
    drawn = " ".join(label.text_content() or "" for label in labels.all())
    assert all(name in drawn for name in HOSTILE_NAMES)
    assert page.locator("[data-testid=stMain] img[src*='e.example']").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, server: Server, scheme: str):
    """No view breaks a serious accessibility rule, in either appearance."""
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(WAIT)
    dark = scheme == "dark"
    page.goto(f"{server.url}/?arena=battles&method=Elo&marked=ant")
    settled(page)
    keyed(page, "board-0").locator("canvas").first.wait_for(state="attached")
    found = violations(page, dark=dark)
    page.get_by_role("tab", name="Plot").click()
    keyed(page, "forest").locator(".js-plotly-plot").wait_for()
    found += violations(page, dark=dark)
    for tab in ("Trust", "Details"):
        page.get_by_role("tab", name=tab).click()
        idle(page)
        found += violations(page, dark=dark)
    top_link(page, "Data").click()
    page.get_by_role("tab", name="Imports").click()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_role("button", name="Undo the import")).to_be_visible()
    idle(page)
    found += violations(page, dark=dark)
    page.get_by_role("button", name="Keep it").click()
    top_link(page, "Upload").click()
    drop(page, "fresh.csv", (BATTLES + REJECTED).encode())
    expect(page.get_by_role("button", name="Import 30 comparisons")).to_be_enabled()
    idle(page)
    found += violations(page, dark=dark)
    page.close()
    assert found == []
