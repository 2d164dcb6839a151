"""Scores, one per competitor and item, become comparisons when they are imported."""

import itertools
import json
import random

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import logical_state
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.cli import podium
from ranking.comparisons import Comparisons
from ranking.errors import CancelledError, InputError, RankingWarning
from ranking.ingest import (
    Mapping,
    check,
    import_file,
    import_staged,
    pairing,
    read,
    scores,
    suggest,
)
from ranking.methods import BradleyTerry
from ranking.store import Store, arenas, imports, rejected_rows, undo_import

LONG = (
    "model,item,score,topic\n"
    "x,p,3,law\ny,p,1,law\nz,p,1,law\n"
    "x,q,0,art\ny,q,2,art\n"
    "z,r,5,art\n"
)  # fmt: skip
WIDE = "item,topic,x,y,z\np,law,3,1,1\nq,art,0,2,\nr,art,,,5\n"
EXPECTED = {
    ("x", "y", "p", "first", 3.0, 1.0, "law"),
    ("x", "z", "p", "first", 3.0, 1.0, "law"),
    ("y", "z", "p", "tie", 1.0, 1.0, "law"),
    ("x", "y", "q", "second", 0.0, 2.0, "art"),
}
FEW = 100
TOLERANCE = 1e-8  # of ratings in points, between two ways of counting the same comparisons


def derived(file, *, field="topic", **changed):
    """Return the comparisons that a file gives, as a set of tuples, without their lines."""
    store = Store.in_memory()
    mapping = suggest(file).mapping
    import_staged(store, file, Mapping(**mapping.as_dict() | changed), arena="x")
    return pairs_of(store, field)


def pairs_of(store, field="topic"):
    """Return the comparisons of the arena x as a set of tuples."""
    rows = Comparisons.of(store, "x").page(limit=10_000)
    noun = "competitor"
    names = [f"{noun}_a", f"{noun}_b", "item", "outcome", "score_a", "score_b"]
    kept = rows[[name for name in (*names, field) if name in rows]]
    assert not kept.duplicated(names[:3]).any() or field != "topic"
    return {tuple(row) for row in kept.astype(object).to_numpy().tolist()}


def records(frame):
    """Return a long file with the given scores."""
    return "model,item,score\n" + "".join(f"{m},{i},{s}\n" for m, i, s in frame)


@pytest.mark.filterwarnings("ignore::ranking.errors.RankingWarning")
@pytest.mark.parametrize(("text", "form"), [(LONG, "long"), (WIDE, "wide")])
def test_long_and_wide_files_give_the_same_pairs(staged, text, form):
    """Each two competitors meet on every item that both have, and fields come along."""
    file = staged(text)
    suggestion = suggest(file)
    assert suggestion.mapping.form == form
    assert suggestion.problem is None and "higher score wins" in str(suggestion.offer)
    assert derived(file) == EXPECTED


def test_json_arrays_lines_and_parquet_too(staged, tmp_path):
    """The shape of the records decides, not the format; booleans are scores there."""
    table = pd.DataFrame(
        [("x", "p", True, "law"), ("y", "p", False, "law")],
        columns=["model", "item", "correct", "topic"],
    )
    expected = {("x", "y", "p", "first", 1.0, 0.0, "law")}
    array = table.to_json(orient="records")
    lines = table.to_json(orient="records", lines=True)
    table.to_parquet(tmp_path / "made.parquet")
    parquet = (tmp_path / "made.parquet").read_bytes()
    for content, name in ((array, "a.json"), (lines, "b.jsonl"), (parquet, "c.parquet")):
        assert derived(staged(content, name)) == expected
    wide = json.dumps([{"item": "p", "x": True, "y": False, "topic": "law"}])
    assert derived(staged(wide, "d.json")) == expected


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("1", "0"), ("true", "False"), ("correct", "incorrect"), ("C", "I"), ("pass", "fail"),
     ("yes", "no"), ("success", "failure"), ("99.5", "12"), ("-3", "-4"), ("1e3", "999")],
)  # fmt: skip
def test_numbers_truth_values_and_words_are_scores(staged, right, wrong):
    """However right and wrong are written, right wins, and two of one kind tie."""
    text = records([("x", "p", right), ("y", "p", wrong), ("x", "q", wrong), ("y", "q", wrong)])
    outcomes = {row[2]: row[3] for row in derived(staged(text))}
    assert outcomes == {"p": "first", "q": "tie"}


