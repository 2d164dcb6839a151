"""Task logs: which rows belong to which tasks, read from an arena or made by hand."""

import numpy as np
import pandas as pd
import pytest

from ranking.equilibria.task_log import TaskLog, pair_entries, task_entries
from ranking.errors import InputError, SelectionError
from ranking.ingest import Mapping, read
from ranking.selection import Selection
from ranking.tally import Tally
from tests.conftest import make_games
from tests.equilibria.logs import task_log

MAPPING = Mapping(
    first="a",
    second="b",
    outcome="winner",
    dialect="words",
    item="item",
    judge="judge",
    capability=("skill",),
    time="day",
    score_first="score_a",
    score_second="score_b",
    fields=("place",),
)


def table(**columns) -> pd.DataFrame:
    rows = {
        "a": ["x", "y", "x", "z", "x", "y"],
        "b": ["y", "z", "z", "x", "y", "x"],
        "winner": ["a", "b", "tie", "a", "both_bad", "b"],
        "item": ["i1", "i1", "i2", "i2", "i3", ""],
        "judge": ["ann", "bob", "ann", "", "bob", "ann"],
        "skill": ["code/python", "code/sql", "maths/algebra", "maths/algebra", "code", ""],
        "day": ["2026-01-06", "2026-01-05", "2026-01-04", "2026-01-03", "", "2026-01-01"],
        "score_a": [1.0, 0.0, 0.5, 1.0, 0.0, None],
        "score_b": [0.0, 1.0, 0.5, 0.5, 0.0, None],
        "place": ["north", "south", "", "north", "south", "south"],
    }
    return pd.DataFrame({**rows, **columns})


@pytest.fixture(scope="module")
def comparisons():
    return read(table(), mapping=MAPPING)


def rows_by_task(log: TaskLog) -> dict[str, list[str]]:
    """Name the rows of each task by their first competitor and their day."""
    day = ["-" if np.isnan(t) else str(round(t / 86400) - 20453) for t in log.games.time]
    names = [log.games.competitors[at] + own for at, own in zip(log.games.first, day, strict=True)]
    return {
        task: sorted(names[row] for row in log.row[log.task == at])
        for at, task in enumerate(log.tasks)
    }


def test_capabilities_are_tasks_where_there_are_any(comparisons) -> None:
    """`auto` takes the top level of the taxonomy; rows without a capability have no task."""
    log = comparisons.tasks()
    assert log.by == "capabilities"
    assert rows_by_task(log) == {"code": ["x-", "x6", "y5"], "maths": ["x4", "z3"]}
    assert log.tasked.sum() == 5


def test_rows_are_in_the_order_of_their_times(comparisons) -> None:
    """Games are those of `games()`, and memberships follow their order."""
    log, games = comparisons.tasks(), comparisons.games()
    np.testing.assert_array_equal(log.games.time, games.time)
    np.testing.assert_array_equal(log.games.first, games.first)
    assert np.isnan(log.games.time[-1])


def test_deeper_levels_and_subtrees(comparisons) -> None:
    """Depth counts levels of the taxonomy, below a path where one is given."""
    deep = comparisons.tasks("capability", depth=2)
    assert rows_by_task(deep) == {
        "code/python": ["x6"],
        "code/sql": ["y5"],
        "maths/algebra": ["x4", "z3"],
    }
    assert comparisons.tasks("capability:code").tasks == ("code/python", "code/sql")
    assert comparisons.tasks("capability:code/").tasks == ("code/python", "code/sql")


def test_judges_items_and_fields_are_tasks(comparisons) -> None:
    """A task for each judge, each item, or each value of a field; without one a row has none."""
    judges = comparisons.tasks("judge")
    assert judges.by == "judges"
    assert rows_by_task(judges) == {"ann": ["x4", "x6", "y1"], "bob": ["x-", "y5"]}
    assert judges.judges == ("ann", "bob")
    assert [judges.judges[at] if at >= 0 else "" for at in judges.games.judge] == [
        "ann", "", "ann", "bob", "ann", "bob",
    ]  # fmt: skip
    items = comparisons.tasks("item")
    assert rows_by_task(items) == {"i1": ["x6", "y5"], "i2": ["x4", "z3"], "i3": ["x-"]}
    place = comparisons.tasks("place")
    assert place.by == "place"
    assert rows_by_task(place) == {"north": ["x6", "z3"], "south": ["x-", "y1", "y5"]}


