"""Scores of either side: averages by item, clusters, paired differences, the command."""

import csv
import json
import math
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import ranking.cli.scores  # noqa: F401  registers the command
from ranking.cli import main
from ranking.comparisons import Comparisons
from ranking.errors import InputError, SelectionError
from ranking.ingest import import_file, read
from ranking.ingest.mapping import Mapping
from ranking.score_difference import as_dict as difference_as_dict
from ranking.score_difference import score_difference
from ranking.scoreboard import as_dict, score_board
from ranking.scores import items_needed, wilson_interval
from ranking.store import Store

PUBLISHED = 1e-6
# The published example: two competitors, eight items in three clusters.
A = [1, 1, 0, 1, 0, 0, 1, 1]
B = [1, 0, 0, 1, 0, 0, 1, 0]
STORY = [0, 0, 0, 1, 1, 1, 2, 2]
HEADER = ["model_a", "model_b", "winner", "question", "score_a", "score_b", "story"]


def comparisons(folder, rows, header=HEADER, **roles):
    path = folder / "scored.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    mapping = Mapping(
        first="model_a", second="model_b", outcome="winner", dialect="sides",
        **({"item": "question", "fields": ("story",), "score_first": "score_a",
            "score_second": "score_b"} | roles),
    )  # fmt: skip
    store = Store(folder / "podium.duckdb")
    import_file(store, path, arena="scored", noun="model", mapping=mapping)
    return Comparisons.of(store, "scored")


def published():
    return [
        ["A", "B", "model_a", f"q{at}", a, b, f"story {s}"]
        for at, (a, b, s) in enumerate(zip(A, B, STORY, strict=True))
    ]


def test_means_and_errors_of_the_published_example(tmp_path) -> None:
    """Mean .625, standard error .182981 and .158686 by story."""
    log = comparisons(tmp_path, published())
    board = score_board(log)
    best = board.rows[0]
    assert (best.competitor, best.mean, best.items, board.shared_items) == ("A", 0.625, 8, 8)
    assert best.std_error == pytest.approx(0.182981, abs=PUBLISHED)
    assert (best.low, best.high) == wilson_interval(0.625, 8)
    clustered = score_board(log, cluster="story").rows[0]
    assert clustered.std_error == pytest.approx(0.158686, abs=PUBLISHED)
    assert clustered.clusters == 3


def test_the_paired_difference_of_the_published_example(tmp_path) -> None:
    """Difference .25, error .163663, .130461 by story, .258775 without pairing."""
    log = comparisons(tmp_path, published())
    found = score_difference(log, "A", "B")
    assert found.difference == 0.25 and found.items == 8
    assert found.std_error == pytest.approx(0.163663, abs=PUBLISHED)
    assert found.unpaired_std_error == pytest.approx(0.258775, abs=PUBLISHED)
    assert found.correlation == pytest.approx(np.corrcoef(A, B)[0, 1])
    clustered = score_difference(log, "A", "B", cluster="story")
    assert clustered.std_error == pytest.approx(0.130461, abs=PUBLISHED)
    assert found.items_needed == pytest.approx(
        items_needed(0.25, variance=np.var(np.subtract(A, B), ddof=1))
    )
    assert found.detectable > 0.25 and "cannot be told apart" in found.conclusion


def test_swapping_the_two_turns_the_sign(tmp_path) -> None:
    """Second against first: the same numbers from the other side."""
    log = comparisons(tmp_path, published())
    one, other = score_difference(log, "A", "B"), score_difference(log, "B", "A")
    assert (one.difference, one.low, one.high) == (-other.difference, -other.high, -other.low)
    assert one.p_value == other.p_value