@pytest.mark.parametrize(
    ("within", "outcome"), [(0.0, "first"), (0.1, "tie"), (0.099, "first"), (0.2, "tie")]
)
def test_scores_tie_within_a_stated_distance(staged, within, outcome):
    """0.8 against 0.7 differ by 0.1, whatever the rounding of either says."""
    file = staged(records([("x", "p", 0.8), ("y", "p", 0.7)]))
    ((*_, found, _, _),) = derived(file, tie_within=within)
    assert found == outcome


@pytest.mark.parametrize("within", [-1.0, float("nan"), float("inf")])
def test_a_distance_that_is_none_is_refused(staged, within):
    """Only a finite distance of at least 0 makes sense."""
    with pytest.raises(InputError, match="at least 0"):
        derived(staged(LONG), tie_within=within)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "The score is missing."),
        (" n/a ", "The score is missing."),
        ("NaN", "The score is missing."),
        ("error", "The score is the code of an error, not a result."),
        ("$ERROR$", "The score is the code of an error, not a result."),
        ("#DIV/0!", "The score is the code of an error, not a result."),
        ("-1", "The score is −1 where all others lie between 0 and 1: the code of an error."),
        ("-1.0", "The score is −1 where all others lie between 0 and 1: the code of an error."),
        ("inf", "The score is not a finite number."),
        ("good", "The score is not a finite number."),
        ("true", "The score is not a finite number."),
    ],
)
@pytest.mark.parametrize("form", ["long", "wide"])
def test_missing_scores_and_errors_are_rejected_and_never_lost(staged, value, reason, form):
    """The line, the column and the value are those of the file; the others are still paired."""
    if form == "long":
        rows = [(m, i, 1) for i in "pqrs" for m in "xy"]
        text = records([*rows, ("x", "t", 0), ("y", "t", value), ("z", "t", 1)])
        place = (11, "score")
    else:
        text = "item,x,y,z\n" + "".join(f"{i},1,1,\n" for i in "pqrs") + f"t,0,{value},1\n"
        text = text.replace(",1,1,\n", ",1,1,1\n")
        place = (6, "y")
    file = staged(text)
    found = check(file, suggest(file).mapping)
    assert [tuple(row)[:2] for row in found.rejects().to_numpy()] == [place]
    held, sentence = found.rejects()[["value", "reason"]].iloc[0]
    assert (held if isinstance(held, str) else "") == value
    assert sentence == reason
    assert ("x", "z", "t", "second", 0.0, 1.0) in derived(file)
    assert not [row for row in derived(file) if row[2] == "t" and "y" in row[:2]]


def test_minus_one_is_a_score_among_other_negative_ones(staged):
    """Only where all others lie between 0 and 1 does −1 stand for an error."""
    file = staged(records([("x", "p", -1), ("y", "p", -0.5), ("x", "q", -1), ("y", "q", 1)]))
    assert check(file, suggest(file).mapping).rejected == 0


def test_a_word_among_numbers_and_a_number_among_words(staged):
    """A column is read one way as a whole."""
    good = [(m, f"q{k}", w) for k in range(6) for m, w in (("x", "correct"), ("y", "wrong"))]
    file = staged(records([*good, ("x", "r", "1"), ("y", "r", "P")]))
    found = check(file, suggest(file).mapping)
    assert found.rejects()["reason"].to_list() == [
        "The score is not a word such as correct or incorrect, pass or fail."
    ]


def test_names_that_are_missing_are_rejected(staged):
    """No competitor and no item: each its own sentence."""
    file = staged(LONG + ",p,1,law\nx, ,1,law\n")
    found = check(file, suggest(file).mapping)
    assert found.rejects().to_numpy()[:, [0, 1, 3]].tolist() == [
        [8, "model", "The name of the competitor is missing."],
        [9, "item", "The name of the item is missing."],
    ]