def test_no_tasks_are_one_task(comparisons) -> None:
    """`none` puts every comparison into one task."""
    log = comparisons.tasks("none")
    assert (log.by, log.tasks, len(log.row)) == ("none", ("all comparisons",), 6)


def test_auto_falls_back_to_items_then_to_none() -> None:
    """Two to fifty items are tasks where there is no capability; else there are none."""
    without = {"skill": [""] * 6}
    assert read(table(**without), mapping=MAPPING).tasks().by == "items"
    alone = {**without, "item": ["i1"] * 6}
    assert read(table(**alone), mapping=MAPPING).tasks().by == "none"


def test_facets_that_all_comparisons_share_are_passed_over() -> None:
    """With a path in every facet each comparison has a task in every facet."""
    skill = [f"skill/{s};scene/{r}" for s, r in zip("aabbab", "uvuvuv", strict=True)]
    log = read(table(skill=skill), mapping=MAPPING).tasks()
    assert log.tasks == ("scene/u", "scene/v", "skill/a", "skill/b")
    assert len(log.row) == 12
    one_root = read(table(skill=["all/a", "all/b"] * 3), mapping=MAPPING)
    assert one_root.tasks().tasks == ("all/a", "all/b")


def test_a_comparison_counts_once_in_each_of_its_tasks() -> None:
    """Two capabilities below one node are one membership there, and two below."""
    both = ["code/python;code/sql"] * 6
    log = read(table(skill=both), mapping=MAPPING).tasks("capability:code")
    assert len(log.row) == 12
    top = read(table(skill=[*both[:5], "maths"]), mapping=MAPPING).tasks()
    assert len(top.row) == 6


def test_a_selection_narrows_the_tasks(comparisons) -> None:
    """Only tasks of selected comparisons exist."""
    log = comparisons.select(Selection(judges=("bob",))).tasks("place")
    assert rows_by_task(log) == {"south": ["x-", "y5"]}


def test_names_are_values_and_never_sql() -> None:
    """Quotes and brackets in names of fields, values and capabilities are only text."""
    hostile = "'; DROP TABLE arenas; --"
    skill = "x') OR true --"
    renamed = table(place=[hostile, "b"] * 3, skill=[skill, "x"] * 3)
    comparisons = read(renamed, mapping=MAPPING)
    assert set(comparisons.tasks("place").tasks) == {hostile, "b"}
    assert comparisons.tasks("capability").tasks == ("x", skill)
    with pytest.raises(SelectionError, match="no field"):
        comparisons.tasks(hostile)
    with pytest.raises(SelectionError, match="no capability"):
        comparisons.tasks(f"capability:{hostile}x")


@pytest.mark.parametrize(
    ("by", "error", "words"),
    [
        ("plaice", SelectionError, "its fields are: place"),
        ("capability:art", SelectionError, "has no capability 'art'"),
        ("capability:maths/algebra", InputError, "no level 1 below"),
    ],
)
def test_unknown_tasks_are_refused_in_words(comparisons, by, error, words) -> None:
    """What was named wrongly is said, and what there is."""
    with pytest.raises(error, match=words):
        comparisons.tasks(by)


def test_missing_tasks_are_refused_in_words() -> None:
    """No capability, no judge, a depth of none: one sentence each."""
    plain = Mapping(first="a", second="b", outcome="winner", dialect="words")
    bare = read(table()[["a", "b", "winner"]], mapping=plain)
    for by in ("capability", "judge", "item"):
        with pytest.raises(InputError, match=f"has an? {by}"):
            bare.tasks(by)
    with pytest.raises(InputError, match="depth of tasks must be 1 or more"):
        bare.tasks("none", depth=0)
    with pytest.raises(InputError, match="has a score"):
        bare.tasks("none", scores=True)


