"""Hostile files: names and values that try to be SQL, HTML, formulas or paths stay plain text."""

from pathlib import Path

import duckdb
import pytest

from ranking.comparisons import Comparisons
from ranking.errors import InputError, RankingError
from ranking.ingest import Mapping, check, import_file, read, stage
from ranking.store import Store, arenas

NASTY = [
    "'; DROP TABLE arenas; --",
    "x'); ATTACH '/etc/passwd' AS p; --",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    '"quoted", and\nbroken',
    "{{7*7}} ${x} %s {0}",
    "../../etc/passwd",
    "a" * 3000,
    "‮rtl 😀 \u2028 é",
    "NULL",
    "raw.rowid",
]


def quoted(text: str) -> str:
    """Return a CSV cell."""
    return '"' + text.replace('"', '""') + '"'


@pytest.mark.parametrize("nasty", NASTY)
def test_names_values_and_headers_are_never_run(store: Store, tmp_path: Path, nasty: str):
    """The text comes back as it was, as a competitor, judge, field value, column and arena."""
    path = tmp_path / "log.csv"
    header = ",".join(["model_a", "model_b", "winner", "judge", quoted(nasty), quoted(nasty + "2")])
    row = ",".join([quoted(nasty), "y", "model_a", quoted(nasty), quoted(nasty), "cap"])
    path.write_text(f"{header}\n{row}\n", newline="")
    mapping = Mapping(
        first="model_a", second="model_b", outcome="winner", judge="judge",
        fields=(nasty,), capability=(nasty + "2", "judge"),
    )  # fmt: skip
    import_file(store, path, arena=nasty, name=nasty, mapping=mapping)
    found = Comparisons.of(store, nasty.strip())
    row = found.page().iloc[0]
    assert (
        row["competitor_a" if found.arena.noun == "competitor" else "model_a"],
        row["judge"],
    ) == (nasty, nasty)
    assert nasty in row.to_list()[-1:]
    assert [arena.name for arena in arenas(store)] == [nasty.strip()]


@pytest.mark.parametrize(
    "name",
    ["*.csv", "[a-z].csv", "{a,b}.csv", "?.csv", "x'); drop table raw; --.csv", "s3:x", "a\n.csv"],
)  # fmt: skip
def test_file_names_are_paths_to_one_file(tmp_path: Path, name: str):
    """A glob character, a quote or a scheme in a name never reaches another file."""
    (tmp_path / "z.csv").write_text("a,b,winner\nother,file,a\nother,file,a\n")
    path = tmp_path / name
    path.write_text("a,b,winner\nx,y,a\n")
    with stage(path) as file:
        assert (file.rows, file.head()["a"][0]) == (1, "x")


def test_a_staged_copy_is_locked_down(tmp_path: Path):
    """No other file can be read or written through the connection, and no setting changed."""
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    path = tmp_path / "log.csv"
    path.write_text("a,b,winner\nx,y,a\n")
    with stage(path) as file, file.reading() as connection:
        for statement in (
            f"SELECT * FROM read_csv('{secret}')",
            f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
            f"ATTACH '{tmp_path / 'other.duckdb'}'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(statement)


def test_many_columns_and_wide_names(staged):
    """A thousand columns with long names are fields like any other."""
    names = [f"{'n' * 200}{at}" for at in range(1000)]
    file = staged(
        ",".join(["a", "b", "winner", *names])
        + "\n"
        + ",".join(["x", "y", "a"] + ["v"] * 1000)
        + "\n"
    )
    mapping = Mapping(first="a", second="b", outcome="winner", fields=tuple(names))
    assert check(file, mapping).accepted == 1


def test_a_mapping_cannot_reach_outside_the_file(staged):
    """A column that the file does not have is named, whatever it looks like."""
    file = staged("a,b,winner\nx,y,a\n")
    for column in ("c0", "rowid", "a; DROP TABLE raw", 'x"'):
        with pytest.raises(InputError, match="has no column"):
            check(file, Mapping(first="a", second="b", outcome="winner", judge=column))


@pytest.mark.parametrize(
    "content",
    [b"\0" * 9, b"\xff\xfe", b"\xef\xbb\xbf", b"{", b"[", b'"', b",", b"\n", b"PAR1", b"\x1f\x8b"],
)
def test_stubs_of_files_are_sentences(staged, content):
    """The first bytes of a format and nothing more."""
    with pytest.raises(RankingError, match=r"log\.csv"):
        staged(content)


@pytest.mark.parametrize(
    ("folder", "name", "text"),
    [
        ("c0=evil", "log.csv", "model_a,model_b,winner\nx,y,model_a\n"),
        ("json=evil", "log.jsonl", '{"model_a": "x", "model_b": "y", "winner": "model_a"}\n'),
    ],
)
def test_a_folder_cannot_replace_a_column(tmp_path, folder, name, text):
    """A folder called name=value is a folder, not a partition."""
    place = tmp_path / folder
    place.mkdir()
    (place / name).write_text(text)
    assert set(read(place / name).tally().competitors) == {"x", "y"}


def test_counts_cannot_break_the_list_of_arenas(tmp_path, store):
    """Counts above a thousand million are rejected; the largest ones still add up."""
    path = tmp_path / "counts.csv"
    rows = "x,y,model_a,1000000000\n" * 1024 + "x,y,model_b,9007199254740992\n"
    path.write_text("model_a,model_b,winner,count\n" + rows)
    report = import_file(store, path, arena="counts")
    assert (report.accepted, report.rejected) == (1024, 1)
    assert arenas(store)[0].comparisons == 1024 * 10**9


@pytest.mark.parametrize("text", ["\u00a0\n\u00a0\n", "\u0085"])
def test_a_file_of_odd_blanks_is_one_sentence(tmp_path, text):
    """What Python takes for blank is blank."""
    path = tmp_path / "blank.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        read(path)
