"""The equilibrium methods: from a log to ratings with intervals, and what leaves them unmoved."""

import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

import ranking.methods.equilibrium_fit as equilibrium_fit
from ranking.cli import podium
from ranking.comparisons import Comparisons
from ranking.competitor import competitor_profile
from ranking.diagnostics.fit import goodness_of_fit
from ranking.diagnostics.trust import trust_checks
from ranking.equilibria.task_log import TaskLog
from ranking.errors import (
    CancelledError,
    ConvergenceError,
    DisconnectedWarning,
    InputError,
    RankingWarning,
    SeparationWarning,
)
from ranking.head_to_head import head_to_head
from ranking.ingest import read
from ranking.leaderboard import as_csv, as_dict, as_json, as_latex, as_markdown, as_text
from ranking.methods import (
    METHODS,
    AlphaRank,
    BradleyTerry,
    CoarseCorrelated,
    DeviationRatings,
    LogitEquilibrium,
    MaximalLottery,
    NashAveraging,
)
from ranking.methods.equilibria import POINTS_PER_MARGIN
from ranking.progress import Watch
from ranking.tally import Games
from tests.conftest import make_games

EQUILIBRIA = [
    NashAveraging, LogitEquilibrium, CoarseCorrelated, DeviationRatings, AlphaRank, MaximalLottery,
]  # fmt: skip
STILL = 1e-5 * POINTS_PER_MARGIN  # a hundred-thousandth of the payoff unit, in points
ON_TASKS = [LogitEquilibrium, CoarseCorrelated, DeviationRatings]
CLONE_PROOF = [kind for kind in EQUILIBRIA if kind is not AlphaRank]
QUIET = {"resamples": 0}

every_method = pytest.mark.parametrize("kind", EQUILIBRIA, ids=lambda kind: kind.name)


def ladder(strength, tasks=3, *, each=30, spread=0.3, seed=0) -> TaskLog:
    """Draw a log in which every pair meets `each` times on every task."""
    rng = np.random.default_rng(seed)
    m = len(strength)
    theta = np.asarray(strength) + rng.normal(0, spread, (tasks, m))
    chance = 1 / (1 + np.exp(-(theta[:, :, None] - theta[:, None, :])))
    return drawn(chance, each=each, seed=seed + 1)


def drawn(chance, *, each=30, seed=0) -> TaskLog:
    """Draw a log from win rates of shape (T, m, m)."""
    rng = np.random.default_rng(seed)
    tasks, m, _ = chance.shape
    i, j = np.triu_indices(m, 1)
    task = np.repeat(np.arange(tasks), len(i) * each)
    first, second = (np.tile(np.repeat(side, each), tasks) for side in (i, j))
    score = (rng.random(len(task)) < chance[task, first, second]).astype(float)
    return tasked(make_games(first, second, score), task)


def tasked(games: Games, task, names=None) -> TaskLog:
    task = np.asarray(task, np.int64)
    names = names or tuple(f"task {at}" for at in range(task.max() + 1))
    return TaskLog(games, tuple(names), np.arange(len(games)), task, "capabilities")


def cloned(log: TaskLog, at: int, copies: int) -> TaskLog:
    """Give a competitor copies that have its comparisons, and none with each other."""
    games, m = log.games, len(log.games.competitors)
    own = (games.first == at) | (games.second == at)
    parts, rows, tasks = [games], [log.row], [log.task]
    total = len(games)
    for copy in range(copies):
        part = games.take(own)
        code = m + copy
        part = replace(
            part,
            first=np.where(part.first == at, code, part.first),
            second=np.where(part.second == at, code, part.second),
        )
        inside = own[log.row]
        rows.append(total + (np.cumsum(own) - 1)[log.row[inside]])
        tasks.append(log.task[inside])
        parts.append(part)
        total += len(part)
    names = (*games.competitors, *(f"{games.competitors[at]} copy {k}" for k in range(copies)))
    return replace(
        log, games=joined(parts, names), row=np.concatenate(rows), task=np.concatenate(tasks)
    )


