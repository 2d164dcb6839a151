"""``python -m benchmarks.browser``: how long a change on the leaderboard takes to be painted.

A headless Chromium changes the selection, the level, the anchor and the method of an arena, never
twice to the same view, and notes in the page itself when the last part of it was painted.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.logs import ARENA, Log, make, name
from benchmarks.table import Bar, markdown, replace_measured
from tests.dashboard.browser import Server, chromium, keyed, settled

SIZES = {Log(1_000_000, 200): 0.5, Log(10_000_000, 200): 1.5}
"""Seconds within which 95 % of changes must be painted."""
_QUIET = 700  # milliseconds without a change after which a view counts as complete
_BETWEEN = 300  # milliseconds
_PATIENCE = 60_000

_WATCH = """
() => {
  const seen = window.podium = {asked: 0, painted: 0, complete: 0};
  for (const kind of ['pointerdown', 'pointerup', 'keydown', 'click'])
    window.addEventListener(kind, () => { seen.asked = performance.now(); }, true);
  // A change of the page is painted in the frame after it; a canvas is painted as it is drawn.
  const note = (...parts) => requestAnimationFrame(() => requestAnimationFrame(() => {
    for (const part of parts) seen[part] = performance.now();
  }));
  const element = (node) => node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  const aside = (node) => {  // a badge of a check, or an element that takes no room
    const held = node.closest('[data-testid=stElementContainer]');
    return held && (held.querySelector('.stMarkdownBadge') || !held.offsetHeight);
  };
  const watcher = new MutationObserver((changes) => {
    // What a canvas tells screen readers follows later than what it shows.
    const nodes = changes.map((change) => element(change.target))
      .filter((node) => node && !node.parentElement?.closest('canvas'));
    if (nodes.length) note('complete');
    if (nodes.some((node) => !aside(node))) note('painted');
  });
  const all = {subtree: true, childList: true, characterData: true, attributes: true};
  for (const part of ['stMain', 'stSidebar'])
    watcher.observe(document.querySelector(`[data-testid=${part}]`), all);
  const fill = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (...told) {
    note('painted', 'complete');
    return fill.apply(this, told);
  };
}
"""
_COMPLETE = f"""
() => {{
  const seen = window.podium;
  const app = document.querySelector('[data-testid=stApp]');
  return app.dataset.testScriptState === 'notRunning' && seen.painted > seen.asked
    && performance.now() - seen.complete > {_QUIET};
}}
"""


@dataclass(frozen=True)
class Change:
    """One change of the leaderboard.

    Attributes
    ----------
    of : str
        What was changed.
    seconds : float
        From the last key or click until all but the checks was painted for the last time.
    complete : float
        The same, the badges of the trust checks included: they run last.
    """

    of: str
    seconds: float
    complete: float


def measured(log: Log, rounds: int) -> list[Change]:
    """Open the arena of a log and change it again and again; every round has a server of its own.

    A server remembers what it has computed, so that only a new one computes all of it.
    """
    path = chromium()
    if path is None:
        raise SystemExit("There is no Chromium on the PATH.")
    make(log)
    found: list[Change] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for turn in range(rounds):
            with Server(log.database, Path(folder) / "server.log") as server:
                page = browser.new_page(viewport={"width": 1280, "height": 1000})
                page.set_default_timeout(_PATIENCE)
                page.goto(f"{server.url}/?arena={ARENA}")
                settled(page)
                page.get_by_text("More settings").click()
                page.evaluate(_WATCH)
                _load(page)
                found += _changes(page, turn)
                page.close()
    return found


def _load(page: Page) -> None:
    """Do everything once on a small selection, so that all code is loaded; back to the start."""
    for change in (
        lambda: _add(page, "judge", "j99"),
        lambda: _choose(page, "method", "Elo"),
        lambda: _choose(page, "method", "Bradley–Terry"),
        lambda: _clear(page, "judge"),
    ):
        _timed(page, "", change)


def _changes(page: Page, turn: int) -> Iterator[Change]:
    """Change the whole arena, then a selection of it; no view but the anchor's was there before."""
    yield _timed(page, "level", lambda: _choose(page, "level", "90%"))
    yield _timed(page, "method", lambda: _choose(page, "method", "Elo"))
    yield _timed(page, "level", lambda: _choose(page, "level", "99%"))
    yield _timed(page, "method", lambda: _choose(page, "method", "Bradley–Terry"))
    yield _timed(page, "anchor", lambda: _choose(page, "anchor", name(turn)))
    yield _timed(page, "selection", lambda: _add(page, "judge", f"j{turn:02d}"))
    yield _timed(page, "selection", lambda: _add(page, "judge", f"j{turn + 30:02d}"))
    yield _timed(page, "level", lambda: _choose(page, "level", "80%"))


