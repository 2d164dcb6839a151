"""The redundancy laboratory: what attacks make of a log, and what ratings make of attacks."""

import json
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.diagnostics.cyclic_structure import cyclic_structure
from ranking.diagnostics.redundancy import (
    ATTACKS,
    STILL,
    BoostedVoter,
    CloneCompetitor,
    FloodTask,
    NoisyClones,
    RepeatJudge,
    RepeatTask,
    baseline,
    robustness,
    standard_battery,
)
from ranking.diagnostics.redundancy_battery import left_out
from ranking.diagnostics.redundancy_report import (
    as_dict,
    as_markdown,
    cycles,
    cycles_table,
    moves_table,
    tasks_table,
)
from ranking.equilibria.task_log import TaskLog
from ranking.errors import CancelledError, InputError, SelectionError
from ranking.ingest.reading import read
from ranking.methods import BradleyTerry, Elo, NashAveraging
from ranking.methods.equilibria import POINTS_PER_MARGIN
from ranking.progress import Watch
from tests.conftest import games_logs, make_games
from tests.diagnostics.redundancy_logs import SKILLS, skill_log

FAMILIAR = ("bradley-terry", "elo")
INVARIANT = ("nash", "logit-equilibrium", "cce", "deviation", "maximal-lottery")
EXACT = 1e-5 * POINTS_PER_MARGIN  # of the payoffs' unit, in points


def small_log(by="capabilities", **columns) -> TaskLog:
    """Six comparisons of three competitors in two tasks; the last one belongs to both."""
    games = make_games(
        [0, 1, 2, 0, 1, 2], [1, 2, 0, 2, 0, 1], [1, 1, 0, 1, 0.5, 0],
        item=[0, 0, 1, 1, 2, 2], time=[1, 2, 3, 4, 5, 6], names=("ant", "bee", "cat"),
    )  # fmt: skip
    games = replace(games, judge=np.array([0, 0, 0, 0, 1, 1]), **columns)
    row, task = np.array([0, 1, 2, 3, 4, 5, 5]), np.array([0, 0, 0, 1, 1, 1, 0])
    return TaskLog(games, ("code", "law"), row, task, by, judges=("ann", "bob"))


def rows(log: TaskLog) -> list[tuple]:
    """Return every row as names and values, with the names of its tasks."""
    g = log.games
    tasks = [sorted(log.tasks[t] for t in log.task[log.row == at]) for at in range(len(g))]
    return [
        (g.competitors[g.first[at]], g.competitors[g.second[at]], float(g.score[at]),
         float(g.votes[at]), int(g.item[at]), int(g.judge[at]), float(g.time[at]), *tasks[at])
        for at in range(len(g))
    ]  # fmt: skip


def test_a_clone_has_the_comparisons_of_the_original() -> None:
    """Same opponents, items, judges, times, outcomes and tasks; copies follow their originals."""
    attacked = CloneCompetitor("ant", copies=2).apply(small_log())
    assert attacked.games.competitors == ("ant", "bee", "cat", "ant (clone 1)", "ant (clone 2)")
    assert rows(attacked)[:4] == [
        ("ant", "bee", 1, 1, 0, 0, 1, "code"),
        ("ant (clone 1)", "bee", 1, 1, 0, 0, 1, "code"),
        ("ant (clone 2)", "bee", 1, 1, 0, 0, 1, "code"),
        ("bee", "cat", 1, 1, 0, 0, 2, "code"),
    ]
    assert len(attacked.games) == 6 + 2 * 4
    assert (np.diff(attacked.games.time) >= 0).all()


def test_clones_are_not_compared_with_their_original() -> None:
    """Nobody meets its own copy, and a copy meets everybody whom the original met."""
    log = skill_log(models=5, items=10)
    attacked = CloneCompetitor("model-2").apply(log)
    copies = [at for at, name in enumerate(attacked.games.competitors) if "model-2" in name]
    first, second = attacked.games.first, attacked.games.second
    assert not (np.isin(first, copies) & np.isin(second, copies)).any()
    for copy in copies:
        opponents = np.r_[second[first == copy], first[second == copy]]
        assert np.bincount(opponents, minlength=8).tolist() == [10, 10, 0, 10, 10, 0, 0, 0]


