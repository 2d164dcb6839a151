"""The documents say what the code does."""

from pathlib import Path

import pytest

from ranking.ingest import DIALECTS, ROLES
from ranking.ratings import STATUS_WORDS

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize("name", [*DIALECTS, *ROLES])
def test_every_dialect_and_role_is_documented(name) -> None:
    """docs/import.md names it."""
    assert f"`{name}`" in (DOCS / "import.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("status", STATUS_WORDS)
def test_every_status_is_documented(status) -> None:
    """docs/json.md names it."""
    assert f"`{status}`" in (DOCS / "json.md").read_text(encoding="utf-8")
