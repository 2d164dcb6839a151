"""Import: one transaction; the same bytes once; undo and cancel leave what was before."""

import threading

import pandas as pd
import pytest
from conftest import PLAIN, logical_state

from ranking.comparisons import Comparisons
from ranking.errors import CancelledError, InputError
from ranking.ingest import Mapping, import_file, import_staged, suggest
from ranking.store import Store, arenas, imports, rejected_rows, undo_import

FULL = (
    "model_a,model_b,winner,count,prompt_id,prompt,judge,capability,date,words_a,words_b,"
    "score_a,score_b,response_a,response_b,feedback,language\n"
    "x,y,model_a,3,p1,hello,ann,Math/Algebra,2024-01-02,10,20,0.5,0.25,r1,r2,fine,en\n"
    "y,z,tie (bothbad),1,p2,bye,bob,Math > Algebra,2024-01-03,1,2,1,1,r3,r4,,de\n"
    "z,z,tie,1,p3,never,eve,Only/Rejected,2024-01-03,1,2,1,1,r3,r4,,fr\n"
)
SECOND = "model_a,model_b,winner,prompt_id,judge,topic\nx,w,model_b,p1,cat,t1\ny,x,tie,p9,ann,t2\n"


def load(store, staged, text, arena="chat", name="log.csv"):
    """Import text with the suggested mapping."""
    file = staged(text, name)
    return import_staged(store, file, suggest(file).mapping, arena=arena)


def test_every_role_reaches_the_log(store, staged):
    """Names, text, times, scores, features and fields are what the file says."""
    report = load(store, staged, FULL)
    assert (report.accepted, report.rejected, report.already_imported) == (2, 1, False)
    rows = Comparisons.of(store, "chat").page()
    first = rows.iloc[0].to_dict()
    assert {k: v for k, v in first.items() if k not in ("import", "time")} == {
        "line": 2, "competitor_a": "x", "competitor_b": "y", "outcome": "first", "count": 3,
        "item": "p1", "item_text": "hello", "judge": "ann", "capabilities": "Math/Algebra",
        "score_a": 0.5, "score_b": 0.25, "response_a": "r1", "response_b": "r2",
        "feedback": "fine", "words_a": 10.0, "words_b": 20.0, "language": "en",
    }  # fmt: skip
    assert first["time"] == pd.Timestamp("2024-01-02")
    assert rows["outcome"].to_list() == ["first", "both_bad"]
    rejected = rejected_rows(store, report.import_id)
    assert rejected.to_numpy().tolist() == [[4, "model_b", "z", "Both competitors are the same."]]


def test_names_of_rejected_rows_do_not_enter(store, staged):
    """A judge, item or capability that only a rejected row has is not in the arena."""
    load(store, staged, FULL)
    with store.reading() as connection:
        for table, expected in (("judges", {"ann", "bob"}), ("items", {"p1", "p2"})):
            names = connection.execute(f"SELECT name FROM {table}").fetchall()
            assert {name for (name,) in names} == expected
        paths = connection.execute("SELECT paths FROM capability_sets").fetchall()
    assert paths == [(["Math/Algebra"],)]


def test_a_second_import_continues_the_codes(store, staged):
    """Known names keep their codes; new names follow; columns that are new are added."""
    load(store, staged, FULL)
    before = logical_state(store)
    load(store, staged, SECOND, name="second.csv")
    after = logical_state(store)
    for table in ("competitors", "items", "judges", "fields", "features"):
        assert set(before[table]) < set(after[table]) or before[table] == after[table]
    rows = Comparisons.of(store, "chat").page()
    assert rows["topic"].fillna("").to_list() == ["", "", "t1", "t2"]
    assert rows["language"].fillna("").to_list() == ["en", "de", "", ""]
    assert arenas(store)[0].version == 2


def test_the_same_bytes_again_change_nothing(store, staged):
    """Content decides, not the name; another arena may hold the same content."""
    first = load(store, staged, FULL)
    before = logical_state(store)
    again = load(store, staged, FULL, name="copy.csv")
    assert (again.already_imported, again.import_id) == (True, first.import_id)
    assert (again.accepted, again.rejected, len(again.reasons)) == (2, 1, 1)
    assert logical_state(store) == before
    assert arenas(store)[0].version == 1
    assert not load(store, staged, FULL, arena="other").already_imported


