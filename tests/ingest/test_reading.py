"""Read: from a file or a table straight to comparisons."""

import pandas as pd
import pytest

from ranking.errors import AmbiguousOutcomeError, InputError, RankingWarning
from ranking.ingest import read

TABLE = pd.DataFrame(
    {
        "model_a": ["x", "y", "z", "x"],
        "model_b": ["y", "z", "x", "z"],
        "winner": ["model_a", "tie", "model_b", "tie (bothbad)"],
        "judge": ["ann", "bob", None, "ann"],
        "turns": [1, 2, 3, 4],
        "chars_a": [10, 20, 30, 40],
        "chars_b": [1.5, 2.5, None, 4.5],
    }
)


def cells(comparisons):
    """Return the tally as comparable rows."""
    tally = comparisons.tally()
    names = tally.competitors
    return sorted(
        (names[i], names[j], int(o), float(v))
        for i, j, o, v in zip(tally.first, tally.second, tally.outcome, tally.votes, strict=True)
    )


def test_the_same_table_in_every_format_is_the_same_log(tmp_path):
    """CSV, TSV, gzip, Parquet, JSON Lines, JSON array and a DataFrame agree cell by cell."""
    TABLE.to_csv(tmp_path / "t.csv", index=False)
    TABLE.to_csv(tmp_path / "t.tsv", sep="\t", index=True)
    TABLE.to_csv(tmp_path / "t.csv.gz", index=False)
    TABLE.to_parquet(tmp_path / "t.parquet")
    TABLE.to_json(tmp_path / "t.jsonl", orient="records", lines=True)
    TABLE.to_json(tmp_path / "t.json", orient="records")
    expected = read(TABLE)
    pages = expected.page().drop(columns="line")
    for path in sorted(tmp_path.iterdir()):
        found = read(path)
        assert cells(found) == cells(expected)
        page = found.page().drop(columns="line")
        pd.testing.assert_frame_equal(page, pages, check_like=True, check_dtype=False)


def test_parquet_dictionaries_and_categories_are_names(tmp_path):
    """A categorical column is read as its values."""
    table = TABLE.astype({"model_a": "category", "winner": "category"})
    table.to_parquet(tmp_path / "t.parquet")
    assert cells(read(tmp_path / "t.parquet")) == cells(read(TABLE))


def test_integers_as_names(tmp_path):
    """Competitors may be numbers, of different types on either side."""
    table = pd.DataFrame({"player_1": [1, 2], "player_2": ["2", "3"], "winner": [1, 3]})
    assert [c[:2] for c in cells(read(table))] == [("1", "2"), ("2", "3")]


def test_rejected_rows_are_a_warning(tmp_path):
    """Python users hear how many rows were left out and why; the list is kept."""
    table = pd.concat([TABLE, TABLE.assign(model_b=TABLE["model_a"])])
    with pytest.warns(RankingWarning, match="4 of 8 rows of table were left out.*the same"):
        found = read(table)
    assert found.count() == 4


def test_roles_and_dialect_can_be_stated():
    """Columns of any name; numbers of a stated meaning; a noun and a name to show."""
    table = pd.DataFrame({"p": ["x", "y"], "q": ["y", "z"], "r": [0, 1], "t": ["i", "k"]})
    with pytest.raises(AmbiguousOutcomeError):
        read(table, first="p", second="q", outcome="r")
    found = read(
        table, first="p", second="q", outcome="r", item="t", dialect="first-is-0", noun="robot",
        name="lab",
    )  # fmt: skip
    assert cells(found) == [("x", "y", 2, 1.0), ("y", "z", 0, 1.0)]
    assert (found.arena.noun, found.arena.name, found.has_items) == ("robot", "lab", True)
    with pytest.raises(InputError, match="the roles are"):
        read(table, colour="p")


def test_a_selection_acts_on_what_was_read():
    """Fields and judges filter; rows without a value pass no filter."""
    found = read(TABLE)
    assert found.where("judge=ann").count() == 2
    assert found.where("turns=2").count() == 1
    assert len(found.games()) == 4


def test_a_table_without_rows_or_with_one_name_twice():
    """Both are sentences."""
    with pytest.raises(InputError, match="no rows"):
        read(TABLE.head(0))
    twice = TABLE.set_axis(["model_a", "model_b", "winner", "j", "j", "c", "d"], axis=1)
    with pytest.raises(InputError):
        read(twice)