def test_a_bad_row_of_a_wide_file_is_rejected_once(staged):
    """A missing item is one problem, not one per score."""
    file = staged(WIDE.replace("q,art", ",art") + "s,art,1,1,1\n")
    rejects = check(file, suggest(file).mapping).rejects()
    assert rejects["line"].to_list() == [3, 4, 4]
    assert rejects["reason"].to_list().count("The name of the item is missing.") == 1


def test_repeats_are_averaged_and_counted(staged):
    """Three tries of x and one of y: the mean counts; the user is told."""
    file = staged(
        "model,item,epoch,score\nx,p,1,1\nx,p,2,0\nx,p,3,0\ny,p,1,0.4\nx,q,1,1\ny,q,1,1\n"
    )
    found = check(file, suggest(file).mapping)
    assert found.pairing.repeats == 2 and found.accepted == 2
    assert any(
        "2 repeats of a competitor on an item were averaged" in n for n in found.pairing.notes
    )
    assert ("x", "y", "p", "second", pytest.approx(1 / 3), 0.4) in [
        tuple(row) for row in derived(file)
    ]


def test_repeats_are_kept_apart_where_their_number_is_a_field(staged):
    """Only what has the same number is compared, once per number."""
    file = staged("model,item,epoch,score\nx,p,1,1\nx,p,2,0\ny,p,1,0\ny,p,2,1\ny,p,3,1\n")
    guess = suggest(file).mapping
    assert guess.fields == ()
    mapping = suggest(file, given=Mapping.parse(["fields=epoch"])).mapping
    found = check(file, mapping)
    assert (found.accepted, found.pairing.repeats, found.pairing.unpaired) == (2, 0, 1)
    rows = derived(file, field="epoch", fields=("epoch",))
    assert {(row[3], row[6]) for row in rows} == {("first", "1"), ("second", "2")}


def test_metrics_and_tasks_are_never_mixed(staged):
    """The same item under two metrics gives two comparisons, not a mean."""
    file = staged("model,item,metric,score\nx,p,f1,1\nx,p,em,0\ny,p,f1,0\ny,p,em,1\n")
    found = check(file, suggest(file).mapping)
    assert (found.accepted, found.pairing.repeats) == (2, 0)
    assert found.pairing.apart == ("metric",)


def test_only_scores_of_one_judge_are_compared(staged):
    """A strict judge of x and a mild one of y say nothing about x and y."""
    rows = "x,p,1,ann\ny,p,5,ann\nx,p,9,bob\nz,p,1,bob\ny,q,3,ann\nx,q,4,bob\n"
    file = staged("model,item,score,judge\n" + rows)
    found = derived(file, field="judge")
    assert {row[:4] + row[6:] for row in found} == {
        ("x", "y", "p", "second", "ann"),
        ("x", "z", "p", "first", "bob"),
    }


def test_fields_are_kept_where_both_rows_agree(staged):
    """What differs between the two sides is left empty; item texts, times and paths come along."""
    file = staged(
        "model,item,score,prompt,capability,date,size\n"
        "x,p,1,say hi,Math/Algebra,2024-01-02,big\ny,p,0,say hi,Math/Algebra,2024-01-03,big\n"
        "z,p,0,say hi,Math/Algebra,2024-01-01,small\n"
    )
    store = Store.in_memory()
    import_staged(store, file, suggest(file).mapping, arena="x")
    rows = Comparisons.of(store, "x").page()
    assert rows["size"].fillna("").to_list() == ["big", "", ""]
    assert set(rows["item_text"]) == {"say hi"}
    assert set(rows["capabilities"]) == {"Math/Algebra"}
    assert rows["time"].dt.day.to_list() == [3, 2, 3]
    assert rows["line"].to_list() == [3, 4, 4]


