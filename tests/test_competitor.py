"""One competitor among all: its place, its record and its surprises."""

import json
import math
import warnings
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import ranking.cli.competitor  # noqa: F401  registers the command
from ranking.cli.frame import podium
from ranking.comparisons import Comparisons
from ranking.competitor import CompetitorProfile, Opponent, competitor_profile
from ranking.errors import RankingWarning, SelectionError
from ranking.head_to_head import head_to_head
from ranking.ingest import import_file, read
from ranking.methods import BradleyTerry, Elo
from ranking.ratings import Ratings
from ranking.selection import Selection
from ranking.store import Store

DOCS = Path(__file__).parents[1] / "docs"
STRENGTH = {"ant": 1.0, "bee": 0.5, "cat": 0.0, "dog": -0.5, "eel": -1.0}


def drawn(rows: int = 900, *, seed: int = 0, bonus: float = 0.0) -> pd.DataFrame:
    """A log of five; "bee" does better by `bonus` logits against "eel" alone."""
    rng = np.random.default_rng(seed)
    names = np.array(list(STRENGTH))
    first = rng.integers(0, 5, rows)
    second = (first + rng.integers(1, 5, rows)) % 5
    theta = np.array(list(STRENGTH.values()))
    d = theta[first] - theta[second]
    d += bonus * ((first == 1) & (second == 4)) - bonus * ((first == 4) & (second == 1))
    won = rng.random(rows) < 1 / (1 + np.exp(-d))
    return pd.DataFrame(
        {
            "model_a": names[first],
            "model_b": names[second],
            "winner": np.where(won, "model_a", "model_b"),
            "judge": rng.choice(["ann", "bob"], rows),
        }
    )


def quietly(comparisons: Comparisons, method=None) -> Ratings:
    """Rate, where warnings are expected."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RankingWarning)
        return (method or BradleyTerry()).rate(comparisons)


@pytest.fixture(scope="module")
def plain() -> Comparisons:
    return read(drawn())


def test_record_and_place_are_those_of_the_ratings(plain) -> None:
    """Games, win rate, rank and interval agree with the leaderboard."""
    ratings = BradleyTerry().rate(plain)
    for name in STRENGTH:
        found, at = competitor_profile(plain, name, ratings=ratings), ratings.index(name)
        assert found.games == ratings.games[at] == sum(o.games for o in found.opponents)
        assert found.wins + found.losses == found.games
        assert found.win_rate == pytest.approx(ratings.win_rate[at])
        assert (found.rating, found.low, found.high) == (
            ratings.rating[at], ratings.low[at], ratings.high[at],
        )  # fmt: skip
        assert (found.rank_low, found.rank_high) == (ratings.rank_low[at], ratings.rank_high[at])
        assert found.tier == ratings.tiers[at]
        judged = {b.by: b for b in found.breakdowns}["judge"]
        assert sum(part.comparisons for part in judged.slices) == found.games
    assert competitor_profile(plain, "ant", ratings=ratings).p_best > 0.5


def test_opponents_are_seen_as_head_to_head(plain) -> None:
    """Record, shares and residual of an opponent are those of the pair's own page."""
    ratings = BradleyTerry().rate(plain)
    for opponent in competitor_profile(plain, "cat", ratings=ratings).opponents:
        pair = head_to_head(plain, "cat", opponent.name, ratings=ratings)
        assert (opponent.wins, opponent.losses) == (pair.wins, pair.losses)
        assert opponent.observed == pair.observed
        assert opponent.expected == pair.expected
        assert opponent.residual == pytest.approx(pair.residual, abs=1e-7)


def test_a_planted_surprise_is_found_and_comes_first() -> None:
    """An opponent against whom one does much better than elsewhere; nobody else is blamed."""
    comparisons = read(drawn(3000, bonus=1.6))
    found = competitor_profile(comparisons, "bee")
    assert found.opponents[0].name == "eel"
    assert found.opponents[0].surprising
    assert found.opponents[0].residual > 3
    chances = [other.adjusted_p for other in found.opponents]
    assert chances == sorted(chances)
    assert "; it does better than expected against eel" in found.conclusion


def test_conclusions() -> None:
    """Each place and each kind of surprise in words."""
    comparisons = read(drawn())
    ratings = BradleyTerry().rate(comparisons)

    def said(**changes) -> str:
        at = ratings.index("bee")
        changed = {
            name: np.where(np.arange(5) == at, value, getattr(ratings, name))
            for name, value in changes.items()
        }
        return competitor_profile(
            comparisons, "bee", ratings=replace(ratings, **changed)
        ).conclusion

    end = "; its results against all 4 opponents are as expected."
    assert said(rank_low=2, rank_high=4) == f"bee shares ranks 2 to 4 of 5 models{end}"
    assert said(rank_low=2, rank_high=2) == f"bee holds rank 2 of 5 models{end}"
    assert said(rank_low=1, rank_high=5) == f"bee may hold any rank among 5 models{end}"
    assert said(rank=2, rank_low=np.nan) == f"bee has rank 2 of 5 models{end}"