def repeated(log: TaskLog, at: int, copies: int) -> TaskLog:
    """Give a task copies that have its comparisons."""
    own = np.zeros(len(log.games), bool)
    own[log.row[log.task == at]] = True
    parts = [log.games, *[log.games.take(own)] * copies]
    rows, tasks = [log.row], [log.task]
    for copy in range(copies):
        rows.append(len(log.games) + copy * own.sum() + np.arange(own.sum()))
        tasks.append(np.full(own.sum(), len(log.tasks) + copy))
    return replace(
        log,
        games=joined(parts, log.games.competitors),
        tasks=(*log.tasks, *(f"{log.tasks[at]} copy {k}" for k in range(copies))),
        row=np.concatenate(rows),
        task=np.concatenate(tasks),
    )


def joined(parts, names) -> Games:
    columns = (
        "first", "second", "outcome", "score", "votes", "weight", "item", "judge", "time",
    )  # fmt: skip
    return Games(
        tuple(names), **{c: np.concatenate([getattr(p, c) for p in parts]) for c in columns}
    )


CIRCLE = make_games(
    [0] * 10 + [1] * 10 + [2] * 10, [1] * 10 + [2] * 10 + [0] * 10, ([1.0] * 8 + [0.0] * 2) * 3
)
UNEVEN = ladder([0.9, 0.4, 0.3, -0.5, -1.1], tasks=3, spread=0.7, seed=3)


@every_method
def test_a_clear_winner_is_at_1000_and_alone(kind) -> None:
    """Who wins 80% of every pair on every task has 1000 points; the rest follow in order."""
    log = ladder([1.4, 0.0, -0.5, -1.0], spread=0.1, each=60)
    ratings = kind(resamples=20).rate(log)
    assert ratings.rating[0] == pytest.approx(1000, abs=STILL)
    assert (ratings.rank == [1, 2, 3, 4]).all()
    assert ratings.rank_high[0] == 1
    assert np.isnan(ratings.log_loss)
    assert not ratings.predicts
    assert ratings.equilibrium.resamples == 20


@every_method
def test_ratings_lie_within_their_intervals_and_ranks_within_their_sets(kind) -> None:
    """Intervals hold the estimate, and rank sets the rank."""
    ratings = kind(resamples=20).rate(UNEVEN)
    assert (ratings.low <= ratings.rating).all()
    assert (ratings.rating <= ratings.high).all()
    assert (ratings.rank_low <= ratings.rank).all()
    assert (ratings.rank <= ratings.rank_high).all()


@pytest.mark.parametrize("kind", [NashAveraging, AlphaRank, MaximalLottery], ids=lambda k: k.name)
def test_a_circle_shares_the_first_place(kind) -> None:
    """Where A beats B, B beats C and C beats A alike, all share one rating and the mix."""
    ratings = kind(**QUIET).rate(CIRCLE)
    np.testing.assert_allclose(ratings.rating, ratings.rating[0], atol=STILL)
    np.testing.assert_allclose(ratings.equilibrium.mass, 1 / 3, atol=1e-6)
    assert (ratings.rank == 1).all()


@every_method
def test_the_names_of_competitors_and_tasks_do_not_matter(kind) -> None:
    """Another order of competitors, tasks and rows gives the same ratings."""
    order, tasks = np.array([3, 0, 4, 1, 2]), np.array([2, 0, 1])
    rows = np.random.default_rng(0).permutation(len(UNEVEN.games))
    games = UNEVEN.games.take(rows)
    games = replace(
        games,
        competitors=tuple(UNEVEN.games.competitors[at] for at in np.argsort(order)),
        first=order[games.first],
        second=order[games.second],
    )
    shuffled = TaskLog(
        games,
        tuple(UNEVEN.tasks[at] for at in np.argsort(tasks)),
        np.argsort(rows)[UNEVEN.row],
        tasks[UNEVEN.task],
        UNEVEN.by,
    )
    before, after = kind(**QUIET).rate(UNEVEN), kind(**QUIET).rate(shuffled)
    np.testing.assert_allclose(after.rating[order], before.rating, atol=STILL)
    if before.equilibrium.tasks:
        np.testing.assert_allclose(
            after.equilibrium.task_rating[tasks], before.equilibrium.task_rating, atol=STILL
        )


@pytest.mark.parametrize("kind", CLONE_PROOF, ids=lambda kind: kind.name)
@pytest.mark.parametrize("at", range(5), ids="ABCDE")
def test_copies_of_a_competitor_change_nothing(kind, at) -> None:
    """Three copies move no rating by more than 1e-5 of the payoff unit, and share it."""
    before, after = kind(**QUIET).rate(UNEVEN), kind(**QUIET).rate(cloned(UNEVEN, at, 3))
    np.testing.assert_allclose(after.rating[:5], before.rating, atol=STILL)
    np.testing.assert_allclose(after.rating[5:], before.rating[at], atol=STILL)
    name = UNEVEN.games.competitors[at]
    assert after.equilibrium.clones == ((name, *(f"{name} copy {k}" for k in range(3))),)


