"""Dropped files: each way of reading one is checked afresh, and what was kept is known."""

from io import BytesIO

from dashboard.tray import Tray
from ranking.ingest import Mapping
from ranking.store import Store

MAPPING = Mapping(first="model_a", second="model_b", outcome="winner", dialect="words")
HEADER = "model_a,model_b,winner\n"


def test_another_encoding_is_checked_afresh() -> None:
    """The same bytes read in another encoding have another check."""
    tray = Tray()
    tray.add("log.csv", BytesIO((HEADER + "Zoë,y,model_a\nx,y,model_b\n").encode("cp1252")))
    (file,) = tray.dropped
    as_utf8 = tray.check(tray.staged(file, None, None), MAPPING).accepted
    as_windows = tray.check(tray.staged(file, "cp1252", None), MAPPING).accepted
    tray.clear()
    assert (as_utf8, as_windows) == (1, 2)


def test_what_was_kept_before_a_failure_is_known(tmp_path) -> None:
    """The first of two files is imported; the second has no usable row."""
    tray = Tray()
    for name, text in (("good.csv", "x,y,model_a\n"), ("bad.csv", "x,x,model_a\n")):
        tray.add(name, BytesIO((HEADER + text).encode()))
    planned = [(tray.staged(file, None, None), MAPPING) for file in tray.dropped]
    job = tray.start(Store(tmp_path / "podium.duckdb"), planned, arena="new", noun=None)
    assert job.wait(30)
    tray.clear()
    assert "bad.csv" in str(job.error)
    assert [report.accepted for report in tray.kept] == [1]
