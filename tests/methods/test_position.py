"""Position bias: the worth of being shown first, and verdicts that survive a swap."""

import csv
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ranking import read
from ranking.covariates import Covariates
from ranking.diagnostics.position import position_bias
from ranking.errors import InputError
from ranking.ratings import POINTS_PER_LOGIT
from tests.conftest import make_games


def swapped(forward, backward, *, judge=None):
    """Judge each item with A first and again with B first; both scores are A's."""
    n = len(forward)
    items = np.r_[np.arange(n), np.arange(n)]
    score = np.r_[forward, 1 - np.asarray(backward, float)]
    games = make_games([0] * n + [1] * n, [1] * n + [0] * n, score, item=items)
    if judge is not None:
        games = replace(games, judge=np.r_[judge, judge])
    return games, Covariates(position=np.ones(2 * n))


def logit(p):
    return np.log(p / (1 - p))


def test_the_worth_of_being_first_is_a_half_difference_of_log_odds() -> None:
    """Two competitors, both orders: closed forms of the effect and of the consistency."""
    forward = np.array([1] * 14 + [0] * 6)
    backward = np.array([1] * 8 + [0] * 12)
    games, covariates = swapped(forward, backward)
    found = position_bias(games, covariates=covariates)
    expected = (logit(0.7) - logit(0.4)) / 2 * POINTS_PER_LOGIT
    assert found.estimate.estimate == pytest.approx(expected, abs=1e-4)
    assert found.consistency == pytest.approx(np.mean(forward == backward))
    assert found.n == 20
    assert found.by_judge == ()


def test_ties_that_become_wins_are_inconsistent() -> None:
    """A verdict stays where winner or tie is the same in both orders."""
    games, covariates = swapped([1, 0.5, 0.5, 0, 1, 0], [1, 0.5, 1, 0, 0, 0.5])
    assert position_bias(games, covariates=covariates).consistency == pytest.approx(3 / 6)


def test_a_fair_judge_and_a_biased_one_are_told_apart() -> None:
    """The biased judge takes the first side on every other question; the fair one never sways."""
    rng = np.random.default_rng(0)
    judge = np.repeat([0, 1], 200)
    truth = (rng.random(400) < 0.6).astype(float)
    sways = (judge == 1) & (np.arange(400) % 2 == 0)
    games, covariates = swapped(np.where(sways, 1, truth), np.where(sways, 0, truth), judge=judge)
    covariates = replace(covariates, judges={0: ("fair", None), 1: ("swayed", None)})
    found = position_bias(games, covariates=covariates)
    fair, swayed = sorted(found.by_judge, key=lambda of: of.judge)
    assert (fair.judge, fair.consistency, fair.n) == ("fair", 1.0, 200)
    assert swayed.consistency == pytest.approx(0.5)
    assert fair.advantage == pytest.approx(0, abs=1e-9)
    assert fair.low < 0 < fair.high
    assert swayed.low > 0.1
    assert found.biased
    assert "favour the side shown first" in found.sentence
    assert "400 questions judged in both orders, 75% kept" in found.sentence


def test_judges_of_other_questions_are_not_matched() -> None:
    """The same item before two judges, or without a judge among judges, is no swap."""
    games, covariates = swapped([1, 0, 1, 0], [0, 0, 1, 1])
    other = replace(games, judge=np.r_[np.zeros(4, int), np.ones(4, int)])
    assert position_bias(other, covariates=covariates).n == 0
    unknown = replace(games, judge=np.r_[[0, 0, 0, 0], [0, -1, -1, -1]])
    assert position_bias(unknown, covariates=covariates).n == 1


def test_no_effect_is_said_with_its_interval() -> None:
    """Without a bias the sentence says that none can be seen, not that there is none."""
    games, covariates = swapped([1, 0] * 20, [1, 0] * 20)
    found = position_bias(games, covariates=covariates)
    assert not found.biased
    assert found.sentence.startswith("It cannot be seen")
    assert found.consistency == 1


def test_a_log_says_which_side_was_shown_first() -> None:
    """Read from a table; without the column, or with one order only, it is refused in words."""
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "model_a": ["x", "y"] * 30,
            "model_b": ["y", "x"] * 30,
            "winner": np.where(rng.random(60) < 0.7, "model_a", "model_b"),
            "judge": ["ann", "ben", "ann"] * 20,
        }
    )
    found = position_bias(read(table.assign(first_shown="a")))
    assert found.estimate.estimate > 0
    assert [of.judge for of in found.by_judge] == ["ann", "ben"]
    with pytest.raises(InputError, match="does not say which side"):
        position_bias(read(table))
    shown = table.assign(first_shown=["a", "b"] * 30)
    with pytest.raises(InputError, match="both orders"):
        position_bias(read(shown))


def test_ten_thousand_real_questions_in_both_orders(datasets) -> None:
    """WildChat: 73.2 % of the verdicts stay, and first place is worth 36 points (closed form)."""
    with (datasets / "wildchat_capabilities" / "items.csv").open(encoding="utf-8") as file:
        rows = [(int(r["verdict_order1"]), int(r["verdict_order2"])) for r in csv.DictReader(file)]
    forward, backward = (np.array(column) == 1 for column in zip(*rows, strict=True))
    games, covariates = swapped(forward, backward)
    found = position_bias(games, covariates=covariates)
    assert found.consistency == pytest.approx((forward == backward).mean())
    expected = (logit(forward.mean()) - logit(backward.mean())) / 2 * POINTS_PER_LOGIT
    assert found.estimate.estimate == pytest.approx(expected, abs=1e-3)