@every_method
def test_copies_of_a_task_change_nothing(kind) -> None:
    """A task seven more times moves no rating by more than 1e-5 of the payoff unit."""
    before, after = kind(**QUIET).rate(UNEVEN), kind(**QUIET).rate(repeated(UNEVEN, 0, 7))
    np.testing.assert_allclose(after.rating, before.rating, atol=STILL)
    assert len(after.equilibrium.task_clones[0]) == 8


def test_copies_move_the_intervals_of_nobody() -> None:
    """Resampling draws a copied log as it draws the log itself."""
    method = NashAveraging(resamples=30)
    before, after = method.rate(UNEVEN), method.rate(cloned(UNEVEN, 1, 2))
    np.testing.assert_allclose(after.low[:5], before.low, atol=STILL)
    np.testing.assert_allclose(after.high[:5], before.high, atol=STILL)


def test_what_copies_move_elsewhere() -> None:
    """The same copies move Bradley–Terry and alpha-Rank by tens of points."""
    flooded = repeated(UNEVEN, 0, 7)
    before, after = BradleyTerry().rate(UNEVEN.games), BradleyTerry().rate(flooded.games)
    assert np.abs(after.rating - before.rating).max() > 20
    before = AlphaRank(**QUIET).rate(CIRCLE)
    after = AlphaRank(**QUIET).rate(cloned(TaskLog.single(CIRCLE), 0, 1))
    assert np.abs(after.rating[:3] - before.rating).max() > 20


@pytest.mark.parametrize("kind", CLONE_PROOF, ids=lambda kind: kind.name)
def test_declared_clones_are_one_competitor(kind) -> None:
    """Two competitors declared clones have one rating, that of both pooled under one name."""
    merged = replace(
        UNEVEN.games,
        first=np.where(UNEVEN.games.first == 2, 1, UNEVEN.games.first),
        second=np.where(UNEVEN.games.second == 2, 1, UNEVEN.games.second),
    )
    kept = merged.first != merged.second
    pooled = replace(
        UNEVEN.take(kept), games=merged.take(kept).among(np.array([True, True, False, True, True]))
    )
    ratings = kind(**QUIET, clones=(("B", "C"),)).rate(UNEVEN)
    alone = kind(**QUIET).rate(pooled)
    assert ratings.rating[1] == ratings.rating[2]
    np.testing.assert_allclose(ratings.rating[[0, 1, 3, 4]], alone.rating, atol=STILL)


@pytest.mark.parametrize("kind", ON_TASKS, ids=lambda kind: kind.name)
def test_tasks_are_rated_beside_competitors(kind) -> None:
    """A task on which all are alike decides nothing; one that separates them is at 1000."""
    chance = np.full((2, 4, 4), 0.5)
    edge = 0.4 * np.sign(np.subtract.outer([0, 1, 2, 3], [0, 1, 2, 3]) * -1.0)
    edge[0, 2], edge[2, 0] = -0.4, 0.4  # a circle at the top keeps the third player interested
    chance[0] += edge
    report = kind(resamples=20).rate(drawn(chance, each=80)).equilibrium
    assert report.task_rating[0] == pytest.approx(1000, abs=STILL)
    assert report.task_rating[1] < 990
    assert (report.task_low <= report.task_rating).all()


@pytest.mark.parametrize("kind", [LogitEquilibrium, CoarseCorrelated], ids=lambda kind: kind.name)
def test_contributions_add_up_to_the_rating(kind) -> None:
    """What a competitor gains on each task sums to its rating less 1000."""
    ratings = kind(**QUIET).rate(UNEVEN)
    total = ratings.equilibrium.contribution.sum(axis=1)
    np.testing.assert_allclose(total, ratings.rating - 1000, atol=2 * STILL)