def test_items_with_several_capabilities_are_said(staged):
    """One item under two paths counts in both, and the user is told which one it is."""
    file = staged(
        "model,item,score,capability\nx,p,1,law\nx,p,0,art\ny,p,1,art\nx,q,1,art\ny,q,0,art\n"
    )
    found = check(file, suggest(file).mapping)
    assert found.pairing.mixed == 1
    assert any("1 item ('p', for one) has other capabilities" in n for n in found.pairing.notes)
    assert {(row[2], row[6]) for row in derived(file, field="capabilities")} == {
        ("p", "art; law"), ("q", "art"),
    }  # fmt: skip


def test_scores_that_meet_no_other_are_said_and_leave_no_names(staged):
    """A competitor, an item or a judge without a pair is not in the arena."""
    file = staged(LONG + "lonely,s,1,law\n")
    found = check(file, suggest(file).mapping)
    assert found.pairing.unpaired == 2 and found.competitors == 3
    store = Store.in_memory()
    import_staged(store, file, suggest(file).mapping, arena="x")
    with store.reading() as connection:
        for table, names in (("competitors", "xyz"), ("items", "pq")):
            held = connection.execute(f"SELECT name FROM {table}").fetchall()
            assert {name for (name,) in held} == set(names)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("model,item,score\nx,p,1\nx,q,0\n", "one competitor alone, 'x'"),
        ("model,item,score\nx,p,1\ny,q,0\n", "check that 'item' names an item alike"),
    ],
)
def test_nothing_to_compare_is_a_sentence(store, staged, text, words):
    """One competitor, or no item in common: the import says which and changes nothing."""
    file = staged(text)
    mapping = suggest(file).mapping
    with pytest.raises(InputError, match=words):
        check(file, mapping)
    with pytest.raises(InputError, match=words):
        import_staged(store, file, mapping, arena="x")
    assert arenas(store) == []


def test_no_usable_score_is_a_sentence(store, staged):
    """Nothing but errors: nothing is imported, and the message says why."""
    file = staged("model,item,score\nx,,1\ny,,0\n")
    mapping = Mapping(competitor="model", item="item", score=("score",))
    assert check(file, mapping).accepted == 0
    with pytest.raises(InputError, match=r"No row of log\.csv can be used.*name of the item"):
        import_staged(store, file, mapping, arena="x")
    with pytest.raises(InputError, match="no scores"):
        check(staged("model,item,score\nx,p,red\ny,p,blue\n", "b.csv"), mapping)


def test_too_many_comparisons_are_refused_before_they_are_made(staged, monkeypatch):
    """The sentence says how many there would be, and what to do."""
    monkeypatch.setattr(scores, "MOST_COMPARISONS", 3)
    file = staged(LONG)
    with pytest.raises(InputError, match=r"would give 4 comparisons of 3 competitors on 3 items"):
        check(file, suggest(file).mapping)
    assert pairing.MOST_COMPARISONS == 50_000_000


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (["competitor=model", "item=item", "score=score,topic"], "choose one of score, topic"),
        (["item=item", "score=topic", "competitor=score"], "no scores"),
        (["competitor=model", "item=model", "score=score"], "cannot have two roles"),
        (["competitor=model", "item=item", "score=score", "count=topic"], "no column for how many"),
        (["item=item", "score=gone"], "no column 'gone'"),
    ],
)
def test_a_wrong_mapping_of_scores_is_one_sentence(staged, pairs, words):
    """Each mistake has its own sentence."""
    with pytest.raises(InputError, match=words):
        check(staged(LONG), Mapping.parse(pairs))


def test_a_stated_form_is_kept(staged):
    """What the user says about the form goes before what the names say."""
    file = staged("model,id,a,b\nm1,p,1,0\nm2,q,0,1\n")
    assert suggest(file, form="wide").mapping.score == ("a", "b")
    assert "No column of log.csv" in str(suggest(file, form="long").problem)
    stated = suggest(file, given=Mapping.parse(["score=b"])).mapping
    assert (stated.form, stated.competitor, stated.score) == ("long", "model", ("b",))
    with pytest.raises(InputError, match="one or the other"):
        suggest(file, given=Mapping.parse(["competitor=model"]), form="wide")
    pairwise = staged("model_a,model_b,winner,item\nx,y,a,p\n", "pairs.csv")
    assert suggest(pairwise).mapping.form == "pairwise"
    assert suggest(pairwise).offer is None


