"""The checks of a leaderboard: each tells the truth, and says why where it was not run."""

import itertools
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ranking import BradleyTerry, Comparisons, Elo, read
from ranking.diagnostics import checks
from ranking.diagnostics.checks import Check
from ranking.diagnostics.trust import as_dict, trust_checks
from ranking.diagnostics.trust_evidence import read_evidence
from ranking.errors import RankingWarning
from tests.conftest import make_games
from tests.dashboard.fakes import fake_ratings

HEADER = "model_a,model_b,winner,prompt_id,judge"
NAMES = [
    "connected", "separated", "clusters", "ties", "position", "transitivity", "fragility",
    "provisional", "duplicates", "one judge",
]  # fmt: skip


def rows(*, judges: int = 40, items: int = 60, seed: int = 0) -> list[str]:
    """Draw verdicts of four models of fair strengths, ties by Davidson's model."""
    rng = np.random.default_rng(seed)
    strength = dict(zip("abcd", (0.9, 0.3, -0.3, -0.9), strict=True))
    found = []
    for item in range(items):
        for first, second in itertools.combinations("abcd", 2):
            half = (strength[first] - strength[second]) / 2
            odds = np.exp([half, 0.0, -half])
            winner = rng.choice(["model_a", "tie", "model_b"], p=odds / odds.sum())
            found.append(f"{first},{second},{winner},p{item},j{rng.integers(judges)}")
    return found


def log(folder: Path, lines: list[str], header: str = HEADER) -> Comparisons:
    path = folder / "log.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return read(path)


def checked(comparisons: Comparisons, method=None) -> dict[str, Check]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RankingWarning)
        ratings = (method or BradleyTerry()).rate(comparisons)
        return {check.name: check for check in trust_checks(comparisons, ratings)}


def test_sound_evidence_passes(tmp_path) -> None:
    """Connected, many items and judges, ties and order as models have it: nothing fails."""
    found = checked(log(tmp_path, rows()))
    assert list(found) == NAMES
    states = {name: check.state for name, check in found.items()}
    assert states.pop("position") == "not run"
    assert set(states.values()) == {"passed"}


def test_words_are_few_and_sentences_whole(tmp_path) -> None:
    """Badges have room for at most seven short words; sentences begin and end as such."""
    for check in checked(log(tmp_path, rows())).values():
        assert 2 <= len(check.words.split()) <= 7
        assert check.sentence[0].isupper() and check.sentence.endswith(".")


def test_evidence_can_be_read_before(tmp_path) -> None:
    """Checks from evidence at hand are those that read it themselves."""
    comparisons = log(tmp_path, rows())
    ratings = BradleyTerry().rate(comparisons)
    evidence = read_evidence(comparisons)
    assert trust_checks(comparisons, ratings, evidence=evidence) == trust_checks(
        comparisons, ratings
    )


def test_groups_are_counted_without_loners(tmp_path) -> None:
    """Two groups that never met are two, whoever has no game at all."""
    comparisons = log(tmp_path, rows())
    evidence = read_evidence(comparisons)
    ratings = fake_ratings(5, component=np.array([0, 0, 1, 1, 2]))
    found = trust_checks(comparisons, ratings, evidence=evidence)[0]
    assert (found.state, found.words) == ("failed", "2 groups that never met")


def test_extremes_are_seen_under_every_method(tmp_path) -> None:
    """Who never lost is named even where a method gives a finite rating."""
    lines = [*rows(), *(f"best,{name},model_a,p1,j1" for name in "abcd")]
    for method in (BradleyTerry(), Elo()):
        found = checked(log(tmp_path, lines), method)["separated"]
        assert (found.state, found.about) == ("failed", ("best",))
        assert found.words == "1 model known to one side"


def test_newcomers_are_provisional(tmp_path) -> None:
    """Who has a handful of comparisons is named."""
    lines = [*rows(), "new,a,model_a,p1,j1", "new,b,model_b,p1,j1", "a,new,model_a,p2,j2"]
    found = checked(log(tmp_path, lines))["provisional"]
    assert (found.state, found.about, found.link) == ("failed", ("new",), "table")


def test_intervals_that_ignore_items_fail(tmp_path) -> None:
    """Clusters that the intervals leave out, or that the log does not name, are no good."""
    comparisons = log(tmp_path, rows())
    assert checked(comparisons, BradleyTerry(cluster="none"))["clusters"].state == "failed"
    assert checked(comparisons, Elo())["clusters"].state == "passed"
    assert checked(comparisons, Elo(resamples=0))["clusters"].state == "failed"
    bare = [",".join(line.split(",")[:3]) for line in rows()]
    found = checked(log(tmp_path, bare, "model_a,model_b,winner"))
    assert found["clusters"].words == "No item ids: intervals may be narrow"
    assert found["clusters"].state == "failed"
    assert found["one judge"].state == found["duplicates"].state == "not run"


