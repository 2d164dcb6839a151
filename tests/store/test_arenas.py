"""Arenas, imports and undo; selections against a plain filter of the same rows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.comparisons import Comparisons
from ranking.errors import InputError, SelectionError, StoreError, UnknownArenaError
from ranking.ingest import import_file, read
from ranking.outcomes import FIRST, SECOND, TIE
from ranking.selection import Selection
from ranking.store import (
    Store,
    arena,
    arenas,
    delete_arena,
    describe_arena,
    imports,
    rejected_rows,
    undo_import,
)

ONE = """model_a,model_b,winner,judge,prompt_id,language,capability,time,words_a,words_b
ant,bee,model_a,ann,p1,en,code/python,2024-05-01,10,12
bee,cat,tie,bob,p2,de,code/sql,2024-05-02,7,9
cat,ant,model_b,ann,p1,en,math,2024-05-03,3,4
ant,ant,model_a,ann,p1,en,math,2024-05-03,3,4
"""
TWO = """model_a,model_b,winner,judge,mood
ant,dog,model_b,carl,good
dog,bee,tie (bothbad),carl,bad
"""


@pytest.fixture
def store(tmp_path) -> Store:
    for name, text in (("one.csv", ONE), ("two.csv", TWO)):
        (tmp_path / name).write_text(text)
    store = Store(tmp_path / "podium.duckdb")
    import_file(store, tmp_path / "one.csv", arena="zoo")
    return store


def contents(store: Store) -> dict[str, object]:
    """Everything that can be read out of the database, names in place of codes."""
    found: dict[str, object] = {"arenas": [(a.name, a.mapping) for a in arenas(store)]}
    for each in arenas(store):
        comparisons = Comparisons.of(store, each.name)
        found[each.name] = comparisons.page(limit=1000).to_csv()
        tally = comparisons.tally()
        found[each.name, "tally"] = (tally.competitors, tally.votes.tolist())
    found["imports"] = [(i.import_id, i.accepted, i.rejected) for i in imports(store)]
    with store.reading() as connection:
        for table in ("competitors", "items", "judges", "capability_sets", "fields", "features"):
            found[table] = connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
        found["rejected"] = connection.execute("SELECT * FROM rejected_rows").fetchall()
    return found


def test_undo_restores_the_state_before(store, tmp_path) -> None:
    """After import and undo, everything reads as before; only the version has grown."""
    before, version = contents(store), arena(store, "zoo").version
    report = import_file(store, tmp_path / "two.csv", arena="zoo")
    assert contents(store) != before
    undo_import(store, report.import_id)
    assert contents(store) == before
    assert arena(store, "zoo").version > version


def test_undo_of_the_first_import_keeps_the_second(store, tmp_path) -> None:
    """Names, fields and features that only the first brought are gone."""
    import_file(store, tmp_path / "two.csv", arena="zoo")
    undo_import(store, imports(store)[-1].import_id)
    comparisons = Comparisons.of(store, "zoo")
    assert set(comparisons.tally().competitors) == {"ant", "bee", "dog"}
    page = comparisons.page()
    assert "mood" in page
    assert "language" not in page
    assert "words_a" not in page


def test_undo_of_the_only_import_removes_the_arena_it_made(store) -> None:
    """The arena came with the import and goes with it."""
    undo_import(store, imports(store)[0].import_id)
    assert arenas(store) == []


def test_undo_of_nothing_is_an_error(store) -> None:
    """An import that does not exist cannot be taken back."""
    with pytest.raises(StoreError, match="no import 99"):
        undo_import(store, 99)


def test_every_change_is_a_new_version(store, tmp_path) -> None:
    """The version is the cache key: import, undo and renaming move it."""
    versions = [arena(store, "zoo").version]
    report = import_file(store, tmp_path / "two.csv", arena="zoo")
    versions.append(arena(store, "zoo").version)
    undo_import(store, report.import_id)
    versions.append(arena(store, "zoo").version)
    versions.append(describe_arena(store, "zoo", noun="animal").version)
    assert versions == sorted(set(versions))


def test_arenas_can_be_renamed_and_deleted(store) -> None:
    """A new name and noun; then nothing is left, not even rejected rows."""
    renamed = describe_arena(store, "zoo", new_name="safari", noun="animal")
    assert (renamed.name, renamed.noun) == ("safari", "animal")
    (only,) = imports(store)
    assert len(rejected_rows(store, only.import_id)) == 1
    delete_arena(store, "safari")
    assert arenas(store) == []
    assert imports(store) == []
    with pytest.raises(UnknownArenaError, match="none yet"):
        arena(store, "safari")


def test_a_name_cannot_be_taken_twice(store, tmp_path) -> None:
    """Renaming onto another arena is refused."""
    import_file(store, tmp_path / "two.csv", arena="farm")
    with pytest.raises(InputError, match="already"):
        describe_arena(store, "farm", new_name="zoo")


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        (["language=en"], 2),
        (["language=en", "language=de"], 3),
        (["judge=bob"], 1),
        (["competitor=ant", "competitor=bee"], 1),
        (["capability=code"], 2),
        (["capability=code/sql"], 1),
        (["since=2024-05-02"], 2),
        (["since=2024-05-02", "until=2024-05-03"], 1),
        (["language=klingon"], 0),
    ],
)
def test_filters_pass_what_they_should(store, filters, rows) -> None:
    """Each kind of filter, alone and together."""
    comparisons = Comparisons.of(store, "zoo").where(*filters)
    assert comparisons.count() == rows
    assert comparisons.tally().votes.sum() == rows
    assert len(comparisons.games()) == rows
    assert len(comparisons.page()) == rows


@pytest.mark.parametrize("text", ["competitor=dog", "judge=dave", "capability=cod", "colour=red"])
def test_names_that_are_not_there_are_errors(store, text) -> None:
    """A filter on something the arena lacks is not an empty leaderboard."""
    with pytest.raises(SelectionError, match="has no"):
        Comparisons.of(store, "zoo").where(text).tally()


def test_search_finds_text_anywhere_in_a_row(store) -> None:
    """Names, items, judges and fields, in any case; no pattern characters."""
    comparisons = Comparisons.of(store, "zoo")
    assert comparisons.count(search="BOB") == 1
    assert comparisons.count(search="p1") == 2
    assert comparisons.count(search="%") == 0
    assert len(comparisons.page(search="de")) == 1


def test_games_come_in_the_order_of_time(tmp_path) -> None:
    """Times first, rows without a time last, in file order."""
    path = tmp_path / "late.csv"
    path.write_text(
        "model_a,model_b,winner,time\nb,c,model_a,2024-02-01\na,b,tie,\nc,a,model_b,2024-01-01\n"
    )
    games = read(path).games()
    names = [games.competitors[at] for at in games.first]
    assert names == ["c", "b", "a"]
    assert games.outcome.tolist() == [SECOND, FIRST, TIE]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_long_log_keeps_its_order(tmp_path, kind) -> None:
    """Several threads write an import; its games still come line by line."""
    rng = np.random.default_rng(0)
    first = rng.integers(0, 50, 400_000)
    second = (first + 1 + rng.integers(0, 49, 400_000)) % 50
    names = np.array([f"model-{number:02d}" for number in range(50)])
    frame = pd.DataFrame({"model_a": names[first], "model_b": names[second], "winner": "model_a"})
    path = tmp_path / f"long.{kind}"
    if kind == "csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path, index=False)
    store = Store(tmp_path / "long.duckdb")
    import_file(store, path, arena="long")
    for comparisons in (Comparisons.of(store, "long"), read(path)):
        games = comparisons.games()
        assert (np.array(games.competitors)[games.first] == names[first]).all()


LOG = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.sampled_from("abcd"),
        st.sampled_from(["model_a", "model_b", "tie", "both_bad"]),
        st.sampled_from(["x", "y", 'it\'s "odd"; --']),
    ).filter(lambda row: row[0] != row[1]),
    min_size=1,
    max_size=30,
)


@settings(max_examples=15)
@given(LOG, st.sampled_from(["x", "y", 'it\'s "odd"; --']))
def test_a_filter_is_a_filter(rows, value) -> None:
    """The tally of a selection equals that of the rows that pandas keeps."""
    frame = pd.DataFrame(rows, columns=["model_a", "model_b", "winner", "kind"])
    kept = frame[frame["kind"] == value]
    log = read(frame, fields="kind")
    selected = log.select(Selection().where("kind", value)).tally()
    names = selected.competitors
    counted = {
        (names[i], names[j], int(outcome)): votes
        for i, j, outcome, votes in zip(
            selected.first, selected.second, selected.outcome, selected.votes, strict=True
        )
    }
    expected: dict[tuple[str, str, int], float] = {}
    for a, b, winner, _ in kept.itertuples(index=False):
        first, second = sorted((a, b))
        outcome = {"tie": TIE, "both_bad": 3}.get(
            winner, FIRST if (winner == "model_a") == (a == first) else SECOND
        )
        key = (first, second, outcome)
        expected[key] = expected.get(key, 0) + 1
    assert counted == expected
