"""Histories: what each method's curves are, their contract, and what is refused."""

import csv
import io
import json
import sys

import numpy as np
import pandas as pd
import pytest

from ranking.cli import main
from ranking.errors import InputError, RankingWarning
from ranking.history import as_csv, as_dict, as_json, history, milestones
from ranking.ingest import read
from ranking.methods import BradleyTerry, Elo
from ranking.methods.dynamic import DynamicBradleyTerry
from ranking.methods.glicko import Glicko2
from tests.conftest import make_games

DAY = 86_400.0
METHODS = ("dynamic", "windows", "elo", "glicko-2")


def rising(rows=4000, *, days=20, seed=0):
    """A log in which A climbs by 300 points, B falls as much, and D and E stay."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 5, rows)
    second = (first + rng.integers(1, 5, rows)) % 5
    day = np.sort(rng.integers(0, days, rows))
    climb = np.array([1.7, -1.7, 0, 0, 0])
    strength = np.array([-0.85, 0.85, 0.5, 0, -0.5])
    truth = strength + climb * day[:, None] / (days - 1)
    d = truth[np.arange(rows), first] - truth[np.arange(rows), second]
    return make_games(first, second, (rng.random(rows) < 1 / (1 + np.exp(-d))) * 1.0,
                      time=day * DAY, item=rng.integers(0, 400, rows))  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_every_method_sees_who_rises_and_who_falls(method) -> None:
    """A ends above where it began, B below; limits surround ratings."""
    found = history(rising(), method=method, periods="2 days")
    assert len(found) == len(found.times) == 10
    assert found.rating.shape == found.low.shape == found.games.shape == (10, 5)
    assert found.rating[-1, 0] > found.rating[0, 0] + 100
    assert found.rating[-1, 1] < found.rating[0, 1] - 100
    known = np.isfinite(found.rating)
    assert (found.low[known] < found.rating[known]).all()
    assert (found.high[known] > found.rating[known]).all()
    assert found.games.sum() == 2 * 4000
    assert found.method == method and found.interval and found.level == 0.95


@pytest.mark.parametrize(
    ("method", "board"),
    [
        ("dynamic", DynamicBradleyTerry(period="day")),
        ("elo", Elo()),
        ("glicko-2", Glicko2(period="day")),
    ],
)
def test_a_history_ends_where_the_leaderboard_stands(method, board) -> None:
    """The last ratings and limits are those of the rating method."""
    games = rising(1500)
    found, ratings = history(games, method=method, periods="day"), board.rate(games)
    np.testing.assert_allclose(found.rating[-1], ratings.rating)
    np.testing.assert_allclose(found.low[-1], ratings.low)
    np.testing.assert_allclose(found.high[-1], ratings.high)


def test_a_window_is_bradley_terry_on_its_period_shifted() -> None:
    """Differences and interval widths of a period are those of its comparisons alone."""
    games = rising()
    found = history(games, method="windows", periods="2 days")
    part = games.take((games.time >= 6 * DAY) & (games.time < 8 * DAY))
    alone = BradleyTerry().rate(part)
    np.testing.assert_allclose(found.rating[3] - found.rating[3].mean(), alone.rating - 1000)
    np.testing.assert_allclose(found.high[3] - found.low[3], alone.high - alone.low)
    # Everybody played in it: the mean is that of the ratings over the whole log.
    assert found.rating[3].mean() == pytest.approx(1000)


def test_windows_without_some_keep_the_scale() -> None:
    """Those who play have on average their overall rating, whoever else is absent."""
    games = rising(rows=6000)
    weak = (games.first >= 3) & (games.second >= 3)
    kept = games.take((games.time < 10 * DAY) | weak)
    found = history(kept, method="windows", periods="2 days")
    overall = BradleyTerry(cluster="none").rate(kept)
    assert found.rating[-1, 3:].mean() == pytest.approx(overall.rating[3:].mean(), abs=1e-6)
    assert np.isnan(found.rating[-1, :3]).all()


def test_windows_leave_a_side_open_where_the_evidence_does() -> None:
    """Who never lost in a period has no upper limit there, and a note says how often."""
    games = make_games([0, 1, 0, 1, 0, 0], [1, 0, 1, 0, 1, 1], [1, 1, 1, 1, 1, 1],
                       time=[0, 0, 0, 0, DAY, DAY])  # fmt: skip
    with pytest.warns(RankingWarning, match="In 1 of 2 periods"):
        found = history(games, method="windows", periods="day")
    assert np.isposinf(found.high[1, 0]) and np.isneginf(found.low[1, 1])
    assert np.isfinite(found.high[0]).all()


@pytest.mark.parametrize("method", METHODS)
def test_newcomers_begin_with_their_first_comparison(method) -> None:
    """NaN before; a number from then on, also while idle, but for windows."""
    games = rising()
    absent = ((games.first == 4) | (games.second == 4)) & (
        (games.time < 8 * DAY) | (games.time >= 12 * DAY)
    )
    found = history(games.take(~absent), method=method, periods="2 days")
    assert np.isnan(found.rating[:4, 4]).all()
    assert np.isfinite(found.rating[4:6, 4]).all()
    assert np.isfinite(found.rating[6:, 4]).all() == (method != "windows")
    assert (found.games[6:, 4] == 0).all()


def test_groups_that_never_met_are_named() -> None:
    """The note is that of the leaderboard, in the result and as a warning."""
    games = make_games([0, 1, 2, 3] * 3, [1, 0, 3, 2] * 3, [1] * 12, time=np.arange(12) // 4 * DAY)
    with pytest.warns(RankingWarning) as said:
        found = history(games, periods="day")
    assert any("2 groups that never met" in str(note.message) for note in said)
    assert any("2 groups that never met" in note for note in found.warnings)


def test_rows_without_a_time_are_left_out_with_a_note() -> None:
    """The rest is rated."""
    games = rising(500)
    time = games.time.copy()
    time[-20:] = np.nan
    partly = make_games(games.first, games.second, games.score, time=time)
    with pytest.warns(RankingWarning, match="20 comparisons have no time"):
        found = history(partly, method="elo")
    assert found.games.sum() == 2 * 480


def test_what_cannot_be_shown_is_refused_in_words() -> None:
    """No times, no rows, an unknown method or period, too many periods."""
    games = rising(100)
    with pytest.raises(InputError, match="no times"):
        history(make_games([0], [1], [1]))
    with pytest.raises(InputError, match="no comparisons"):
        history(games.take(np.array([], np.int64)))
    with pytest.raises(InputError, match="dynamic, windows, elo, glicko-2"):
        history(games, method="trueskill")
    with pytest.raises(InputError, match="level"):
        history(games, method="windows", level=1.5)
    with pytest.raises(InputError, match="'fortnight'"):
        history(games, periods="fortnight")
    far = make_games([0] * 2, [1] * 2, [1, 0], time=[0, 3e12], names=["a", "b"])
    with pytest.raises(InputError, match="833,333,334 periods of one hour"):
        history(far, periods="hour")
    crowd = make_games([0, 5000], [1, 2], [1, 0], time=[0, 5000 * DAY], names=["x"] * 5001)
    with pytest.raises(InputError, match="too many to show"):
        history(crowd, periods="day")


def test_the_json_contract() -> None:
    """Points begin with the first comparison; nothing is NaN; times are ISO 8601 in UTC."""
    games = rising(2000)
    late = games.take((games.time > 5 * DAY) | ((games.first != 0) & (games.second != 0)))
    found = history(late, method="glicko-2", periods="day")
    whole = as_dict(found)
    assert json.loads(as_json(found)) == whole
    assert set(whole) == {
        "arena", "simulated", "method", "settings", "parameters", "selection", "times",
        "warnings", "competitors",
    }  # fmt: skip
    assert whole["times"][0] == "1970-01-01T23:59:59Z"
    assert whole["settings"]["period"] == "day" and whole["settings"]["level"] == 0.95
    first = whole["competitors"][0]
    assert first["competitor"] == "A"
    assert first["points"][0]["time"] == whole["times"][6]
    assert set(first["points"][0]) == {"time", "rating", "low", "high", "games"}
    drift = as_dict(history(late, periods="day"))["parameters"]
    assert drift[0]["name"] == "drift per day" and drift[0]["unit"] == "points"


def test_csv_is_the_same_and_safe() -> None:
    """One line per competitor and period; a name cannot become a formula."""
    games = make_games([0, 1, 0], [1, 0, 1], [1, 1, 0], time=[0, 0, DAY], names=["=1+1", "b"])
    found = history(games, method="elo", periods="day")
    rows = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert [row["competitor"] for row in rows] == ["'=1+1"] * 2 + ["b"] * 2
    assert float(rows[1]["rating"]) == pytest.approx(found.rating[1, 0])


def test_milestones_are_spread_evenly() -> None:
    """First and last always; all where there are few."""
    assert milestones(history(rising(600), method="elo", periods="day"), 3) == (0, 10, 19)
    assert milestones(history(rising(600), method="elo", periods="10 years")) == (0,)


@pytest.fixture
def podium(tmp_path, monkeypatch, capsys):
    """Import a small log with times, and run commands on it."""
    monkeypatch.setenv("PODIUM_DB", str(tmp_path / "podium.duckdb"))
    games = rising(400)
    names = np.array(games.competitors)
    pd.DataFrame(
        {
            "model_a": names[games.first],
            "model_b": names[games.second],
            "winner": np.where(games.score == 1, "model_a", "model_b"),
            "time": pd.to_datetime(games.time, unit="s"),
        }
    ).to_csv(tmp_path / "log.csv", index=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["podium", *arguments])
        with pytest.raises(SystemExit) as exit_:
            main()
        out, err = capsys.readouterr()
        return int(exit_.value.code or 0), out, err

    assert run("import", str(tmp_path / "log.csv"), "--arena", "zoo")[0] == 0
    return run


def test_the_command_prints_table_json_and_csv(podium) -> None:
    """Names, dates and intervals; the JSON contract; CSV."""
    code, out, _ = podium("history", "zoo", "--periods", "day")
    assert code == 0
    assert "zoo · 400 comparisons · 5 models · dynamic, 20 periods (day)" in out
    assert "1970-01-01" in out and "1970-01-20" in out and "interval at the end" in out
    code, out, _ = podium("history", "zoo", "--method", "elo", "--format", "json")
    assert code == 0
    assert json.loads(out)["method"] == "elo"
    code, out, _ = podium("history", "zoo", "--method", "glicko-2", "--format", "csv")
    assert out.startswith("competitor,time,rating,low,high,games\nA,")
    code, out, _ = podium("history", "zoo", "--where", "competitor=A", "--where", "competitor=B",
                          "--format", "json")  # fmt: skip
    assert len(json.loads(out)["competitors"]) == 2


def test_the_command_says_what_is_wrong(podium) -> None:
    """One sentence and exit code 1."""
    code, _, err = podium("history", "zoo", "--periods", "fortnight")
    assert code == 1
    assert "fortnight" in err


def test_tennis_shows_careers(datasets) -> None:
    """Among the most active players, the best of a decade is who was the best of it."""
    log = pd.read_parquet(
        datasets / "tennis_atp" / "comparisons.parquet",
        columns=["date", "model_a", "model_b", "winner"],
    )
    often = pd.concat([log.model_a, log.model_b]).value_counts().index[:60]
    log = log[log.model_a.isin(often) & log.model_b.isin(often)].sort_values("date")
    names, code = np.unique(np.r_[log.model_a, log.model_b], return_inverse=True)
    time = pd.to_datetime(log.date).to_numpy().astype("datetime64[s]").astype(np.float64)
    games = make_games(
        code[: len(log)], code[len(log) :], (log.winner == "model_a").astype(float),
        time=time, names=names.tolist(),
    )  # fmt: skip
    found = history(games, periods="2 years")
    best = {}
    for end, rating, games_played in zip(found.times, found.rating, found.games, strict=True):
        playing = np.where(games_played > 0, rating, -np.inf)
        best[int(str(end)[:4])] = found.competitors[int(np.argmax(playing))]
    assert best[1979] == "Bjorn Borg"
    assert best[1997] == "Pete Sampras"
    assert best[2007] == "Roger Federer"
    assert best[2015] == "Novak Djokovic"


@pytest.mark.filterwarnings("ignore::ranking.errors.RankingWarning")
def test_a_log_of_human_votes_with_times(datasets) -> None:
    """Votes of an embedding arena: a few weeks, every method runs."""
    votes = read(datasets / "mteb_arena" / "comparisons.csv")
    for method in METHODS:
        found = history(votes, method=method)
        assert 8 <= len(found) <= 40
        known = np.isfinite(found.rating)
        assert known.any()
        assert (found.low[known] <= found.rating[known]).all()
        assert (found.high[known] >= found.rating[known]).all()