def test_columns_that_hold_nobodys_scores_are_no_competitors(staged):
    """A level, a length or a reference answer beside the scores stays a field."""
    file = staged("id,difficulty,ground_truth,gpt,llama\n1,3,1,1,0\n2,5,0,1,1\n")
    suggestion = suggest(file)
    assert suggestion.mapping.score == ("gpt", "llama")
    assert suggestion.mapping.fields == ("difficulty", "ground_truth")
    assert "'ground_truth' looks like the right answers" in str(suggestion.offer)


@pytest.mark.parametrize(
    "text",
    [
        "node_id,parent_id,depth,n_items\n1,0,1,40\n2,0,1,30\n3,1,2,9\n",
        "item_id,leaf_id,verdict_order1,verdict_order2\np,4,1,1\nq,5,2,2\n",
        "task_id,temperature,pressure\np,20,1013\nq,21,1020\n",
        "case,accuracy,precision\np,0.5,0.4\nq,0.6,0.7\n",
        "task,x,y\np,1,0\np,1,1\np,0,1\nq,0,0\n",
        "x,y,z\n1,0,1\n0,0,1\n",
        "policy_name,rank,mean\np,1,0.4\nq,2,0.7\n",
    ],
)
def test_other_tables_of_numbers_are_not_offered(staged, text):
    """What is no table of scores by its looks is refused with a sentence, and read if stated."""
    file = staged(text)
    suggestion = suggest(file)
    assert suggestion.offer is None
    assert "log.csv" in str(suggestion.problem)


def test_two_columns_of_zeros_and_ones_are_no_names(staged):
    """model_a and model_b with numbers below are a wide file, not two competitors."""
    file = staged("item,model_a,model_b\np,1,0\nq,0,0\nr,1,0\n")
    assert suggest(file).mapping.score == ("model_a", "model_b")
    assert {row[:4] for row in derived(file)} == {
        ("model_a", "model_b", "p", "first"), ("model_a", "model_b", "q", "tie"),
        ("model_a", "model_b", "r", "first"),
    }  # fmt: skip


def test_the_same_bytes_again_change_nothing_and_undo_restores(store, staged):
    """As with comparisons: idempotent, and undone without a trace."""
    log = staged("model_a,model_b,winner\nx,y,a\ny,w,b\n", "pairs.csv")
    import_staged(store, log, suggest(log).mapping, arena="x")
    before, said = logical_state(store), arenas(store)[0].description
    file = staged(LONG + "x,t,,law\n", "scores.csv")
    first = import_staged(store, file, suggest(file).mapping, arena="x")
    assert (first.accepted, first.rejected, first.pairing.scores) == (4, 1, 6)
    assert arenas(store)[0].description == "Some comparisons are derived from scores."
    assert rejected_rows(store, first.import_id)["line"].to_list() == [8]
    after = logical_state(store)
    again = import_staged(store, file, suggest(file).mapping, arena="x")
    assert again.already_imported and logical_state(store) == after
    undo_import(store, first.import_id)
    assert logical_state(store) == before
    assert arenas(store)[0].description == said == ""


def test_an_arena_of_scores_says_so(store, staged):
    """The note stands beside the user's own description."""
    file = staged(LONG)
    import_staged(store, file, suggest(file).mapping, arena="x", description="Ours.")
    assert arenas(store)[0].description == "Ours. Comparisons are derived from scores."


@pytest.mark.parametrize("step", range(1, 7))
def test_cancelling_at_any_step_leaves_nothing(store, staged, step):
    """The user stops between two steps: the database is as it was."""
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked >= step

    file = staged(LONG)
    with pytest.raises(CancelledError):
        import_staged(store, file, suggest(file).mapping, arena="x", cancelled=cancelled)
    assert arenas(store) == []


