"""A simulated log shows the truth that it was drawn from, within Monte-Carlo error."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.outcomes import BOTH_BAD, FIRST, SECOND, TIE
from ranking.simulate import (
    Competitor,
    Facet,
    Judge,
    Simulation,
    Truth,
    outcome_probabilities,
    simulate,
)

ROWS = 40_000
STANDARD_ERRORS = 4.5
"""How far a share may be from its expectation: about one false alarm in 150,000."""

STRENGTHS = {"strong": 1150.0, "middle": 1000.0, "weak": 900.0}
TREE = Facet("category", {"coding/python": 1.0, "coding/sql": 1.0, "writing": 2.0})


def assert_share(hits: np.ndarray, expected: float) -> None:
    error = np.sqrt(expected * (1 - expected) / len(hits))
    assert hits.mean() == pytest.approx(expected, abs=STANDARD_ERRORS * error)


def assert_outcomes(log: Simulation) -> None:
    """The number of each outcome is near the sum of its chances."""
    chances = log.chances()
    for code in range(4):
        spread = np.sqrt((chances[:, code] * (1 - chances[:, code])).sum())
        count = (log.outcome == code).sum()
        assert count == pytest.approx(chances[:, code].sum(), abs=STANDARD_ERRORS * spread + 1e-9)


def scores(log: Simulation) -> np.ndarray:
    """Score of the first side of each comparison."""
    return np.select([log.outcome == FIRST, log.outcome == SECOND], [1.0, 0.0], 0.5)


def win_rate(log: Simulation, name: str, rows: np.ndarray | None = None) -> float:
    """Score of a competitor over the rows that it plays in."""
    rows = np.ones(len(log), bool) if rows is None else rows
    me = log.truth.names.index(name)
    score = scores(log)
    return float(
        np.concatenate(
            [score[rows & (log.first == me)], 1 - score[rows & (log.second == me)]]
        ).mean()
    )


@pytest.mark.parametrize(("a", "b"), [(0, 1), (1, 2), (0, 2)])
def test_win_rates_are_bradley_terry_without_ties(a: int, b: int) -> None:
    """Without ties and both-bad, i beats j with chance 1 / (1 + 10^((R_j - R_i)/400))."""
    log = simulate(Truth.of(STRENGTHS), comparisons=ROWS, seed=1)
    points = list(STRENGTHS.values())
    rows = (log.first == a) & (log.second == b)
    assert_share(log.outcome[rows] == FIRST, 1 / (1 + 10 ** ((points[b] - points[a]) / 400)))


def test_ties_follow_davidson() -> None:
    """P(tie)^2 = nu^2 P(first) P(second) for every pair, and all outcomes have their rates."""
    log = simulate(Truth.of(STRENGTHS, ties=0.4), comparisons=ROWS, seed=2)
    chances = log.chances()
    assert chances[:, TIE] ** 2 == pytest.approx(0.16 * chances[:, FIRST] * chances[:, SECOND])
    assert_outcomes(log)


def test_both_bad_follows_the_outside_option() -> None:
    """A pair at the outside option's points is both bad in one of three, without ties."""
    log = simulate(Truth.of({"a": 900, "b": 900}, both_bad=900), comparisons=ROWS, seed=3)
    assert_share(log.outcome == BOTH_BAD, 1 / 3)


def test_the_spec_s_example_of_the_outside_option() -> None:
    """Utilities ln(7/5), ln(1/5) and a tie term ln(2/sqrt 7) give shares 7, 2, 1, 5 of 15."""
    points = 400 / np.log(10)
    first, second = np.log(7 / 5) * points, np.log(1 / 5) * points
    chances = outcome_probabilities(
        first - second, level=(first + second) / 2, ties=2 / np.sqrt(7), both_bad=0.0
    )
    assert chances[[FIRST, TIE, SECOND, BOTH_BAD]] * 15 == pytest.approx([7, 2, 1, 5])