def test_a_repeated_task_is_new_tasks_on_new_items() -> None:
    """Copies belong to the new task alone, even where the original belongs to two."""
    attacked = RepeatTask("law", copies=2).apply(small_log())
    assert attacked.tasks == ("code", "law", "law (copy 1)", "law (copy 2)")
    found = rows(attacked)
    assert found[3:6] == [
        ("ant", "cat", 1, 1, 1, 0, 4, "law"),
        ("ant", "cat", 1, 1, 3, 0, 4, "law (copy 1)"),
        ("ant", "cat", 1, 1, 5, 0, 4, "law (copy 2)"),
    ]
    assert found[-3:] == [
        ("cat", "bee", 0, 1, 2, 1, 6, "code", "law"),
        ("cat", "bee", 0, 1, 4, 1, 6, "law (copy 1)"),
        ("cat", "bee", 0, 1, 6, 1, 6, "law (copy 2)"),
    ]


def test_a_flooded_task_grows() -> None:
    """The tasks stay, the flooded one has more comparisons on new items."""
    log = small_log()
    attacked = FloodTask("law", copies=3).apply(log)
    assert attacked.tasks == log.tasks
    assert np.bincount(attacked.task).tolist() == [4, 3 * 4]
    assert len(np.unique(attacked.games.item)) == 3 + 3 * 2


def test_where_items_are_the_tasks_flooding_keeps_the_item() -> None:
    """More comparisons of the same item, not another item in its task."""
    attacked = FloodTask("law", copies=3).apply(small_log(by="items"))
    assert set(attacked.games.item) == {0, 1, 2}


def test_a_repeated_judge_decides_alike() -> None:
    """The same items and outcomes under other judges; the tasks stay."""
    attacked = RepeatJudge("bob", copies=2).apply(small_log())
    assert attacked.judges == ("ann", "bob", "bob (copy 1)", "bob (copy 2)")
    assert rows(attacked)[4:7] == [
        ("bee", "ant", 0.5, 1, 2, 1, 5, "law"),
        ("bee", "ant", 0.5, 1, 2, 2, 5, "law"),
        ("bee", "ant", 0.5, 1, 2, 3, 5, "law"),
    ]
    assert not RepeatJudge("bob").only_repeats(small_log())


def test_where_judges_are_the_tasks_repeating_one_repeats_a_task() -> None:
    """Both attacks give as many judges as tasks; one keeps the items, the other makes new ones."""
    log = small_log()
    tasks = ("ann", "bob")
    log = replace(log, tasks=tasks, row=np.arange(6), task=log.games.judge, by="judges")
    for attack, items in ((RepeatJudge("bob", 2), 3), (RepeatTask("bob", 2), 3 + 2)):
        attacked = attack.apply(log)
        assert attacked.tasks == ("ann", "bob", "bob (copy 1)", "bob (copy 2)")
        assert (attacked.games.judge[attacked.row] == attacked.task).all()
        assert len(np.unique(attacked.games.item)) == items
        assert attack.only_repeats(log)


def test_a_boosted_voter_counts_more() -> None:
    """Votes are multiplied, also where rows already stand for several."""
    log = small_log(votes=np.array([1, 1, 2, 2, 3, 3.0]))
    attacked = BoostedVoter("bob", times=20).apply(log)
    assert attacked.games.votes.tolist() == [1, 1, 2, 2, 60, 60]
    assert len(attacked.games) == len(log.games)


def test_noisy_clones_have_as_many_comparisons_per_task() -> None:
    """Votes of every clone and task add up to those of the original, also in aggregated logs."""
    log = skill_log(models=5, items=20, draw=2)
    log = replace(log, games=replace(log.games, votes=log.games.votes * 3))
    attacked = NoisyClones("model-1", copies=2, seed=4).apply(log)
    votes = attacked.games.votes[attacked.row]
    counts = np.zeros((7, len(SKILLS)))
    for side in (attacked.games.first, attacked.games.second):
        np.add.at(counts, (side[attacked.row], attacked.task), votes)
    assert counts[5].tolist() == counts[6].tolist() == counts[1].tolist()
    first, second = attacked.games.first, attacked.games.second
    assert not (np.isin(first, [1, 5, 6]) & np.isin(second, [1, 5, 6])).any()