def _timed(page: Page, of: str, change: Callable[[], None]) -> Change:
    change()
    page.wait_for_function(_COMPLETE)
    seen = page.evaluate("({...window.podium})")
    if of == "selection":
        page.keyboard.press("Escape")  # closes the list of a choice of several
    page.wait_for_timeout(_BETWEEN)
    painted, complete = ((seen[part] - seen["asked"]) / 1000 for part in ("painted", "complete"))
    return Change(of, painted, complete)


def _choose(page: Page, key: str, option: str) -> None:
    """Choose an option of a select box."""
    box = keyed(page, key).locator("input")
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).click()


def _add(page: Page, key: str, option: str) -> None:
    keyed(page, key).locator("input").click()
    page.keyboard.type(option)
    page.get_by_role("option", name=option).first.wait_for()
    page.keyboard.press("Enter")


def _clear(page: Page, key: str) -> None:
    keyed(page, key).get_by_label("Clear all").click()


def table(found: dict[Log, list[Change]]) -> str:
    """Return seconds by kind of change as Markdown."""
    kinds = dict.fromkeys(change.of for changes in found.values() for change in changes)
    rows = []
    for log, changes in found.items():
        for kind in [*kinds, "all"]:
            chosen = [change for change in changes if kind in (change.of, "all")]
            seconds = [change.seconds for change in chosen]
            checked = [change.complete for change in chosen]
            rows.append([
                f"{log}, {kind}", f"{len(seconds)}", f"{statistics.median(seconds):.2f}",
                f"{_percentile(seconds):.2f}", f"{max(seconds):.2f}", f"{_percentile(checked):.2f}",
            ])  # fmt: skip
    header = [
        "", "changes", "median s", "95th percentile s", "longest s",
        "95th percentile with checks s",
    ]  # fmt: skip
    return markdown(header, rows)


def bars(found: dict[Log, list[Change]]) -> list[Bar]:
    return [
        Bar(f"Changes of the leaderboard painted within, 95th percentile, at {log}",
            _percentile([change.seconds for change in changes]), SIZES[log], False, " s")
        for log, changes in found.items()
    ]  # fmt: skip


def _percentile(seconds: Sequence[float]) -> float:
    """Return the smallest time within which 95 % of the changes were painted."""
    return sorted(seconds)[-(len(seconds) // 20) - 1]


def main() -> int:
    """Measure, print the table and the bars; 1 if ``--check`` and a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.browser", description=__doc__)
    parser.add_argument("--rounds", type=int, default=8, help="of eight changes, per size")
    parser.add_argument("--size", choices=[log.name for log in SIZES], help="one size only")
    parser.add_argument("--write", action="store_true", help="rewrite the table in README.md")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a bar is missed")
    told = parser.parse_args()
    found = {log: measured(log, told.rounds) for log in SIZES if told.size in (None, log.name)}
    text, judged = table(found), bars(found)
    print(text, *judged, sep="\n")
    if told.write:
        lines = "\n".join(f"- {bar}" for bar in judged)
        replace_measured("browser", f"### In the browser\n\n{text}\n\n{lines}")
    return 1 if told.check and not all(bar.met for bar in judged) else 0


if __name__ == "__main__":
    sys.exit(main())