def test_too_many_tasks_are_refused() -> None:
    """Beyond 200 tasks the message says how many there are and what to choose."""
    n = 201
    names = [f"i{at}" for at in range(n)]
    rows = {"a": ["x"] * n, "b": ["y"] * n, "winner": ["a", "b", "tie"] * 67}
    many = pd.DataFrame({**rows, "item": names, "judge": names, "skill": names, "place": names})
    comparisons = read(
        many,
        mapping=Mapping(
            first="a", second="b", outcome="winner", dialect="words", item="item", judge="judge",
            capability=("skill",), fields=("place",),
        ),
    )  # fmt: skip
    for by, words in [
        ("item", "201 items"),
        ("judge", "201 judges"),
        ("capability", "201 capabilities"),
        ("place", "201 values of 'place'"),
    ]:
        with pytest.raises(InputError, match=f"{words}, and at most 200 tasks"):
            comparisons.tasks(by)


def test_scores_are_averaged_by_competitor_and_item(comparisons) -> None:
    """Every competitor has one score for an item and task; rows without a task have none."""
    scores = comparisons.tasks("capability", scores=True).scores
    tasks = comparisons.tasks("capability").tasks
    found = {
        (scores.competitors[scores.competitor[row]], tasks[task]): scores.score[row]
        for row, task in zip(scores.task_row, scores.task, strict=True)
        if scores.item[row] == scores.item[scores.competitor == 0][0]
    }
    assert found == {("x", "code"): 1.0, ("y", "code"): 0.0, ("z", "code"): 1.0}
    x = scores.competitors.index("x")
    assert sorted(scores.score[scores.competitor == x]) == [0.0, 0.5, 1.0]


def test_a_log_of_one_task_is_made_of_games_or_a_tally() -> None:
    """A tally's cells keep their sums of weights and of scores as rows of a log."""
    games = make_games([0, 1, 0, 0], [1, 0, 1, 2], [1, 1, 0.5, 0], weight=[1, 2, 2, 3])
    of_games, of_tally = TaskLog.single(games), TaskLog.single(games.tally())
    assert of_games.tasks == of_tally.tasks == ("all comparisons",)
    one, other = (task_entries(log).summed() for log in (of_games, of_tally))
    for name in ("first", "second", "weight", "weight2", "score"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-14)


def test_cells_are_sums_over_rows() -> None:
    """Against sums by hand: votes, weights and scores, seen from the lower code."""
    log = task_log(
        [0, 1, 0, 1], [1, 0, 1, 2], [1, 1, 0.5, 0], [0, 0, 1, -1], votes=[2, 1, 1, 1],
        weight=[1, 3, 1, 1],
    )  # fmt: skip
    cells, pairs = task_entries(log).summed(), pair_entries(log).summed()
    assert [cells.task.tolist(), cells.first.tolist(), cells.second.tolist()] == [
        [0, 1], [0, 0], [1, 1],
    ]  # fmt: skip
    assert cells.weight.tolist() == [5, 1]
    assert cells.weight2.tolist() == [11, 1]
    assert cells.score.tolist() == [2, 0.5]
    assert cells.comparisons.tolist() == [25 / 11, 1]
    assert pairs.weight.tolist() == [6, 1]
    assert cells.by_pair().weight.tolist() == [6]


def test_rows_and_tasks_that_do_not_fit_are_refused() -> None:
    """Codes out of range, and two tasks of one name."""
    games = make_games([0], [1], [1])
    one = np.zeros(1, np.int64)
    with pytest.raises(InputError, match="row code"):
        TaskLog(games, ("a",), one + 1, one, "topic")
    with pytest.raises(InputError, match="task code"):
        TaskLog(games, ("a",), one, one + 1, "topic")
    with pytest.raises(InputError, match="'a' occurs more than once"):
        TaskLog(games, ("a", "a"), one, one, "topic")
    with pytest.raises(InputError, match="needs a row and a task"):
        TaskLog(games, ("a",), one, one[:0], "topic")


def test_an_empty_tally_is_an_empty_log() -> None:
    """A log made of an empty tally is empty, not an error of numpy."""
    empty = Tally.from_cells(("a", "b"), [], [], [])
    assert len(TaskLog.single(empty).games) == 0