def test_ties_that_are_no_matter_of_strength_fail(tmp_path) -> None:
    """Where one pair always ties and the others never do, no frequency of ties fits."""
    lines = [line.replace(",tie,", ",model_a,") for line in rows()]
    lines += [f"a,d,tie,p{at},j{at % 12}" for at in range(60)]
    assert checked(log(tmp_path, lines))["ties"].state == "failed"


def test_without_ties_there_is_nothing_to_fit(tmp_path) -> None:
    """The reason stands in the sentence."""
    lines = [line.replace(",tie,", ",model_b,") for line in rows()]
    found = checked(log(tmp_path, lines))["ties"]
    assert (found.state, found.sentence) == ("not run", "These comparisons hold no ties.")


def test_cycles_fail(tmp_path) -> None:
    """Rock, paper, scissors is not a matter of strength."""
    lines = [
        f"{first},{second},{'model_a' if at % 5 else 'model_b'},p{at},j{at % 12}"
        for at in range(50)
        for first, second in ("ab", "bc", "ca")
    ]
    found = checked(log(tmp_path, lines))["transitivity"]
    assert found.state == "failed" and found.words == "Only 0% transitive"


def test_a_chain_has_no_cycles_to_check(tmp_path) -> None:
    """Where no pairs close a circle, the check says that it was not run."""
    lines = [line for line in rows() if line[:3] in ("a,b", "b,c", "c,d")]
    assert checked(log(tmp_path, lines))["transitivity"].state == "not run"


def test_a_lead_by_a_hair_is_fragile(tmp_path) -> None:
    """Two of 10,000 votes, taken away, change the leader."""
    lines = [f"a,b,model_{'a' if at % 2 else 'b'},p{at},j{at % 12}" for at in range(10_000)]
    lines += ["a,b,model_a,q,j1"]
    found = checked(log(tmp_path, lines))["fragility"]
    assert (found.state, found.about) == ("failed", ("a", "b"))
    assert "2 votes" in found.words


def test_repeated_rows_are_counted(tmp_path) -> None:
    """Rows that are the same in every column are duplicates, whoever judged."""
    lines = rows()
    found = checked(log(tmp_path, lines + lines[:3]))["duplicates"]
    assert (found.state, found.words) == ("failed", "3 duplicate rows")


def test_one_judge_above_a_tenth_fails(tmp_path) -> None:
    """With nine judges, one of them decided more than a tenth; the sentence names him."""
    lines = [line.rpartition(",")[0] + f",j{at % 9}" for at, line in enumerate(rows())]
    found = checked(log(tmp_path, lines))["one judge"]
    assert found.state == "failed" and "j0" in found.sentence
    even = [line.rpartition(",")[0] + f",j{at % 10}" for at, line in enumerate(rows())]
    assert checked(log(tmp_path, even))["one judge"].state == "passed"


def test_position_bias_is_found(tmp_path) -> None:
    """Judges who take the side that is shown first three times in four are found out."""
    rng = np.random.default_rng(1)
    lines = []
    for at in range(1200):
        first, second = rng.choice(list("abcd"), 2, replace=False)
        shown = bool(rng.integers(2))
        won = (rng.random() < 0.75) == shown
        lines.append(
            f"{first},{second},{'model_a' if won else 'model_b'},p{at},j{at % 20},"
            f"{'a' if shown else 'b'}"
        )
    comparisons = log(tmp_path, lines, f"{HEADER},shown_first")
    found = checked(comparisons)["position"]
    assert (found.state, found.words) == ("failed", "The side shown first gains")


def test_a_check_is_json(tmp_path) -> None:
    """What programs get of a check is plain values."""
    check = checked(log(tmp_path, rows()))["fragility"]
    assert as_dict(check) == {
        "name": "fragility",
        "state": "passed",
        "words": check.words,
        "sentence": check.sentence,
        "about": list(check.about),
    }


def test_an_empty_selection_has_no_checks_to_fail(tmp_path) -> None:
    """Evidence of nothing can still be read."""
    comparisons = log(tmp_path, rows())
    nothing = comparisons.select(replace(comparisons.selection, judges=("j0",))).select(
        replace(comparisons.selection, competitors=("a",))
    )
    evidence = read_evidence(nothing)
    assert evidence.clusters.items == 0 and evidence.duplicates.rows == 0


@pytest.mark.parametrize("name", ["llmfao", "roboarena/derived"])
def test_real_logs_are_checked_in_whole_sentences(datasets, name) -> None:
    """No check fails to give a verdict in words on a real log."""
    path = next((datasets / name).glob("*.csv"))
    for check in checked(read(path)).values():
        assert check.state in ("passed", "failed", "not run") and check.sentence.endswith(".")


@pytest.mark.filterwarnings("ignore::ranking.errors.SeparationWarning")
def test_one_comparison_is_no_settled_rating() -> None:
    """Who never lost is provisional too after a single comparison, whatever its status says."""
    ratings = BradleyTerry().rate(make_games([0], [1], [1.0]))
    assert "provisional" not in ratings.status
    found = checks.provisional(ratings)
    assert (found.state, set(found.about)) == ("failed", {"A", "B"})