@given(
    difference=st.floats(-2000, 2000),
    level=st.floats(0, 2000),
    ties=st.floats(0, 5),
    both_bad=st.none() | st.floats(0, 2000),
)
def test_chances_add_up_and_mirror(
    difference: float, level: float, ties: float, both_bad: float | None
) -> None:
    """Chances add up to 1, and swapping the sides swaps the two wins only."""
    settings = {"level": level, "ties": ties, "both_bad": both_bad}
    here = outcome_probabilities(difference, **settings)
    there = outcome_probabilities(-difference, **settings)
    assert here.sum() == pytest.approx(1)
    assert here == pytest.approx(there[[FIRST, TIE, SECOND, BOTH_BAD]])


@pytest.mark.parametrize("bias", [-80.0, 80.0])
def test_position_bias_has_its_sign_and_size(bias: float) -> None:
    """Equal competitors: the first side wins with the chance that the bias alone gives it."""
    truth = Truth.of({"a": 1000, "b": 1000}, judges=(Judge("judge", position_bias=bias),))
    log = simulate(truth, comparisons=ROWS, seed=4)
    assert_share(log.outcome == FIRST, float(outcome_probabilities(bias)[FIRST]))


def test_a_judge_prefers_its_family() -> None:
    """Only the judge of a family favours it, by the points that are set."""
    truth = Truth(
        (Competitor("a", family="x"), Competitor("b", family="y")),
        judges=(Judge("friend", "x", family_preference=100), Judge("neutral", "human")),
    )
    log = simulate(truth, comparisons=ROWS, seed=5)
    for judge, points in ((0, 100), (1, 0)):
        rows = log.judge == judge
        won = log.outcome[rows] == np.where(log.first[rows] == 0, FIRST, SECOND)
        assert_share(won, float(outcome_probabilities(points)[FIRST]))


def test_a_judge_without_sharpness_does_not_look() -> None:
    """Sharpness 0 makes every pair an even one."""
    truth = Truth.of(STRENGTHS, judges=(Judge("asleep", sharpness=0.0),))
    log = simulate(truth, comparisons=ROWS, seed=6)
    assert_share(log.outcome == FIRST, 0.5)


def test_both_orders_come_in_pairs() -> None:
    """A judge of both orders sees the same sides of the same item swapped; the count is kept."""
    truth = Truth.of(STRENGTHS, items=50, judges=(Judge("twice", both_orders=True),))
    log = simulate(truth, comparisons=2_001, seed=7)
    assert len(log) == 2_001
    pair = [np.minimum(log.first, log.second), np.maximum(log.first, log.second), log.item]
    meetings = pd.DataFrame(dict(enumerate([*pair, log.first > log.second])))
    counts = meetings.groupby([0, 1, 2])[3].agg(["sum", "count"])
    assert (2 * counts["sum"] != counts["count"]).sum() == 1  # the round that was cut short


def test_a_clone_cannot_be_told_apart() -> None:
    """A clone and its source have equal points in every comparison on the same item."""
    source = Competitor("source", 1050, capabilities={"coding": 80})
    truth = Truth(
        (source, source.clone("copy"), Competitor("other")),
        facets=(TREE,),
        items=40,
        item_effect=150,
    )
    log = simulate(truth, comparisons=ROWS, seed=8)
    between = (log.first < 2) & (log.second < 2)
    assert (log.difference[between] == 0).all()
    points = {}
    for me in (0, 1):
        rows = log.first == me
        points[me] = dict(zip(log.item[rows], log.strength[rows, 0], strict=True))
    assert points[0] == points[1]


def test_planted_capabilities_show_in_raw_win_rates() -> None:
    """A planted strength raises the win rate on its node and nowhere else."""
    truth = Truth(
        (Competitor("specialist", capabilities={"coding": 200}), Competitor("other")),
        facets=(TREE,),
        items=400,
    )
    log = simulate(truth, comparisons=ROWS, seed=9)
    category = log.comparisons["category"]
    coding = category.str.startswith("coding/").to_numpy()
    expected = float(outcome_probabilities(200)[FIRST])
    assert win_rate(log, "specialist", coding) == pytest.approx(expected, abs=0.02)
    assert win_rate(log, "specialist", ~coding) == pytest.approx(0.5, abs=0.02)


