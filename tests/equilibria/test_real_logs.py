"""Games of real logs, where these lie beside the checkout."""

import csv

import numpy as np
import pytest

import ranking as rk
from ranking.equilibria.resampling import resampled_games
from ranking.equilibria.task_log import TaskLog, task_entries
from ranking.equilibria.win_rates import log_game


@pytest.fixture(scope="module")
def alpaca(datasets) -> rk.Comparisons:
    with pytest.warns(rk.RankingWarning, match="Both competitors are the same"):
        return rk.read(datasets / "alpaca_eval" / "comparisons.parquet")


def test_the_source_sets_of_alpaca_eval_are_tasks(alpaca) -> None:
    """Five tasks; a star graph holds data in few cells, and the strengths fill the rest."""
    log = alpaca.tasks("category")
    built = log_game(log)
    assert built.game.tasks == ("helpful_base", "koala", "oasst", "selfinstruct", "vicuna")
    assert len(built.game.competitors) == 103
    assert built.data_share < 0.03
    assert 0.1 < built.spread < 0.6
    assert np.abs(built.game.margin).max() < 1
    drawn = next(resampled_games(log, built, resamples=1))
    assert np.isfinite(drawn.game.margin).all()


def test_published_win_rates_of_alpaca_eval(alpaca, datasets) -> None:
    """Against the baseline shrunken rates stay within two points of the published ones."""
    judge = "weighted_alpaca_eval_gpt4_turbo"
    built = log_game(alpaca.where(f"judge={judge}").tasks("none"))
    names = built.margins.competitors
    baseline = int(np.abs(built.votes.margin).sum(axis=1).argmax())
    with (datasets / "alpaca_eval" / f"{judge}_leaderboard.csv").open() as file:
        rows = csv.DictReader(file)
        published = {row[""]: float(row["win_rate"]) / 100 for row in rows}
    shared = [name for name in names if name in published and name != names[baseline]]
    assert len(shared) > 40
    ours = [(built.margins.margin[names.index(name), baseline] + 1) / 2 for name in shared]
    np.testing.assert_allclose(ours, [published[name] for name in shared], atol=0.02)


def test_the_prompts_of_llmfao_are_tasks(datasets) -> None:
    """Thirteen items with a handful of votes per cell: raw margins are much too large."""
    log = rk.read(datasets / "llmfao" / "comparisons.csv").tasks()
    built = log_game(log)
    assert (log.by, len(built.game.tasks), len(built.game.competitors)) == ("items", 13, 59)
    cells = task_entries(built.held.merged.log).summed()
    raw = np.abs(2 * cells.share - 1).mean()
    shrunken = np.abs(built.game.margin[cells.task, cells.first, cells.second]).mean()
    assert shrunken < 0.9 * raw
    assert built.notes == ()


def test_the_sessions_of_roboarena(datasets) -> None:
    """Every pair of policies met; a shrunken rate lies between the raw one and the strengths'."""
    comparisons = rk.read(datasets / "roboarena" / "derived" / "sessions.csv")
    built = log_game(comparisons.tasks("none"))
    assert (built.data_share, len(built.game.competitors)) == (1.0, 8)
    ratings = rk.BradleyTerry().rate(comparisons)
    order = [ratings.competitors.index(name) for name in built.game.competitors]
    rating = ratings.rating[order]
    expected = 2 / (1 + 10 ** ((rating[None] - rating[:, None]) / 400)) - 1
    np.testing.assert_allclose(built.margins.margin, expected, atol=0.01)


def test_votes_of_the_chatbot_arena(datasets) -> None:
    """An aggregated log of 1.7 million votes: majorities, and cells that hardly move."""
    comparisons = rk.read(datasets / "chatbot_arena_2024" / "comparisons.csv")
    built = log_game(comparisons.tasks("none"))
    tally = comparisons.tally().pairs()
    i, j = tally.first[0], tally.second[0]
    names = comparisons.tally().competitors
    a, b = (built.game.competitors.index(names[at]) for at in (i, j))
    assert built.votes.margin[a, b] == pytest.approx(2 * tally.score[0] - tally.weight[0])
    assert len(built.game.competitors) == 129
    assert 200 < built.shrinkage < 5000
    of_tally = log_game(TaskLog.single(comparisons.tally()))
    np.testing.assert_allclose(of_tally.game.margin, built.game.margin, atol=1e-9)
