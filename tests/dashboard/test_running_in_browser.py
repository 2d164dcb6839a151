"""A long rating in a real browser: watched, stopped, begun again, found when it is done."""

from collections.abc import Iterator

import numpy as np
import pytest

from ranking.store import Store
from tests.dashboard.conftest import add
from tests.dashboard.test_browser import REQUIRED, browser, page, violations

if not REQUIRED:
    pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Page, expect

from tests.dashboard.browser import WAIT, Server, cells, idle, keyed, settled, top_link

pytestmark = pytest.mark.browser
__all__ = ["browser", "page"]  # fixtures
COMPETITORS, TASKS = 8, 5
LONG = "?method=Logit+equilibrium&resamples=1%2C000"
"""Minutes of work, which no test waits for."""
SHORT = "?method=Coarse+correlated+equilibrium"
"""A second or two of work."""


def log() -> str:
    """Write a log whose equilibria take their time."""
    rng = np.random.default_rng(0)
    lines = ["model_a,model_b,winner,capability"]
    skill = rng.normal(0, 1, (TASKS, COMPETITORS))
    for _ in range(3000):
        first, second = rng.choice(COMPETITORS, 2, replace=False)
        task = rng.integers(TASKS)
        won = rng.random() < 1 / (1 + np.exp(skill[task, second] - skill[task, first]))
        lines.append(f"m{first},m{second},{'model_a' if won else 'model_b'},task {task}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("running")
    store = Store(folder / "podium.duckdb", wait=20)
    add(store, "tasked", log(), folder)
    return store


@pytest.fixture(scope="module")
def server(database: Store, browser) -> Iterator[Server]:
    with Server(database.path, database.path.with_suffix(".log")) as running:
        yield running


def test_a_long_rating_can_be_left_stopped_and_begun_again(page: Page, server: Server):
    """Its progress stands above the ratings alone; Cancel and Start again do what they say."""
    page.goto(f"{server.url}/{LONG}")
    settled(page)
    cancel = page.get_by_role("button", name="Cancel")
    expect(cancel).to_be_visible()
    expect(page.get_by_text("of 1,000")).to_be_visible(timeout=2 * WAIT)
    assert violations(page, dark=False) == []
    page.get_by_label("Method").first.click()
    page.get_by_role("option", name="Bradley–Terry", exact=True).click()
    expect(keyed(page, "board-0")).to_be_visible()
    expect(cancel).to_have_count(0)
    page.get_by_label("Method").first.click()
    page.get_by_role("option", name="Logit equilibrium").click()
    expect(page.get_by_text("The ratings alone")).to_be_visible()
    assert len(cells(page, "board-0", 2)) == COMPETITORS
    cancel.click()
    expect(page.get_by_text("stopped, nothing was kept")).to_be_visible()
    page.get_by_role("button", name="Start again").click()
    expect(cancel).to_be_visible()
    cancel.click()
    expect(page.get_by_role("button", name="Start again")).to_be_visible()


def test_the_result_is_there_when_one_comes_back(page: Page, server: Server):
    """Work goes on while other pages are looked at, and its end draws the page by itself."""
    page.goto(f"{server.url}/{SHORT}")
    settled(page)
    top_link(page, "Data").click()
    idle(page)
    top_link(page, "Leaderboard").click()
    expect(keyed(page, "board-0")).to_be_visible(timeout=4 * WAIT)
    expect(keyed(page, "running")).to_have_count(0)
    page.get_by_role("tab", name="Tasks").click()
    expect(keyed(page, "contributions")).to_be_visible()
    assert violations(page, dark=False) == []


def test_the_meaning_of_every_method_is_one_click_away(page: Page, server: Server):
    """Behind a button beside the method stand two sentences for each, in groups."""
    page.goto(server.url)
    settled(page)
    page.get_by_role("button", name="What ratings mean").click()
    expect(page.get_by_text("so that the order of the log matters.")).to_be_visible()
    page.get_by_text("Equilibria", exact=True).click()
    expect(page.get_by_text("so that copies change nothing.")).to_be_visible()
    idle(page)
    assert violations(page, dark=False) == []