def test_the_table_of_capabilities_is_the_planted_one() -> None:
    """Inner nodes average their leaves by share, and effects are relative to overall strength."""
    truth = Truth(
        (Competitor("a", 1000, capabilities={"coding/sql": 100, "writing": -20}), Competitor("b")),
        facets=(TREE,),
        items=10,
    )
    assert truth.overall() == pytest.approx([1015, 1000])
    table = truth.capabilities().set_index(["competitor", "capability"])
    assert table.loc["a", "strength"].to_dict() == {
        "coding": 1050.0,
        "coding/python": 1000.0,
        "coding/sql": 1100.0,
        "writing": 980.0,
    }
    assert table.loc[("a", "writing"), "effect"] == pytest.approx(-35)
    assert (table.loc["b", "effect"] == 0).all()


def test_drift_and_joining_follow_the_clock() -> None:
    """A drifting competitor moves by its points; a late one plays only after it has joined."""
    truth = Truth(
        (Competitor("a", drift=300), Competitor("b"), Competitor("late", joins=0.8)), weeks=10
    )
    log = simulate(truth, comparisons=ROWS, seed=10)
    mine = log.strength[log.first == 0, 0]
    assert mine[0] == pytest.approx(850, abs=1)
    assert mine[-1] == pytest.approx(1150, abs=1)
    playing = (log.first == 2) | (log.second == 2)
    assert log.moment[playing].min() >= 0.8
    assert_share(playing[log.moment > 0.8], 2 / 3)


def test_longer_responses_win_by_the_length_effect() -> None:
    """Equal competitors: wins follow the normalised difference in length."""
    truth = Truth.of({"a": 1000, "b": 1000}, words=200, length_effect=300)
    log = simulate(truth, comparisons=ROWS, seed=11)
    spread = (log.words[:, 0] - log.words[:, 1]) / (log.words.sum(1) + 1)
    assert log.difference == pytest.approx(300 * spread)
    assert_outcomes(log)
    assert scores(log)[spread > 0].mean() > 0.6


def test_item_effects_have_their_spread() -> None:
    """The points of a competitor vary over items with the standard deviation that is set."""
    log = simulate(
        Truth.of({"a": 1000, "b": 1000}, items=4000, item_effect=120), comparisons=ROWS, seed=12
    )
    effects = pd.Series(log.strength[:, 0]).groupby(log.item * 2 + log.first).first()
    assert effects.std() == pytest.approx(120, rel=0.06)


def test_the_preferred_side_never_makes_less_progress() -> None:
    """Progress agrees with the preference, in steps of 0.05."""
    log = simulate(Truth.of(STRENGTHS, ties=0.5, progress=True), comparisons=5_000, seed=13)
    lead = log.progress[:, 0] - log.progress[:, 1]
    assert (lead[log.outcome == FIRST] >= 0).all()
    assert (lead[log.outcome == SECOND] <= 0).all()
    assert ((log.progress >= 0) & (log.progress <= 1)).all()
    assert np.allclose(log.progress * 20, np.rint(log.progress * 20))


def test_expected_scores_are_long_run_win_rates() -> None:
    """With equal shares and no bias, win rates converge to the expected scores."""
    log = simulate(Truth.of(STRENGTHS, ties=0.3, both_bad=850), comparisons=ROWS, seed=14)
    for name, expected in zip(log.truth.names, log.truth.expected_scores(), strict=True):
        assert win_rate(log, name) == pytest.approx(expected, abs=0.015)


@given(seed=st.integers(0, 2**32), rows=st.integers(1, 60), competitors=st.integers(2, 6))
def test_nobody_meets_itself(seed: int, rows: int, competitors: int) -> None:
    """Any seed and size gives exactly that many comparisons, of two different competitors each."""
    truth = Truth.of(
        {f"m{i}": 1000 for i in range(competitors)},
        judges=(Judge("once"), Judge("twice", both_orders=True)),
    )
    log = simulate(truth, comparisons=rows, seed=seed)
    assert len(log.comparisons) == rows
    assert (log.first != log.second).all()
    assert log.comparisons["time"].is_monotonic_increasing