@every_method
def test_the_report_carries_the_proof(kind) -> None:
    """Exploitability, shares of data and the mix are finite where the method has them."""
    report = kind(**QUIET).rate(UNEVEN).equilibrium
    assert report.data_share == 1
    assert report.shrinkage > 0 or kind is MaximalLottery  # which plays votes
    assert 0 < report.kernel_width < 2
    if kind is not AlphaRank:
        assert 0 <= report.exploitability < 0.05
    if report.mass is not None:
        assert report.mass.sum() == pytest.approx(1)
    if kind is LogitEquilibrium:
        assert report.precision > 1e5
    if kind is DeviationRatings:
        assert report.stages > 0


@every_method
def test_groups_that_never_met_play_games_of_their_own(kind) -> None:
    """Each group has its own 1000, nothing is claimed across, and the result says so."""
    first = [0] * 20 + [1] * 20 + [0] * 20 + [3] * 40
    second = [1] * 20 + [2] * 20 + [2] * 20 + [4] * 40
    score = ([1.0] * 13 + [0.0] * 7) * 3 + [1.0] * 25 + [0.0] * 15
    with pytest.warns(DisconnectedWarning):
        ratings = kind(resamples=20).rate(make_games(first, second, score))
    assert (ratings.component == [0, 0, 0, 1, 1]).all()
    assert ratings.rating[3] == pytest.approx(ratings.rating[:3].max(), abs=60)
    assert not ratings.better[:3, 3:].any()


@every_method
def test_who_never_lost_has_an_open_interval(kind) -> None:
    """Resampling never shows an unbeaten competitor a loss, so that it is not bounded by it."""
    games = make_games(
        [0] * 40 + [1] * 40, [1] * 20 + [2] * 20 + [2] * 40, [1.0] * 40 + [1.0, 0.0] * 20
    )
    with pytest.warns(SeparationWarning):
        ratings = kind(resamples=20).rate(games)
    assert ratings.status[0] == "unbeaten"
    assert np.isinf(ratings.low[0])
    assert ratings.high[0] == 1000
    assert np.isfinite(ratings.rating).all()


@every_method
def test_all_ties_share_everything(kind) -> None:
    """Where all comparisons are ties all are at one rating and nobody is better."""
    first, second = np.triu_indices(4, 1)
    games = make_games(np.repeat(first, 10), np.repeat(second, 10), np.full(60, 0.5))
    ratings = kind(resamples=20).rate(games)
    np.testing.assert_allclose(ratings.rating, ratings.rating[0], atol=STILL)
    assert (ratings.rank == 1).all()
    assert (ratings.rank_high == 4).all()


@every_method
def test_an_empty_log_is_an_error(kind) -> None:
    """No comparisons, or only one competitor with games: nothing to rate."""
    games = make_games([0], [1], [1.0])
    with pytest.raises(InputError, match="no comparisons"):
        kind().rate(games.take(np.zeros(1, bool)))


def test_one_competitor_by_declaration_is_an_error() -> None:
    """All competitors declared clones of each other leave no game."""
    with pytest.raises(InputError, match="no declared clones"):
        NashAveraging(clones=(("A", "B"),)).rate(make_games([0, 0], [1, 1], [1.0, 0.0]))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"resamples": 5}, "at least 20 resamples"),
        ({"resamples": -1}, "at least 20 resamples"),
        ({"depth": 0}, "depth"),
        ({"shrinkage": -1.0}, "shrinkage"),
        ({"level": 1.0}, "level"),
    ],
)
def test_settings_that_mean_nothing_are_refused(settings, words) -> None:
    """Each refusal names what was wrong."""
    with pytest.raises(InputError, match=words):
        NashAveraging(**settings)


@pytest.mark.parametrize("method", [(MaximalLottery, {}), (NashAveraging, {"payoff": "scores"})])
def test_what_is_not_shrunk_takes_no_shrinkage(method) -> None:
    """Votes and mean scores are played as they are; a shrinkage for them is refused."""
    kind, settings = method
    with pytest.raises(InputError, match="not shrunk"):
        kind(shrinkage=5.0, **settings)


def test_what_a_log_does_not_have_is_refused() -> None:
    """Scores, clones and tasks that are asked for must be there."""
    games = make_games([0, 1], [1, 0], [1.0, 1.0])
    with pytest.raises(InputError, match="scores"):
        NashAveraging(payoff="scores").rate(games)
    with pytest.raises(InputError, match="'Z' is declared a clone"):
        NashAveraging(clones=(("A", "Z"),)).rate(games)
    with pytest.raises(InputError, match="knows no tasks"):
        NashAveraging(tasks="capability").rate(games)