def test_several_answers_to_an_item_are_averaged_first(tmp_path) -> None:
    """Three scores of A for one item count as their mean, votes as repeated answers."""
    rows = [
        ["A", "B", "model_a", "q0", 1, 0, "s"],
        ["A", "B", "model_a", "q0", 0, 0, "s"],
        ["C", "A", "model_b", "q0", 0.3, 0.5, "s"],
        ["B", "A", "tie", "q1", 1, 1, "s"],
    ]
    board = score_board(comparisons(tmp_path, rows))
    found = {row.competitor: (row.mean, row.items, row.answers) for row in board.rows}
    assert found["A"] == (0.75, 2, 4)
    assert found["B"] == (0.5, 2, 3)
    assert found["C"] == (0.3, 1, 1)


def test_a_comparison_without_an_item_is_its_own(tmp_path) -> None:
    """Without items every row is one, and the two sides of a row are paired."""
    found = score_difference(comparisons(tmp_path, published(), item=None), "A", "B")
    assert (found.items, found.difference) == (8, 0.25)


def test_missing_scores_are_left_out(tmp_path) -> None:
    """An empty score is no zero."""
    rows = [*published(), ["A", "B", "tie", "q8", "", 1, "story 9"]]
    board = score_board(comparisons(tmp_path, rows))
    assert {row.competitor: row.items for row in board.rows} == {"A": 8, "B": 9}
    assert board.shared_items == 8 and "same items (8 of 9" in board.warnings[0]


def test_scores_that_do_not_vary_claim_no_certainty(tmp_path) -> None:
    """Always right: Wilson's interval; a constant difference: no error, in so many words."""
    rows = [["A", "B", "model_a", f"q{at}", 1, 0, "s"] for at in range(5)]
    log = comparisons(tmp_path, rows)
    best = score_board(log).rows[0]
    assert (best.mean, best.high) == (1.0, 1.0) and 0.5 < best.low < 0.6
    assert math.isnan(best.std_error)
    found = score_difference(log, "A", "B")
    assert math.isnan(found.p_value) and "no error can be given" in found.conclusion
    json.dumps(difference_as_dict(found), allow_nan=False)


def test_a_clear_difference_is_said_from_the_better_side(tmp_path) -> None:
    """Whoever comes first, the sentence names the better one and positive limits."""
    rows = [["A", "B", "model_a", f"q{at}", 5 + at % 2, at % 3, "s"] for at in range(60)]
    log = comparisons(tmp_path, rows)
    assert score_difference(log, "B", "A").conclusion == score_difference(log, "A", "B").conclusion
    assert re.search(r"A scores 4\.5 higher than B .* interval 4\.\d+ to 4\.\d+", (
        score_difference(log, "A", "B").conclusion
    ))  # fmt: skip


def test_a_selection_narrows_the_scores(tmp_path) -> None:
    """Only the items of one story."""
    log = comparisons(tmp_path, published()).where("story=story 2")
    assert [(row.competitor, row.mean, row.items) for row in score_board(log).rows] == [
        ("A", 1.0, 2),
        ("B", 0.5, 2),
    ]


def test_what_cannot_be_answered_is_said(tmp_path) -> None:
    """No scores, unknown names, one item, clusters that items are not in: one sentence each."""
    log = comparisons(tmp_path, [*published(), ["A", "C", "tie", "q0", 1, 1, "story 7"]])
    with pytest.raises(SelectionError, match="no scores"):
        score_difference(log, "A", "nobody")
    with pytest.raises(SelectionError, match="given twice"):
        score_difference(log, "A", "A")
    with pytest.raises(InputError, match="share 1 scored"):
        score_difference(log, "A", "C")
    with pytest.raises(SelectionError, match="no field 'planet'"):
        score_board(log, cluster="planet")
    with pytest.raises(InputError, match="more than one value of 'story'"):
        score_board(log, cluster="story")
    with pytest.raises(InputError, match="level"):
        score_board(log, level=95)


