"""The walls of the design: what may import what, and what an import may cost."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SQL = re.compile(r"\b(SELECT|INSERT INTO|DELETE FROM|UPDATE|CREATE TABLE|DROP TABLE)\b")
EMPTY_NAMES = re.compile(r"^(utils?|helpers?|misc|common|core|manager)$")


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("path", modules("ranking"), ids=lambda p: str(p.relative_to(ROOT)))
def test_the_library_knows_no_screen(path) -> None:
    """`ranking` imports neither streamlit nor plotly; only the CLI may start the dashboard."""
    forbidden = {"streamlit", "plotly"} | (
        {"dashboard"} if path != ROOT / "ranking" / "cli" / "arenas.py" else set()
    )
    assert not imported(path) & forbidden


@pytest.mark.parametrize("path", modules("dashboard"), ids=lambda p: str(p.relative_to(ROOT)))
def test_the_dashboard_holds_no_sql_and_no_statistics(path) -> None:
    """`dashboard` talks to the library, not to the database or to scipy."""
    assert not imported(path) & {"duckdb", "scipy", "choix", "numba", "sklearn"}
    assert not SQL.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("package", ["ranking", "dashboard"])
def test_names_say_something(package) -> None:
    """No module is called utils, helpers, misc, common, core or manager."""
    assert not [p for p in modules(package) if EMPTY_NAMES.match(p.stem)]


def test_importing_the_library_is_cheap() -> None:
    """`import ranking` loads nothing that takes long: pandas, numba, sklearn, screens, PDF."""
    heavy = [
        "pandas", "numba", "pyarrow", "choix", "scipy.stats", "sklearn", "reportlab", "streamlit",
        "plotly",
    ]  # fmt: skip
    script = f"import sys, ranking; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