def test_noisy_clones_are_as_strong_as_the_original() -> None:
    """Over many copies the mean score is the original's, and copies differ from each other."""
    log = skill_log(models=4, items=20, draw=1, seed=5)
    attacked = NoisyClones("model-0", copies=400).apply(log)
    g = attacked.games
    score, games = np.zeros(404), np.zeros(404)
    for side, won in ((g.first, g.score), (g.second, 1 - g.score)):
        np.add.at(score, side, won * g.votes)
        np.add.at(games, side, g.votes)
    rate = score / games
    error = rate[4:].std() / np.sqrt(400)
    assert rate[4:].mean() == pytest.approx(rate[0], abs=4 * error)
    assert rate[4:].std() == pytest.approx(np.sqrt(rate[0] * (1 - rate[0]) / 60), rel=0.3)


def test_the_seed_decides_what_noisy_clones_are() -> None:
    """The same seed gives the same clones, another one others."""
    log = skill_log(models=4, items=10, draw=1)
    votes = [
        NoisyClones("model-0", seed=seed).apply(log).games.votes.tolist() for seed in (1, 1, 2)
    ]
    assert votes[0] == votes[1] != votes[2]


def test_names_of_copies_are_new() -> None:
    """An attack on a log that was attacked before takes names that are still free."""
    twice = CloneCompetitor("ant", 1).apply(CloneCompetitor("ant", 1).apply(small_log()))
    assert twice.games.competitors[3:] == ("ant (clone 1)", "ant (clone 2)")


@given(games_logs(), st.sampled_from(sorted(ATTACKS)), st.integers(2, 4))
def test_without_the_copies_the_log_is_as_before(games, kind, count) -> None:
    """No attack touches, drops or reorders the original rows and their tasks."""
    n = len(games)
    games = replace(games, judge=np.arange(n) % 2, item=np.arange(n) % 3, time=np.arange(n) / 1)
    log = TaskLog(
        games, ("even", "odd"), np.arange(n), np.arange(n) % 2, "fields", judges=("ann", "bob")
    )
    name = {"clone": "A", "noisy-clone": "A", "repeat-task": "odd", "flood-task": "odd"}
    attacked = ATTACKS[kind](name.get(kind, "bob"), count).apply(log)
    if kind == "boosted-voter":
        votes = np.where(attacked.games.judge == 1, attacked.games.votes / count, 1)
        assert rows(replace(attacked, games=replace(attacked.games, votes=votes))) == rows(log)
        return
    originals = np.r_[True, np.diff(attacked.games.time) > 0]  # copies follow their originals
    assert rows(attacked.take(originals)) == rows(log)


@pytest.mark.parametrize(
    ("attack", "sentence"),
    [
        (CloneCompetitor("dog"), "no competitor 'dog'"),
        (NoisyClones("dog"), "no competitor 'dog'"),
        (RepeatTask("art"), "no task 'art'"),
        (FloodTask("art"), "no task 'art'"),
        (RepeatJudge("eve"), "no judge 'eve'"),
        (BoostedVoter("eve"), "no judge 'eve'"),
    ],
)
def test_unknown_names_are_refused(attack, sentence) -> None:
    """One sentence that says what the log does not have."""
    with pytest.raises(SelectionError, match=sentence):
        attack.apply(small_log())
    with pytest.raises(SelectionError, match=sentence):
        robustness(small_log(), attacks=[attack], methods=["bradley-terry"])


def test_nobody_is_copied_who_has_no_comparisons() -> None:
    """A competitor or a judge outside the selection has nothing to copy."""
    log = small_log()
    log = replace(
        log, games=replace(log.games, competitors=("ant", "bee", "cat", "dog")),
        judges=("ann", "bob", "eve"),
    )  # fmt: skip
    with pytest.raises(SelectionError, match="'dog' has no comparisons"):
        CloneCompetitor("dog").apply(log)
    with pytest.raises(SelectionError, match="'eve' decided no comparison"):
        RepeatJudge("eve").apply(log)


@pytest.mark.parametrize("attack", sorted(set(ATTACKS) - {"boosted-voter"}))
def test_an_attack_needs_a_copy(attack) -> None:
    """No copies are an error, and so is a voter who is not boosted."""
    with pytest.raises(InputError, match="at least 1 copy"):
        ATTACKS[attack]("ant", 0)
    with pytest.raises(InputError, match="at least 2 times"):
        BoostedVoter("ann", 1)