def test_what_does_not_converge_is_an_error(monkeypatch) -> None:
    """A solver that gives up ends the rating; in a few replicates it is left out."""

    def fails(self, game, like=None):
        raise ConvergenceError("no equilibrium was found")

    with monkeypatch.context() as patch:
        patch.setattr(NashAveraging, "solve", fails)
        with pytest.raises(ConvergenceError, match="no equilibrium"):
            NashAveraging().rate(UNEVEN)

    solve, calls = NashAveraging.solve, []

    def sometimes(self, game, like=None, *, fail=1):
        calls.append(1)
        if like is not None and len(calls) <= 1 + fail:
            raise ConvergenceError("no equilibrium was found")
        return solve(self, game, like)

    monkeypatch.setattr(NashAveraging, "solve", sometimes)
    with pytest.warns(RankingWarning, match="1 of the resampled games"):
        ratings = NashAveraging(resamples=20).rate(UNEVEN)
    assert ratings.equilibrium.resamples == 19
    monkeypatch.setattr(
        NashAveraging, "solve", lambda self, game, like=None: sometimes(self, game, like, fail=99)
    )
    calls.clear()
    with pytest.raises(ConvergenceError, match="5 of 5 resampled games"):
        NashAveraging(resamples=20).rate(UNEVEN)