def test_one_sided_evidence_is_said() -> None:
    """Never beaten, never won; opponents whose rating hangs on these results have no residual."""
    rows = drawn()
    extra = pd.DataFrame({"model_a": "fox", "model_b": "eel", "winner": "model_a",
                          "judge": "ann"}, index=range(40))  # fmt: skip
    comparisons = read(pd.concat([rows, extra], ignore_index=True))
    found = competitor_profile(comparisons, "fox", ratings=quietly(comparisons))
    assert found.status == "unbeaten"
    assert math.isinf(found.high)
    assert "and was never beaten, so that its rating is known from below only" in found.conclusion
    (only,) = found.opponents
    assert 0.9 < only.observed.low < only.observed.high == 1
    assert json.dumps(found.as_dict(), allow_nan=False)


def test_groups_are_counted_apart() -> None:
    """Ranks are out of those one can be compared with."""
    winner = ["model_a", "model_b"] * 20
    pair = pd.DataFrame({"model_a": "fox", "model_b": "gnu", "winner": winner, "judge": "ann"})
    comparisons = read(pd.concat([drawn(), pair], ignore_index=True))
    found = competitor_profile(comparisons, "fox", ratings=quietly(comparisons))
    assert "any rank among 2 models" in found.conclusion
    assert [other.name for other in found.opponents] == ["gnu"]
    assert math.isnan(found.opponents[0].residual)


def test_only_comparisons_that_do_not_count() -> None:
    """All of them both bad and dropped: no rating, and a sentence."""
    bad = pd.DataFrame({"model_a": "fox", "model_b": "ant", "winner": "tie (bothbad)",
                        "judge": "ann"}, index=range(3))  # fmt: skip
    comparisons = read(pd.concat([drawn(), bad], ignore_index=True))
    ratings = quietly(comparisons, BradleyTerry(both_bad="drop"))
    found = competitor_profile(comparisons, "fox", ratings=ratings)
    assert found.both_bad == 3
    assert math.isnan(found.rating) and math.isnan(found.win_rate)
    assert found.conclusion == "fox has no comparisons that count, and so no rating."
    assert json.dumps(found.as_dict(), allow_nan=False)


def test_elo_has_profiles_too(plain) -> None:
    """A method without a covariance: expected shares, no chance to be best, no crash."""
    found = competitor_profile(plain, "ant", ratings=quietly(plain, Elo()))
    assert math.isnan(found.p_best)
    assert all(0 < other.expected.estimate < 1 for other in found.opponents)
    assert json.dumps(found.as_dict(), allow_nan=False)


def test_names_that_cannot_be_found(plain) -> None:
    """Unknown, or left out by the selection: two sentences."""
    with pytest.raises(SelectionError, match=r"no model 'beee'\. Did you mean 'bee'"):
        competitor_profile(plain, "beee")
    narrow = plain.select(Selection(competitors=("ant", "bee", "cat")))
    with pytest.raises(SelectionError, match="'eel' has no comparisons in this selection"):
        competitor_profile(narrow, "eel")


@pytest.mark.parametrize("kind", [CompetitorProfile, Opponent])
def test_every_field_is_documented(kind) -> None:
    """docs/json-competitor.md names each."""
    text = (DOCS / "json-competitor.md").read_text(encoding="utf-8")
    for field in fields(kind):
        assert f"`{field.name}`" in text


def test_the_command(tmp_path) -> None:
    """Conclusion, facts, opponents and breakdowns as text; the contract as JSON."""
    drawn().to_csv(tmp_path / "battles.csv", index=False)
    path = str(tmp_path / "podium.duckdb")
    import_file(Store(path), tmp_path / "battles.csv", arena="zoo")
    command = ["competitor", "zoo", "cat", "--db", path]
    text = CliRunner().invoke(podium, command, catch_exceptions=False).output
    assert text.startswith("cat ")
    assert "\nopponent  games  won  even  lost  share" in text
    assert "\njudge  games" in text
    found = json.loads(CliRunner().invoke(podium, [*command, "--format", "json"]).output)
    assert {other["name"] for other in found["opponents"]} == set(STRENGTH) - {"cat"}
    assert isinstance(found["rank_low"], int)