def test_the_battery_attacks_the_weakest_the_middle_and_the_leader() -> None:
    """Who is attacked follows from strengths, sizes of tasks and activity of judges."""
    log = skill_log(models=7)
    rating = BradleyTerry(cluster="none", interval="hessian").rate(log.games)
    ranked = [rating.competitors[at] for at in rating.order]
    judges = np.argsort(-np.bincount(log.games.judge), kind="stable")
    assert standard_battery(log) == (
        CloneCompetitor(ranked[-1]),
        CloneCompetitor(ranked[3]),
        CloneCompetitor(ranked[0]),
        NoisyClones(ranked[0]),
        RepeatTask("coding"),
        RepeatTask("law"),
        FloodTask("coding"),
        RepeatJudge(f"judge-{judges[0]}"),
        BoostedVoter(f"judge-{judges[2]}"),
    )
    assert left_out(log) == ()


def test_the_battery_leaves_out_what_the_log_has_not() -> None:
    """Without judges and with one task only competitors are copied, and the result says so."""
    log = TaskLog.single(replace(small_log().games, judge=np.full(6, -1)))
    assert [attack.kind for attack in standard_battery(log)] == [
        "clone",
        "clone",
        "clone",
        "noisy-clone",
    ]
    found = robustness(log, methods=["bradley-terry"])
    assert found.skipped == (
        "All comparisons are one task, so that no task can be repeated.",
        "The log names no judges, so that none can be repeated or boosted.",
    )
    assert (
        "has one judge"
        in left_out(
            replace(
                small_log(),
                judges=("ann",),
                games=replace(small_log().games, judge=np.zeros(6, int)),
            )
        )[0]
    )


def test_two_competitors_are_each_cloned_once() -> None:
    """Where the leader is also the middle or the weakest, nobody is attacked twice."""
    log = TaskLog.single(make_games([0, 0, 1], [1, 1, 0], [1, 1, 1]))
    assert standard_battery(log) == (
        CloneCompetitor("B"), CloneCompetitor("A"), NoisyClones("A"),
    )  # fmt: skip


def test_moves_are_those_of_the_ratings() -> None:
    """Before and after are what the method says of both logs, the mean of the originals kept."""
    log, attack = skill_log(seed=1), RepeatTask("coding")
    (result,) = robustness(log, attacks=[attack], methods=["bradley-terry"]).results
    (move,) = result.moves
    method = BradleyTerry()
    before = method.rate(log.games).rating
    after = method.rate(attack.apply(log).games).rating
    after += before.mean() - after.mean()
    np.testing.assert_allclose(move.before, before, atol=1e-6)
    np.testing.assert_allclose(move.after, after, atol=1e-6)
    assert move.largest == pytest.approx(np.abs(after - before).max())
    assert move.mover == log.games.competitors[np.abs(after - before).argmax()]
    order = [np.argsort(np.argsort(-values)) + 1 for values in (before, after)]
    assert move.rank_before.tolist() == order[0].tolist()
    assert move.rank_after.tolist() == order[1].tolist()
    assert move.changed == (order[0] != order[1]).sum()
    assert result.comparisons == log.games.votes.sum() + 7 * 24 * 28


@dataclass(frozen=True)
class Together:
    """Attacks one after the other."""

    kind: ClassVar[str] = "together"
    attacks: tuple
    name: str = "several attacks"
    sentence: str = ""

    def only_repeats(self, log):
        return all(attack.only_repeats(log) for attack in self.attacks)

    def apply(self, log):
        for attack in self.attacks:
            log = attack.apply(log)
        return log


CLONES = Together((CloneCompetitor("model-2", 3), CloneCompetitor("model-5", 2)))
SEVENFOLD = RepeatTask("coding", 6)


@pytest.mark.parametrize("draw", [None, 5], ids=["probabilities", "5 draws per cell"])
@pytest.mark.parametrize("method", INVARIANT)
def test_equilibria_do_not_move_where_bradley_terry_does(method, draw) -> None:
    """Eight models on 60 prompts of four skills: the largest skill seven times, clones, both."""
    attacks = (SEVENFOLD, CLONES, Together((SEVENFOLD, CLONES)))
    found = robustness(skill_log(draw=draw), attacks=attacks, methods=["bradley-terry", method])
    for result, points in zip(found.results, (75, 1, 75), strict=True):
        familiar, equilibrium = result.moves
        assert familiar.largest > points
        assert equilibrium.largest <= EXACT
        assert (equilibrium.mover, equilibrium.changed) == ("", 0)
    assert found.results[0].moves[0].changed >= 5
    assert found.results[0].moves[0].mover == "model-1"
    assert "Exact copies move Bradley–Terry by up to" in found.sentence
    assert f"{found.results[0].moves[1].title} do" in found.sentence