def test_a_rating_tells_how_far_it_is_and_can_be_stopped() -> None:
    """The share of the work rises to the end; a stop between two resamples keeps nothing."""
    told: list[tuple[float, str]] = []
    NashAveraging(resamples=20).rate(UNEVEN, watch=Watch(lambda *said: told.append(said)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] > 0.9
    assert told[-1][1] == "resample 20 of 20"
    seen: list[float] = []
    watch = Watch(lambda share, _: seen.append(share), lambda: len(seen) > 5)
    with pytest.raises(CancelledError, match="cancelled"):
        NashAveraging(resamples=20).rate(UNEVEN, watch=watch)


def test_linear_algebra_is_on_one_thread_while_resampling(monkeypatch) -> None:
    """The games are small, so that threads would only wait for each other."""
    import threadpoolctl

    asked = []
    real = threadpoolctl.threadpool_limits
    monkeypatch.setattr(
        threadpoolctl, "threadpool_limits", lambda *a, **k: asked.append((a, k)) or real(*a, **k)
    )
    NashAveraging(resamples=20).rate(UNEVEN)
    assert asked == [((1,), {"user_api": "blas"})]


def test_thin_logs_are_said_to_be_filled() -> None:
    """Where most pairs never met on most tasks the result says whose win rates are played."""
    games = make_games(
        [0] * 30 + [1] * 30 + [2] * 30, [1] * 30 + [2] * 30 + [3] * 30, [1, 0, 1] * 30
    )
    log = tasked(games, [0] * 30 + [1] * 30 + [2] * 30)
    with pytest.warns(RankingWarning, match="17% of the pairs on their tasks"):
        ratings = CoarseCorrelated(**QUIET).rate(log)
    assert ratings.equilibrium.data_share == pytest.approx(3 / 18)


def test_affinity_of_noise_widens_the_kernel() -> None:
    """With "noise" near clones share a place in the target; the report names them and the width."""
    log = cloned(ladder([0.5, 0.0, -0.5], each=40, seed=5), 0, 1)
    score = log.games.score.copy()
    own = np.flatnonzero(log.games.first == 3)[:2]
    score[own] = 1 - score[own]
    log = replace(log, games=replace(log.games, score=score, outcome=np.where(score == 1, 2, 0)))
    exact = CoarseCorrelated(**QUIET).rate(log)
    noisy = CoarseCorrelated(**QUIET, affinity="noise").rate(log)
    pairs = {(pair.first, pair.second) for pair in exact.equilibrium.near_clones}
    assert ("A", "A copy 0") in pairs
    assert exact.equilibrium.kernel_width == noisy.equilibrium.kernel_width
    assert np.abs(exact.rating - noisy.rating).max() > STILL


def test_points_are_those_of_even_odds() -> None:
    """Two competitors, 55% to 45%: the margin of 0.1 is 34.7 points, nearly as for Elo."""
    games = make_games([0] * 2000, [1] * 2000, [1.0] * 1100 + [0.0] * 900)
    ratings = NashAveraging(**QUIET, shrinkage=0.0).rate(games)
    assert ratings.rating[0] - ratings.rating[1] == pytest.approx(34.74, abs=0.01)
    assert BradleyTerry().rate(games).rating[0] - 1000 == pytest.approx(34.86 / 2, abs=0.01)


def test_lotteries_are_places() -> None:
    """A Condorcet order costs 100 points a place; a circle of three shares places one to three."""
    order = ladder([2.0, 1.0, 0.0, -1.0], each=60, spread=0.0)
    np.testing.assert_allclose(MaximalLottery(**QUIET).rate(order).rating, [1000, 900, 800, 700])
    np.testing.assert_allclose(MaximalLottery(**QUIET).rate(CIRCLE).rating, 900, atol=1e-5)


def test_text_names_the_tasks_that_decide_and_the_proof() -> None:
    """The leaderboard is followed by the tasks, the mix, the scale and the diagnostics."""
    text = as_text(CoarseCorrelated(resamples=20).rate(UNEVEN))
    assert "Tasks that decide are at 1000." in text
    assert "task 0" in text
    assert "Points: 7 points for a percentage point of the score" in text
    assert "Equilibrium: leaving the equilibrium gains less than 0.01 points at most" in text
    assert "more comparisons" not in text  # planning is for ratings that predict


@every_method
def test_every_format_holds_the_competitors(kind) -> None:
    """JSON keeps its old fields and is strict; CSV, Markdown and LaTeX have a row for each."""
    ratings = kind(resamples=20).rate(UNEVEN)
    found = json.loads(as_json(ratings))
    assert found["log_loss"] is None
    assert found["scale"] == ratings.scale
    assert [row["competitor"] for row in found["competitors"]] == [
        row["competitor"] for row in found["equilibrium"]["competitors"]
    ]
    assert found["equilibrium"]["resamples"] == 20
    assert as_dict(BradleyTerry().rate(UNEVEN.games))["equilibrium"] is None
    assert len(as_csv(ratings).splitlines()) == 6
    assert as_markdown(ratings).count("\n| ") == 6
    assert as_latex(ratings).count(r"\\") == 6


def test_without_resamples_nothing_is_claimed() -> None:
    """No intervals, no covariance, no rank sets; who shares the top is named."""
    ratings = NashAveraging(**QUIET).rate(UNEVEN)
    assert np.isnan(ratings.low).all()
    assert ratings.covariance is None
    assert ratings.interval == "none"
    assert "Nothing was resampled" in as_text(ratings)


def test_an_anchor_changes_the_words_of_the_scale() -> None:
    """Anchored ratings no longer say what 1000 meant."""
    ratings = NashAveraging(**QUIET).rate(UNEVEN).anchored("B", 1500)
    assert ratings.scale == "7 points for a percentage point of the score; B set to 1500"


def test_draws_come_from_the_replicates() -> None:
    """Shares of the first place count ties by halves, and add up to one."""
    from ranking.uncertainty.draws import draw_summary

    ratings = NashAveraging(resamples=20).rate(UNEVEN)
    drawn_ones = ratings.draws(50)
    assert {tuple(row) for row in drawn_ones} <= {tuple(r) for r in ratings.equilibrium.replicates}
    summary = draw_summary(ratings)
    assert summary.best.sum() == pytest.approx(1)
    assert summary.expected_rank.sum() == pytest.approx(15)


def test_every_method_says_what_it_means() -> None:
    """Titles and summaries of two sentences; only equilibria do not predict."""
    for name, kind in METHODS.items():
        assert kind.predicts == (kind not in EQUILIBRIA), name
        assert len(kind.summary.split(". ")) == 2, name
        assert kind.summary.endswith(".")


@pytest.fixture(autouse=True)
def _no_notes_by_surprise():
    """Turn the notes that a test does not expect into errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", RankingWarning)
        yield


def test_too_many_lost_replicates_is_one_in_five() -> None:
    """The bound that the documents name."""
    assert equilibrium_fit._MOST_LOST == 0.2


def test_intensity_of_selection_is_a_setting() -> None:
    """55% against 45% are 85 points at 0.1, and None raises it until the order stands."""
    games = make_games([0] * 2000, [1] * 2000, [1.0] * 1100 + [0.0] * 900)
    ratings = AlphaRank(**QUIET, shrinkage=0.0).rate(games)
    assert ratings.rating[1] == pytest.approx(1000 - 400 * 4.9 * 0.1 / np.log(10), abs=0.1)
    swept = AlphaRank(**QUIET, intensity=None).rate(UNEVEN)
    assert swept.equilibrium.precision != 0.1
    with pytest.raises(InputError, match="intensity"):
        AlphaRank(intensity=0.0)


def published(tmp_path) -> Comparisons:
    """A small arena with items, judges and two capabilities."""
    rng = np.random.default_rng(0)
    rows = ["model_a,model_b,winner,prompt,judge,capability"]
    names, strength = ["ant", "bee", "cat", "dog"], [0.8, 0.3, 0.0, -0.6]
    for item in range(60):
        for i, j in zip(*np.triu_indices(4, 1), strict=True):
            wins = rng.random() < 1 / (1 + np.exp(strength[j] - strength[i]))
            winner = "model_a" if wins else "model_b"
            kind = "coding" if item % 3 else "writing"
            rows.append(f"{names[i]},{names[j]},{winner},p{item},j{item % 12},{kind}")
    path = tmp_path / "published.csv"
    path.write_text("\n".join(rows))
    return read(path)


def test_pages_that_expect_use_bradley_terry_and_say_so(tmp_path) -> None:
    """Head-to-heads and profiles under equilibrium ratings expect what Bradley–Terry does."""
    comparisons = published(tmp_path)
    ratings = CoarseCorrelated(resamples=20).rate(comparisons)
    plain = BradleyTerry().rate(comparisons)
    found = head_to_head(comparisons, "ant", "dog", ratings=ratings)
    usual = head_to_head(comparisons, "ant", "dog", ratings=plain)
    assert found.expected_by == "Bradley–Terry"
    assert "that Bradley–Terry leads one to expect" in found.conclusion
    assert found.expected == usual.expected
    assert found.difference == usual.difference
    assert usual.expected_by == ""
    profile = competitor_profile(comparisons, "ant", ratings=ratings)
    assert profile.rating == ratings.rating[ratings.index("ant")]
    assert profile.expected_by == "Bradley–Terry"
    assert "by Bradley–Terry" in profile.conclusion
    assert all(0 < other.expected.estimate < 1 for other in profile.opponents)


def test_trust_is_checked_under_equilibrium_ratings(tmp_path) -> None:
    """Every check has an answer; the one about single comparisons says whose leader it means."""
    comparisons = published(tmp_path)
    ratings = NashAveraging(resamples=20).rate(comparisons)
    checks = {check.name: check for check in trust_checks(comparisons, ratings)}
    assert checks["clusters"].state == "passed"
    assert "clustered by item and judge" in checks["clusters"].sentence
    assert checks["fragility"].sentence.startswith("By Bradley–Terry: ")
    assert goodness_of_fit(comparisons, ratings).df > 0


def test_the_command_line_rates_by_equilibria(tmp_path) -> None:
    """Every setting has an option; refusals name what was wrong."""
    comparisons = published(tmp_path)
    run = CliRunner()
    database = tmp_path / "arenas.db"
    imported = run.invoke(
        podium,
        ["import", str(tmp_path / "published.csv"), "--arena", "small", "--db", str(database)],
    )
    assert imported.exit_code == 0, imported.output

    def board(*options: str):
        return run.invoke(podium, ["leaderboard", "small", "--db", str(database), *options])

    shown = board(
        "--method", "cce", "--tasks", "capability", "--depth", "1", "--payoff", "wins", "--clone",
        "cat=dog", "--affinity", "noise", "--resamples", "20", "--shrinkage", "5", "--seed", "1",
    )  # fmt: skip
    assert shown.exit_code == 0, shown.output
    assert "Counted as one: cat = dog." in shown.output
    assert "coding" in shown.output
    assert "the model counts for 5.0 comparisons in each" in shown.output
    found = json.loads(board("--method", "nash", "--resamples", "0", "--format", "json").output)
    assert found["settings"]["resamples"] == 0
    assert found["equilibrium"]["tasks_by"] == "capabilities"
    for options, words in (
        (("--method", "nash", "--clone", "ant"), "not of the form A=B"),
        (("--method", "elo", "--clone", "ant=bee"), "--clone is no setting of elo"),
        (("--method", "nash", "--affinity", "noise"), "belongs to logit-equilibrium and cce"),
        (("--method", "nash", "--payoff", "scores"), "score"),
    ):
        refused = board(*options)
        assert refused.exit_code != 0
        assert words in str(refused.exception) + refused.output
    assert len(comparisons.tally().competitors) == 4