def test_a_long_import_is_written_in_parts(store, staged, monkeypatch):
    """Parts together are the whole, in the order of lines, and progress goes on between them."""
    from ranking.ingest import score_tables

    monkeypatch.setattr(score_tables, "_PART", 50)
    rows = [(f"m{m}", f"q{i}", (m * i) % 7) for m in range(8) for i in range(20)]
    file, told = staged(records(rows)), []
    import_staged(
        store, file, suggest(file).mapping, arena="x",
        progress=lambda fraction, what: told.append((fraction, what)),
    )  # fmt: skip
    assert sum(what == "Writing the comparisons" for _, what in told) > 5
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told)
    with store.reading() as connection:
        found = connection.execute("SELECT line, first, second FROM comparisons_1").fetchall()
    assert len(found) == 20 * 28 and found == sorted(found)


def test_a_confirmed_mapping_is_remembered(store, tmp_path):
    """A later file with the same columns is read as the first was confirmed."""
    for number in (1, 2):
        text = f"who,what,how,round\nx,p{number},1,1\ny,p{number},0.5,1\n"
        (tmp_path / f"{number}.csv").write_text(text)
    mapping = Mapping(competitor="who", item="what", score=("how",), tie_within=1.0)
    import_file(store, tmp_path / "1.csv", arena="x", mapping=mapping)
    import_file(store, tmp_path / "2.csv", arena="x")
    assert Mapping.from_json(imports(store)[0].mapping).tie_within == 1.0
    assert Comparisons.of(store, "x").page()["outcome"].to_list() == ["tie", "tie"]


def test_hostile_names_stay_text(staged):
    """Quotes, SQL and formulas as competitors, headers and items come back as they were."""
    nasty = ["'; DROP TABLE raw; --", '"a" || b', "=1+1", "{0}", "staged_items i", "x.score"]
    frame = pd.DataFrame(1.0, index=range(3), columns=nasty)
    frame.insert(0, "item", nasty[:3])
    found = derived(staged(frame.to_csv(index=False)))
    assert {name for row in found for name in row[:2]} == set(nasty)
    assert {row[2] for row in found} == set(nasty[:3])
    long = frame.melt("item", var_name="model", value_name="score")
    assert derived(staged(long.to_csv(index=False), "long.csv")) == found


def test_the_command_line_offers_imports_and_says_what_it_did(tmp_path):
    """A dry run says what the file is; --wide and --tie-within state what is meant."""
    path, database = tmp_path / "scores.csv", str(tmp_path / "db")
    path.write_text(LONG)

    def run(*arguments: str) -> str:
        outcome = CliRunner().invoke(podium, [*arguments, "--db", database])
        assert outcome.exit_code == 0, outcome.output
        return outcome.output

    said = run("import", str(path), "--arena", "x", "--dry-run", "--tie-within", "2")
    assert "scores.csv is a list of scores: 'score' of 'model' on 'item'." in said
    assert "4 comparisons between 3 models would be imported" in said
    assert "differ by at most 2 tie" in said
    said = run("import", str(path), "--arena", "x")
    assert "Imported 4 comparisons of scores.csv into 'x' (import 1)." in said
    assert "Derived from 6 scores of 3 competitors on 3 items" in said
    wide = tmp_path / "wide.csv"
    wide.write_text("model,id,a,b\nm1,p,1,0\nm2,q,0,1\n")
    assert "Imported 2 comparisons" in run("import", str(wide), "--arena", "y", "--wide")
    log = tmp_path / "log.csv"
    log.write_text("model_a,model_b,winner\nx,y,a\n")
    outcome = CliRunner().invoke(
        podium, ["import", str(log), "--arena", "z", "--tie-within", "1", "--db", database]
    )
    assert "--tie-within is for scores" in str(outcome.exception)


def test_reading_scores_in_one_call():
    """A table of scores is read like a table of comparisons; what is left out is a warning."""
    table = pd.DataFrame({"item": ["p", "q"], "x": [1.0, 2.0], "y": [0.0, None]})
    with pytest.warns(RankingWarning, match=r"1 of 4 scores of table were left out"):
        found = read(table)
    assert found.count() == 1