def test_prompts_may_be_the_tasks() -> None:
    """All 24 prompts of the largest skill three times, as tasks of their own."""
    log = skill_log()
    prompts = tuple(f"prompt-{at}" for at in range(60))
    log = replace(log, tasks=prompts, task=log.games.item, by="items")
    attack = Together(tuple(RepeatTask(prompt, 2) for prompt in prompts[:24]))
    familiar, equilibrium = (
        robustness(log, attacks=[attack], methods=["bradley-terry", "cce"]).results[0].moves
    )
    assert familiar.largest > 50
    assert equilibrium.largest <= EXACT


def test_equilibria_keep_their_own_zero() -> None:
    """Before and after are the method's own ratings: no shift brings their means together."""
    log, attack = skill_log(draw=4), FloodTask("coding")
    method = NashAveraging(resamples=0)
    (result,) = robustness(log, attacks=[attack], methods=["nash"]).results
    (move,) = result.moves
    np.testing.assert_allclose(move.before, method.rate(log).rating)
    np.testing.assert_allclose(move.after, method.rate(attack.apply(log)).rating)
    assert abs(move.after.mean() - move.before.mean()) > 1


def test_alpha_rank_is_moved_by_clones_on_a_scale_of_its_own() -> None:
    """The sentence does not weigh its points against those of win rates."""
    attacks = [CLONES, FloodTask("coding")]
    found = robustness(skill_log(), attacks=attacks, methods=["bradley-terry", "alpha-rank"])
    familiar, population = found.results[0].moves
    assert population.largest > STILL
    assert (familiar.win_rates, population.win_rates) == (True, False)
    assert "α-Rank by up to" in found.sentence
    assert "points of a scale of its own" in found.sentence
    assert found.sentence.count("α-Rank") == 1


def test_repeating_the_whole_log_moves_nobody() -> None:
    """Bradley–Terry does not care how often the same log is entered."""
    log = TaskLog.single(skill_log().games)
    (result,) = robustness(
        log, attacks=[RepeatTask("all comparisons")], methods=["bradley-terry"]
    ).results
    assert result.moves[0].largest < 1e-6
    assert (result.moves[0].mover, result.moves[0].changed) == ("", 0)


def test_newcomers_and_other_groups_are_not_compared() -> None:
    """Moves are of settled ratings in the largest group; who is left out is named."""
    log = skill_log(models=5, items=20)
    g = log.games
    extra = make_games([5, 6, 7, 7], [0, 7, 6, 6], [1, 1, 1, 0])
    names = (*g.competitors, "newcomer", "far", "away")
    games = replace(
        g, competitors=names,
        **{name: np.r_[getattr(g, name), getattr(extra, name)]
           for name in ("first", "second", "outcome", "score", "votes", "weight", "item",
                        "judge", "time")},
    )  # fmt: skip
    attack = CloneCompetitor("model-0", copies=9)
    found = robustness(replace(log, games=games), attacks=[attack], methods=["bradley-terry"])
    move = found.results[0].moves[0]
    assert found.left_out == names[5:]
    assert move.competitors == g.competitors
    assert sorted(move.rank_before) == [1, 2, 3, 4, 5]
    assert move.after.mean() == pytest.approx(move.before.mean())
    assert move.largest < 20  # the newcomer's one win, counted ten times, moves it by hundreds


def test_elo_is_free_of_the_order_of_the_log() -> None:
    """Averaged over random orders, what moves is not an accident of one order."""
    log = skill_log(draw=2)
    shuffled = np.random.default_rng(1).permutation(len(log.games))
    other = replace(log, games=log.games.take(shuffled), task=log.task[shuffled])
    attack = CloneCompetitor("model-0")
    moves = [
        robustness(each, attacks=[attack], methods=["elo"]).results[0].moves[0]
        for each in (log, other)
    ]
    noise = max(move.noise for move in moves)
    assert 0.1 < noise < 1.5
    np.testing.assert_allclose(moves[0].before, moves[1].before, atol=4 * noise)
    np.testing.assert_allclose(moves[0].after, moves[1].after, atol=4 * noise)