@pytest.mark.parametrize("undone", [0, 1])
def test_undo_restores_the_state_before(store, staged, undone):
    """Undoing the second import gives the first alone, and the other way round in content."""
    texts = [(FULL, "log.csv"), (SECOND, "second.csv")]
    load(store, staged, texts[1 - undone][0], name=texts[1 - undone][1])
    before = logical_state(store)
    report = load(store, staged, texts[undone][0], name=texts[undone][1])
    undo_import(store, report.import_id)
    assert logical_state(store) == before
    again = load(store, staged, texts[undone][0], name=texts[undone][1])
    assert not again.already_imported


def test_an_undone_field_can_come_back(store, staged):
    """The column of a field that went with an undo is used again, and is empty of old values."""
    load(store, staged, SECOND)
    report = load(store, staged, FULL, name="full.csv")
    undo_import(store, report.import_id)
    load(store, staged, "model_a,model_b,winner,colour\nx,y,tie,red\n", name="third.csv")
    assert Comparisons.of(store, "chat").page()["colour"].fillna("").to_list() == ["", "", "red"]


@pytest.mark.parametrize("existing", [False, True])
def test_a_file_without_a_usable_row_changes_nothing(store, staged, existing):
    """Not even the arena is created, and the message says why."""
    if existing:
        load(store, staged, FULL)
    with store.writing():
        pass
    before = logical_state(store)
    file = staged("a,b,winner\nx,x,a\ny,y,b\n", "bad.csv")
    with pytest.raises(InputError, match=r"No row of bad\.csv can be used.*Both competitors"):
        import_staged(store, file, PLAIN, arena="chat")
    assert logical_state(store) == before
    assert len(arenas(store)) == existing


@pytest.mark.parametrize("step", range(1, 7))
def test_cancelling_at_any_step_leaves_nothing(store, staged, step):
    """The user stops between two steps: the database is as it was."""
    load(store, staged, SECOND)
    before = logical_state(store)
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked >= step

    file = staged(FULL, "full.csv")
    with pytest.raises(CancelledError):
        import_staged(store, file, suggest(file).mapping, arena="chat", cancelled=cancelled)
    assert logical_state(store) == before


def test_a_running_statement_is_interrupted(store, tmp_path):
    """An event that is set during a long import stops it inside a statement."""
    path = tmp_path / "long.csv"
    rows = "".join(f"m{i % 97},n{i % 89},a,j{i}\n" for i in range(200_000))
    path.write_text("a,b,winner,judge\n" + rows)
    stop = threading.Event()

    def progress(fraction: float, what: str) -> None:
        if what == "Writing the comparisons":
            threading.Timer(0.01, stop.set).start()

    with pytest.raises(CancelledError):
        import_file(store, path, arena="long", progress=progress, cancelled=stop)
    assert arenas(store) == []


def test_progress_grows_to_one(store, tmp_path):
    """Staging and import together go from 0 to 1."""
    path = tmp_path / "log.csv"
    path.write_text(FULL)
    told: list[tuple[float, str]] = []
    import_file(store, path, arena="x", progress=lambda f, what: told.append((f, what)))
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_an_arena_is_created_as_told(store, staged):
    """Noun, description and the mark of a simulation are those of the import."""
    file = staged(FULL)
    mapping = suggest(file).mapping
    import_staged(
        store, file, mapping, arena=" lab ", noun="policy", description="d", simulated=True
    )
    found = arenas(store)[0]
    assert (found.name, found.noun, found.description, found.simulated) == (
        "lab",
        "policy",
        "d",
        True,
    )
    assert Mapping.from_json(str(found.mapping)) == mapping
    assert imports(store)[0].mapping == found.mapping
    with pytest.raises(InputError, match="needs a name"):
        import_staged(store, staged(SECOND, "s.csv"), PLAIN, arena=" ")


def test_the_mapping_is_remembered_per_arena(store, tmp_path):
    """A later file with the same columns is read as the first was confirmed."""
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_text("p,q,r,s\nx,y,1,u\n")
    second.write_text("s,r,q,p\nu,0,y,x\n")
    given = Mapping.parse(["first=p", "second=q", "outcome=r", "item=s"])
    import_file(store, first, arena="x", mapping=given, dialect="first-is-1")
    import_file(store, second, arena="x")
    assert Comparisons.of(store, "x").page()["outcome"].to_list() == ["first", "second"]


def test_imports_into_memory_and_into_a_file_agree(store, staged):
    """An arena in memory is the same arena."""
    memory = Store.in_memory()
    for target in (store, memory):
        load(target, staged, FULL)
    one, two = (Comparisons.of(s, "chat").page() for s in (store, memory))
    pd.testing.assert_frame_equal(one, two)
