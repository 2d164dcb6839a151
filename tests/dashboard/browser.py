"""A real browser before a real server. All of Streamlit's own handles are in this file."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import TracebackType

from playwright.sync_api import Locator, Page, expect

WAIT = 20_000  # milliseconds
START = 60  # seconds
expect.set_options(timeout=WAIT)


def chromium() -> str | None:
    """Return the path of a browser that playwright can drive, if there is one."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


class Server:
    """The dashboard over one database, in a process of its own."""

    def __init__(self, database: Path, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log_path, self._log = log, log.open("w")
        command = [sys.executable, "-m", "dashboard", "--db", str(database), "--port", str(port)]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self._process = subprocess.Popen(
            command, stdout=self._log, stderr=subprocess.STDOUT, env=environment
        )

    def __enter__(self) -> "Server":
        deadline = time.monotonic() + START
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__(None, None, None)
                raise RuntimeError(f"The server did not start:\n{self.output()}")
            time.sleep(0.1)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def output(self) -> str:
        """Return what the server has printed."""
        return self._log_path.read_text()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1):
                return True
        except OSError:
            return False


def idle(page: Page) -> None:
    """Wait until the run that an interaction has started is over."""
    page.wait_for_timeout(300)  # "not running" is true before a run starts, too
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_timeout(200)


def settled(page: Page) -> None:
    """Wait until a page that was just opened has run to its end."""
    page.wait_for_selector("[data-testid=stApp][data-test-connection-state=CONNECTED]")
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    expect(page.locator("h1").first).to_be_visible(timeout=WAIT)
    idle(page)


def keyed(page: Page, key: str) -> Locator:
    """Return the element of a widget's key."""
    return page.locator(f".st-key-{key}")


def drop(page: Page, name: str, content: bytes) -> None:
    """Drop a file on the uploader."""
    held = page.get_by_test_id("stFileUploaderDropzoneInput")
    held.set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def cells(page: Page, key: str, column: int) -> list[str]:
    """Return the visible cells of a column of a table; with checkboxes, names are column 2."""
    grid = keyed(page, key).locator("canvas[data-testid=data-grid-canvas]")
    found = grid.locator(f"[data-testid^='glide-cell-{column}-']")
    expect(found.first).to_be_attached(timeout=WAIT)
    return [(cell.text_content() or "").strip() for cell in found.all()]


def tick_row(page: Page, key: str, row: int) -> None:
    """Click the checkbox of a row of a table."""
    grid = keyed(page, key).locator("canvas[data-testid=data-grid-canvas]")
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 16, box["y"] + 35 + 35 * row + 17)
    idle(page)


def press_button(page: Page, key: str, row: int) -> None:
    """Click the first button in a row of a table: where the pointer turns into a hand."""
    grid = keyed(page, key).locator("canvas[data-testid=data-grid-canvas]")
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box is not None
    y = box["y"] + 35 + 35 * row + 17
    for x in range(45, round(box["width"]), 12):  # beyond the checkbox
        page.mouse.move(box["x"] + x, y)
        page.wait_for_timeout(50)
        if grid.evaluate("canvas => getComputedStyle(canvas).cursor") == "pointer":
            page.mouse.click(box["x"] + x, y)
            idle(page)
            return
    raise AssertionError(f"No button in row {row} of {key}")


def top_link(page: Page, title: str) -> Locator:
    """Return the link to a page in the top navigation."""
    return page.get_by_test_id("stTopNavLink").filter(has_text=title)