def test_moves_within_the_noise_of_orders_are_not_called_none() -> None:
    """Four orders leave much in doubt: the table and the sentence say how much."""
    elo = Elo(permutations=4, k=16, resamples=0)
    found = robustness(skill_log(), attacks=[CloneCompetitor("model-3")], methods=[elo])
    (move,) = found.results[0].moves
    assert move.mover == ""
    assert move.largest > 2 * move.noise > 4  # of one alone, it would not be chance
    assert moves_table(found)[1][0][1] == f"<{move.chance:.0f}"
    assert f"its random orders leave {move.chance:.0f} points in doubt." in found.sentence
    assert "does not move" not in found.sentence
    attacks = [NoisyClones("model-3")]
    found = robustness(skill_log(), attacks=attacks, methods=[elo, "bradley-terry"])
    noisy, exact = found.results[0].moves
    assert noisy.largest > exact.largest > STILL
    assert found.sentence.startswith("This attack moves Bradley–Terry by up to")
    assert found.sentence.endswith("points in doubt.")


def test_elo_leaves_out_what_is_too_long_to_play() -> None:
    """Five million comparisons are within the limit, half as many again are not."""
    games = small_log().games
    log = replace(small_log(), games=replace(games, votes=games.votes * 1_250_000))
    (result,) = robustness(log, attacks=[CloneCompetitor("ant")], methods=FAMILIAR).results
    rated, refused = result.moves
    assert not rated.error
    assert refused.error.startswith("7,500,000 comparisons are too many to be played in 20 random")


def test_a_baseline_serves_many_attacks() -> None:
    """The same moves as without it, and only the attack is rated."""
    attack = CloneCompetitor("ant")
    before = baseline(small_log(), methods=FAMILIAR)
    told: list[str] = []
    watch = Watch(lambda _, what: told.append(what))
    found = robustness(before, attacks=[attack], watch=watch)
    whole = robustness(small_log(), attacks=[attack], methods=FAMILIAR)
    for one, other in zip(found.results[0].moves, whole.results[0].moves, strict=True):
        np.testing.assert_array_equal(one.before, other.before)
        np.testing.assert_array_equal(one.after, other.after)
    assert found.baseline.keys() == whole.baseline.keys()
    assert set(told) == {"Bradley–Terry: 3 clones of ant", "Elo: 3 clones of ant"}
    with pytest.raises(InputError, match="methods of its own"):
        robustness(before, methods=FAMILIAR)


@dataclass(frozen=True)
class Refuses:
    """A method that cannot rate clones, or nothing at all."""

    name: ClassVar[str] = "refuses"
    title: ClassVar[str] = "Refuses"
    summary: ClassVar[str] = ""
    predicts: ClassVar[bool] = True

    most: int = 0
    settings: ClassVar[dict] = {}

    def rate(self, evidence):
        if len(evidence.competitors) > self.most:
            raise InputError("There are too many competitors.")
        return BradleyTerry(cluster="none").rate(evidence)


@pytest.mark.parametrize("most", [0, 3])
def test_a_method_that_cannot_rate_says_why(most) -> None:
    """The others go on, and every front end can show the sentence."""
    attacks = [CloneCompetitor("ant")]
    found = robustness(small_log(), attacks=attacks, methods=[Refuses(most), "bradley-terry"])
    refused, rated = found.results[0].moves
    assert refused.error == "There are too many competitors."
    assert np.isnan(refused.largest)
    assert np.isnan(refused.after).all()
    assert rated.error == ""
    assert rated.largest > STILL
    assert "Refuses could not rate everything." in found.sentence
    assert moves_table(found)[1][0][1] == "–"
    listed = as_dict(found)["attacks"][0]["moves"][0]
    assert (listed["error"], listed["competitors"]) == ("There are too many competitors.", [])


def test_unknown_methods_and_empty_logs_are_refused() -> None:
    """One sentence each."""
    with pytest.raises(InputError, match="no method 'chess'; the methods are: bradley-terry"):
        robustness(small_log(), methods=["chess"])
    with pytest.raises(InputError, match="no comparisons"):
        robustness(small_log().take(np.zeros(6, bool)))


def test_progress_and_cancel() -> None:
    """The work tells how far it is, without stepping back, and stops when it is told to."""
    told: list[tuple[float, str]] = []
    attacks = [CloneCompetitor("ant"), BoostedVoter("bob")]
    watch = Watch(lambda share, what: told.append((share, what)))
    robustness(small_log(), attacks=attacks, methods=FAMILIAR, watch=watch)
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert told[0] == (0.0, "Bradley–Terry: before any attack")
    assert ("Elo: bob votes 20 times") in {what for _, what in told}

    stop = threading.Event()
    watch = Watch(lambda share, _: stop.set() if share > 0.5 else None, stop)
    with pytest.raises(CancelledError):
        robustness(small_log(), attacks=attacks, methods=FAMILIAR, watch=watch)


