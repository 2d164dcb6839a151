"""A database with small arenas, and the dashboard over it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import dashboard
from dashboard.tray import Tray
from ranking.ingest import import_staged, stage, suggest
from ranking.store import Store

APP = Path(dashboard.__file__).parent / "app.py"
BATTLES = "model_a,model_b,winner,language,judge\n" + "".join(
    f"{a},{b},{winner},{language},{judge}\n"
    for a, b in (("ant", "bee"), ("bee", "cat"), ("cat", "ant"))
    for winner in ("model_a", "model_a", "model_b", "tie", "tie (bothbad)")
    for language, judge in (("en", "ann"), ("de", "bob"))
)
HOSTILE_NAMES = ("**x**", "<script>alert(1)</script>", ":red[x]", "$a$", "![](http://e.example/i)")
HOSTILE = "model_a,model_b,winner\n" + "".join(
    f"{a},{b},{winner}\n"
    for a in HOSTILE_NAMES
    for b in HOSTILE_NAMES
    if a != b
    for winner in ("model_a", "model_b")
)
REJECTED = "ant,ant,model_a,en,ann\nant,,model_a,en,ann\nant,bee,=maybe,en,ann\n"


def add(store: Store, name: str, text: str, folder: Path, *, simulated: bool = False) -> None:
    """Import a CSV into an arena of its own."""
    path = folder / f"{name.encode().hex()}.csv"
    path.write_text(text)
    with stage(path, name=f"{name}.csv") as staged:
        mapping = suggest(staged).mapping
        import_staged(store, staged, mapping, arena=name, noun="model", simulated=simulated)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages wait for ratings, however busy the machine is; tests of long ones say otherwise."""
    monkeypatch.setattr("dashboard.running.PATIENCE", 60.0)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty database, which the dashboard will open."""
    path = tmp_path / "podium.duckdb"
    monkeypatch.setenv("PODIUM_DB", str(path))
    return Store(path)


@pytest.fixture
def arenas(store: Store, tmp_path: Path) -> Store:
    """A database with two small arenas, one of them simulated."""
    add(store, "battles", BATTLES + REJECTED, tmp_path)
    add(store, "made up", BATTLES, tmp_path, simulated=True)
    return store


@pytest.fixture
def app(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., AppTest]]:
    """Start the dashboard on a page, with a query."""

    held = Tray()  # every AppTest is the same session, whose tray would outlive the test
    monkeypatch.setattr("dashboard.tray.tray", lambda: held)

    def start(page: str | None = None, **query: object) -> AppTest:
        test = AppTest.from_file(str(APP), default_timeout=60)
        for key, value in query.items():
            test.query_params[key] = value
        test.run()
        return test.switch_page(f"app_pages/{page}.py").run() if page else test

    yield start
    held.clear()