@settings(max_examples=8, deadline=None)
@given(
    cells=st.dictionaries(
        st.tuples(st.sampled_from("abcdef"), st.sampled_from("pqrs")),
        st.integers(0, 3),
        min_size=4,
    ),
    seed=st.integers(0, 9),
)
def test_every_pair_of_every_item_once_whatever_the_order(tmp_path_factory, cells, seed):
    """n (n - 1) / 2 comparisons per item; the order of the rows, and the form, change nothing."""
    from ranking.ingest import stage

    expected = {
        (a, b, item, "first" if one > two else "second" if two > one else "tie")
        for item in "pqrs"
        for (a, one), (b, two) in itertools.combinations(
            sorted((m, s) for (m, i), s in cells.items() if i == item), 2
        )
    }
    rows = [(m, i, s) for (m, i), s in cells.items()]
    folder, found = tmp_path_factory.mktemp("scores"), []
    for number in range(2):
        (folder / f"{number}.csv").write_text(records(rows))
        with stage(folder / f"{number}.csv") as file:
            mapping = Mapping(competitor="model", item="item", score=("score",))
            if not expected:
                with pytest.raises(InputError):
                    check(file, mapping)
                return
            store = Store.in_memory()
            import_staged(store, file, mapping, arena="x")
            found.append(pairs_of(store))
        random.Random(seed).shuffle(rows)
    assert found[0] == found[1]
    assert {row[:4] for row in found[0]} == expected
    assert len(found[0]) == len(expected)


def test_bradley_terry_on_scores_is_that_on_hand_paired_comparisons(tmp_path):
    """Ratings and their covariance, clustered by item, are the same."""
    draw = np.random.default_rng(4)
    table = pd.DataFrame(draw.integers(0, 4, (FEW, 4)), columns=list("wxyz"))
    table.insert(0, "item", [f"q{i}" for i in range(FEW)])
    words = {1: "model_a", -1: "model_b", 0: "tie"}
    by_hand = pd.DataFrame(
        [
            {"model_a": a, "model_b": b, "winner": words[int(np.sign(row[a] - row[b]))],
             "item": row["item"]}
            for row in table.to_dict("records")
            for a, b in itertools.combinations("wxyz", 2)
        ]
    )  # fmt: skip
    one, two = (BradleyTerry().rate(read(frame)) for frame in (table, by_hand))
    assert one.competitors == two.competitors
    np.testing.assert_allclose(one.rating, two.rating, atol=TOLERANCE)
    np.testing.assert_allclose(one.covariance, two.covariance, atol=TOLERANCE)


def test_turtlebench_and_its_wide_form_agree(dataset, tmp_path):
    """9 models on 1,532 cases: 36 comparisons per case, the same from either form."""
    cases = json.loads(dataset("turtlebench/all_cases_en_shot0.json").read_text())
    known = ("sample", "story_title", "input", "ground_truth")
    wide = pd.DataFrame(
        {"case_id": case, "story": held["story_title"]}
        | {m: int(v == held["ground_truth"]) for m, v in held.items() if m not in known}
        for case, held in cases.items()
    )
    long = wide.melt(["case_id", "story"], var_name="model", value_name="is_correct")
    tallies = []
    for frame, name in ((wide, "wide.csv"), (long, "long.csv")):
        frame.to_csv(tmp_path / name, index=False)
        found = read(tmp_path / name, capability="story")
        assert found.count() == 1532 * 36
        tallies.append(found.tally())
    np.testing.assert_array_equal(tallies[0].votes, tallies[1].votes)
    assert tallies[0].competitors == tallies[1].competitors


def test_only_what_is_no_score_is_named_as_such(staged):
    """Where too little of a column is scores, the refusal names the rest of it."""
    file = staged("model,item,score\nx,p,0.5\ny,p,unsure\nx,q,1\ny,q,soon\n")
    mapping = Mapping.parse(["competitor=model", "item=item", "score=score"])
    with pytest.raises(InputError, match="holds 'soon', 'unsure', which are no scores"):
        check(file, mapping)