def test_a_log_without_scores_says_how_to_give_them(tmp_path) -> None:
    """The error names the two roles."""
    header = [*HEADER[:4], "left", "right", "story"]  # nothing that an import takes for scores
    log = comparisons(tmp_path, published(), header, score_first=None, score_second=None)
    with pytest.raises(InputError, match="score_first and score_second"):
        score_board(log)


def test_names_are_data(tmp_path) -> None:
    """A hostile name is a name, and nothing else."""
    name = "'; DROP TABLE competitors; --"
    rows = [[name, "B", "model_a", f"q{at}", at % 2, 1, "s"] for at in range(4)]
    log = comparisons(tmp_path, rows)
    assert score_difference(log, name, "B").first == name
    assert len(score_board(log).rows) == 2


def test_every_field_is_documented(tmp_path) -> None:
    """docs/json-scores.md names each field of both objects."""
    log = comparisons(tmp_path, published())
    documented = (Path(__file__).parents[1] / "docs" / "json-scores.md").read_text("utf-8")
    board = as_dict(score_board(log))
    difference = difference_as_dict(score_difference(log, "A", "B"))
    for name in {*board, *board["competitors"][0], *difference}:
        assert f"`{name}`" in documented


def test_the_command_prints_both(tmp_path, monkeypatch, capsys) -> None:
    """A table, JSON, a difference, and a usage error for half a pair."""
    comparisons(tmp_path, published())
    monkeypatch.setenv("PODIUM_DB", str(tmp_path / "podium.duckdb"))

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["podium", "scores", "scored", *arguments])
        with pytest.raises(SystemExit) as exit_:
            main()
        return int(exit_.value.code or 0), *capsys.readouterr()

    code, out, _ = run()
    assert code == 0 and re.search(r"A\s+0\.625\s+0\.3057 to 0\.8632\s+0\.183\s+8\s+8", out)
    code, out, _ = run("--format", "json")
    assert json.loads(out)["competitors"][0]["mean"] == 0.625
    code, out, _ = run("--first", "A", "--second", "B")
    assert code == 0 and out.startswith("A and B cannot be told apart on the 8 items")
    assert run("--first", "A")[0] == 2
    assert run("--first", "A", "--second", "C")[0] == 1


def test_published_scores_of_robot_policies(tmp_path, datasets) -> None:
    """RoboArena's 599 complete sessions: the published mean progress of all seven policies."""
    folder = datasets / "roboarena" / "anyrank"
    if not folder.is_dir():
        pytest.skip("roboarena does not lie beside this checkout")
    with (folder / "per_trial_progress_data.csv").open() as file:
        names, *trials = csv.reader(file)
    complete = [row for row in trials if all(row)]
    rows = [
        [names[at], names[(at + 1) % 7], "tie", f"session {number}", row[at], row[(at + 1) % 7], ""]
        for number, row in enumerate(complete)
        for at in range(7)
    ]
    log = comparisons(tmp_path, rows, fields=())
    published_means = np.load(folder / "roboarena_policy_performance_oracle_progress.npy")
    board = score_board(log)
    assert board.shared_items == 599
    found = {row.competitor: row for row in board.rows}
    np.testing.assert_allclose([found[name].mean for name in names], published_means, atol=1e-9)
    values = np.array(complete, float)
    gaps = values[:, 0] - values[:, 3]
    paired = score_difference(log, names[0], names[3])
    assert paired.std_error == pytest.approx(gaps.std(ddof=1) / math.sqrt(599))


def test_a_file_that_is_only_read_has_scores_too(tmp_path):
    """Without a database of its own a log is a view; comparisons without items are items."""
    path = tmp_path / "scored.csv"
    path.write_text(
        "model_a,model_b,winner,score_a,score_b\nx,y,model_a,1,0\nx,y,tie,1,1\ny,x,tie,0,0\n"
    )
    log = read(path, score_first="score_a", score_second="score_b")
    means = {row.competitor: row.mean for row in score_board(log).rows}
    assert means == {"x": 2 / 3, "y": 1 / 3}