def test_the_result_as_json() -> None:
    """Every number is finite or null, and the parts add up to what the result holds."""
    log = skill_log(models=4, items=20)
    found = robustness(log, methods=FAMILIAR)
    said = json.loads(json.dumps(as_dict(found), allow_nan=False))
    assert [method["method"] for method in said["methods"]] == list(FAMILIAR)
    assert {method["zero"] for method in said["methods"]} == {"mean of the originals"}
    assert [attack["kind"] for attack in said["attacks"]][-1] == "boosted-voter"
    assert said["attacks"][0]["settings"] == {
        "competitor": found.results[0].attack.competitor, "copies": 3,
    }  # fmt: skip
    row = said["attacks"][0]["moves"][0]["competitors"][0]
    assert set(row) == {"competitor", "before", "after", "rank_before", "rank_after"}
    assert said["cycles"] is None
    assert said["contributions"] == []


def test_which_tasks_carry_the_ranking() -> None:
    """Parts add up to the ratings, shares to one; methods without tasks give none."""
    found = robustness(skill_log(draw=2), attacks=[CLONES], methods=["nash", "cce"])
    (said,) = as_dict(found)["contributions"]
    assert said["method"] == "cce"
    assert {task["task"] for task in said["tasks"]} == set(SKILLS)
    assert sum(task["share"] for task in said["tasks"]) == pytest.approx(1)
    for row in said["competitors"]:
        assert sum(row["points"]) == pytest.approx(row["rating"] - 1000, abs=1e-3)
    assert [row["rating"] for row in said["competitors"]] == sorted(
        (row["rating"] for row in said["competitors"]), reverse=True
    )
    header, rows_ = tasks_table(found.baseline["cce"])
    assert header[0] == "task"
    assert len(rows_) == len(SKILLS)


def test_the_cycles_as_json() -> None:
    """Rock, paper and scissors: the circle is found and every number is finite or null."""
    games = make_games(
        np.tile([0, 1, 2], 60), np.tile([1, 2, 0], 60), np.tile([1, 1, 1, 1, 1, 1, 0, 0, 0], 20)
    )
    said = cycles(cyclic_structure(games))
    json.dumps(said, allow_nan=False)
    assert said["cycles"][0]["closed"]
    assert said["cycles"][0]["won"] == (40, 40, 40)
    assert np.shape(said["margin"]) == np.shape(said["observed"]) == (3, 3)
    header, (row,) = cycles_table(cyclic_structure(games))
    assert header[2] == "won:lost"
    assert row[1:3] == ["yes", "40:20 40:20 40:20"]


def test_hostile_names_in_markdown() -> None:
    """A name cannot break out of its cell."""
    games = replace(small_log().games, competitors=("a|b\n# c", "<b>", "*"))
    text = as_markdown(robustness(replace(small_log(), games=games), methods=["bradley-terry"]))
    assert "\n# " not in text
    assert "a\\|b \\# c" in text
    assert "\\<b\\>" in text


@pytest.mark.parametrize("columns", [slice(1, 5), slice(5, 9)], ids=["first", "second"])
def test_the_example_of_the_documentation(columns) -> None:
    """docs/robustness.md shows what the laboratory says of the sample, to a point or a tenth."""
    root = Path(__file__).parents[2]
    page = (root / "docs" / "robustness.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("| ")][-5:]
    table = [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]
    names, *shown = [[row[0], *row[columns]] for row in table]
    attacks = (
        CloneCompetitor("kestrel-flow-2"),
        RepeatTask("deformable"),
        FloodTask("pick and place"),
        BoostedVoter("evaluator-19"),
    )
    log = read(root / "data" / "robot-policies.csv")
    header, computed = moves_table(robustness(log, attacks=attacks, methods=names[1:]))
    assert names == header
    for said, found in zip(shown, computed, strict=True):
        assert said[0] == found[0]
        for name, then, now in zip(names[1:], said[1:], found[1:], strict=True):
            points = [float(cell.split(" ")[0].replace(",", "")) for cell in (then, now)]
            assert points[1] == pytest.approx(points[0], abs=1, rel=0.1), (said[0], name)
