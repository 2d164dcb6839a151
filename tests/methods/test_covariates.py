"""Covariates: reading them from a log, the columns they become, and what cannot be identified."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ranking import read
from ranking.covariates import Covariates, design, normalised_difference
from ranking.errors import InputError, RankingWarning
from ranking.methods.contextual import ContextualBradleyTerry
from ranking.self_preference import own_family
from tests.conftest import make_games


def log_of(n=60, **columns):
    """Import a table of three models with the columns that are given."""
    rng = np.random.default_rng(0)
    first = rng.integers(0, 3, n)
    second = (first + rng.integers(1, 3, n)) % 3
    table = {
        "model_a": np.array(["x", "y", "z"])[first],
        "model_b": np.array(["x", "y", "z"])[second],
        "winner": np.where(rng.random(n) < 0.5, "model_a", "model_b"),
    }
    return read(pd.DataFrame(table | columns))


def three_games():
    return make_games([0, 1, 2, 0, 1, 2], [1, 2, 0, 1, 2, 0], [1, 1, 1, 0, 0, 0])


def sided(first, second) -> Covariates:
    return Covariates({"words": (np.array(first, float), np.array(second, float))})


def test_covariates_come_in_the_order_of_the_games() -> None:
    """Each row's feature is its own, whatever the order of times in the file."""
    n = 200
    rng = np.random.default_rng(1)
    times = pd.to_datetime("2024-01-01") + pd.to_timedelta(rng.integers(0, 40, n), unit="h")
    times = times.to_series().reset_index(drop=True).astype(object).where(np.arange(n) % 7 > 0)
    log = log_of(n, words_a=np.arange(n), words_b=0, item=np.arange(n), timestamp=times)
    games = log.games()
    # Items are numbered in the order of their names, which is that of text.
    name = np.array(sorted(map(str, range(n)))).astype(int)
    np.testing.assert_array_equal(log.covariates().features["words"][0], name[games.item])
    assert np.isnan(games.time).sum() == len(range(0, n, 7))


def test_covariates_follow_the_selection() -> None:
    """A selection lets the same rows pass for games and covariates."""
    log = log_of(60, words_a=np.arange(60), words_b=1, language=["en", "de"] * 30)
    chosen = log.where("language=de")
    assert len(chosen.games()) == len(chosen.covariates()) == 30
    assert (chosen.covariates().features["words"][0] % 2 == 1).all()


def test_lengths_are_counted_in_words() -> None:
    """Words are what white space separates; a missing response has no length."""
    log = log_of(4, response_a=["one", "two  words", " ", None], response_b=["a\nb\tc"] * 4)
    first, second = log.covariates(("length",)).length
    np.testing.assert_array_equal(first, [1, 2, 0, np.nan])
    np.testing.assert_array_equal(second, 3)


def test_position_and_judges_are_read() -> None:
    """Presentation order becomes 1, -1 or unknown; judges bring their families."""
    log = log_of(
        4, first_shown=["a", "b", None, "a"], judge=["j", "k", "j", "k"],
        judge_family=["gpt", None, "gpt", None],
    )  # fmt: skip
    found = log.covariates(("position", "self-preference"))
    np.testing.assert_array_equal(found.position, [1, -1, np.nan, 1])
    assert sorted(found.judges.values(), key=str) == [("j", "gpt"), ("k", None)]


def test_style_columns_have_unit_spread_about_zero() -> None:
    """A style column is the normalised difference over its root mean square, votes counted."""
    games = three_games()
    games = replace(games, votes=np.array([1.0, 2, 1, 1, 1, 3]))
    covariates = sided([9, 0, 5, 3, 30, 8], [0, 9, 5, 1, 10, 2])
    found = design(covariates, ("style",), games)
    raw = normalised_difference(*covariates.features["words"])
    scale = np.sqrt(np.average(raw**2, weights=games.votes))
    np.testing.assert_allclose(found.values[:, 0], raw / scale)
    assert found.scale[0] == pytest.approx(scale)
    assert (found.names, found.units) == (("words",), ("points per SD",))


def test_style_leaves_out_what_is_no_count_and_says_so() -> None:
    """Constant, negative and empty features are dropped with a sentence each."""
    games, six = three_games(), np.arange(6.0)
    covariates = Covariates(
        {
            "words": (six, np.full(6, 2.0)),
            "same": (six, six),
            "mood": (-six, six),
            "none": (np.full(6, np.nan), np.full(6, np.nan)),
        }
    )
    found = design(covariates, ("style",), games)
    assert found.names == ("words",)
    assert found.known.all()
    assert len(found.notes) == 3
    for word in ("same", "mood", "none"):
        assert any(word in note for note in found.notes)


def test_one_covariate_named_twice_is_one_column() -> None:
    """Style and style:words share a column; feature:words and a feature called length do not."""
    covariates = sided([9, 0, 5, 3, 30, 8], [0, 9, 5, 1, 10, 2])
    found = design(covariates, ("style", "style:words", "feature:words"), three_games())
    assert found.names == ("words", "words difference")
    both = replace(covariates, features={"length": covariates.features["words"]})
    both = replace(both, length=covariates.features["words"])
    found = design(both, ("style", "length"), three_games())
    assert found.names == ("length", "response length")


@pytest.mark.parametrize(
    ("names", "covariates", "sentence"),
    [
        (("style",), Covariates(), "no features"),
        (("feature:x",), Covariates(), "no feature 'x'; the features are: none"),
        (("style:words",), sided([-1] * 6, [1] * 6), "negative values"),
        (("style",), sided([2] * 6, [2] * 6), "No covariate is left"),
        (("length",), Covariates(), "lengths of the responses are not known"),
        (("length",), Covariates(length=(np.full(6, np.nan),) * 2), "lengths of the responses"),
        (("position",), Covariates(position=np.full(6, np.nan)), "order=COLUMN"),
        (("self-preference",), Covariates(), "does not say who judged"),
    ],
)
def test_a_covariate_that_is_not_known_is_refused_in_words(names, covariates, sentence) -> None:
    """What is missing is named, with what to do."""
    with pytest.raises(InputError, match=sentence):
        design(covariates, names, three_games())


def test_covariates_that_are_never_known_together_are_refused() -> None:
    """Two covariates, each missing where the other is known, leave no row."""
    half = np.array([1.0, 2, 3, np.nan, np.nan, np.nan])
    covariates = Covariates({"x": (half, np.zeros(6)), "y": (half[::-1], np.zeros(6))})
    with pytest.raises(InputError, match="No comparison has all of x, y"):
        design(covariates, ("style",), three_games())


@pytest.mark.parametrize(
    ("judge", "family", "competitor", "same"),
    [
        ("gpt-4", "gpt", "GPT-4o-mini", True),
        ("gpt-4", None, "gpt-4-turbo", True),
        ("gpt-4", None, "gpt-4o", True),
        ("gpt-4", None, "gpt-41", False),
        ("gpt-4", "gpt", "gptq-model", False),
        ("claude", None, "claude", True),
        ("a", None, "alpaca", False),
        ("llama-3", "llama", "claude-2", False),
    ],
)
def test_a_competitor_is_of_the_family_its_name_begins_with(
    judge, family, competitor, same
) -> None:
    """Names are compared whole words at a time, without regard to case."""
    games = make_games([0, 1, 0], [1, 0, 1], [1, 0, 1], names=(competitor, "known-1"))
    games = replace(games, judge=np.array([0, 0, 1]))
    judges = {0: (judge, family), 1: ("known-1", None)}
    found = own_family(judges, games, {})
    np.testing.assert_array_equal(found, [float(same), -float(same), -1])


def test_families_that_are_stated_come_first() -> None:
    """A stated family replaces the guess, for judges and competitors; no judge is unknown."""
    games = make_games([0, 0, 0], [1, 1, 1], [1, 0, 1], names=("gpt-4o", "other"))
    games = replace(games, judge=np.array([0, 1, -1]))
    judges = {0: ("gpt-4o", None), 1: ("referee", None)}
    found = own_family(judges, games, {"gpt-4o": "them", "referee": "them", "other": "them"})
    np.testing.assert_array_equal(found, [0, 0, np.nan])


def test_nobody_of_a_judges_family_is_said() -> None:
    """Without one match there is nothing to estimate."""
    games = replace(three_games(), judge=np.zeros(6, np.int64))
    with pytest.raises(InputError, match="No judge is of the family"):
        own_family({0: ("ann", None)}, games, {})


def test_one_order_only_is_not_identifiable() -> None:
    """Two competitors of whom one is always shown first: the order is the rating."""
    games = make_games([0] * 6, [1] * 6, [1, 0, 1, 1, 0, 1])
    with pytest.raises(InputError, match="shown in both orders"):
        ContextualBradleyTerry(("position",)).rate(
            games, covariates=Covariates(position=np.ones(6))
        )


def test_a_single_judge_is_not_identifiable() -> None:
    """One judge of one family: the preference for it is the rating of its competitor."""
    games = replace(three_games(), judge=np.zeros(6, np.int64))
    with pytest.raises(InputError, match="by its own family and by others"):
        ContextualBradleyTerry(("self-preference",)).rate(
            games, covariates=Covariates(judges={0: ("A", None)})
        )


def test_a_feature_of_the_competitors_is_not_identifiable() -> None:
    """A number that each competitor always has the same follows from who was compared."""
    games, size = three_games(), np.array([7.0, 70.0, 3.0])
    covariates = sided(size[games.first], size[games.second])
    with pytest.raises(InputError, match="'words difference' is not identifiable"):
        ContextualBradleyTerry(("feature:words",)).rate(games, covariates=covariates)


def test_two_like_covariates_are_not_identifiable() -> None:
    """A feature and its double carry the same information."""
    x = np.array([1.0, 0, 2, 5, 1, 1])
    covariates = Covariates({"x": (x, np.ones(6)), "twice": (2 * x, np.full(6, 2.0))})
    method = ContextualBradleyTerry(("feature:x", "feature:twice"))
    with pytest.raises(InputError, match=r"'twice difference'.*covariates before it \(x"):
        method.rate(three_games(), covariates=covariates)


def test_a_log_is_rated_with_its_own_covariates() -> None:
    """From a table to ratings: missing features are counted in the warnings of the result."""
    rng = np.random.default_rng(3)
    words = rng.poisson(30, 200).astype(object)
    words[:10] = None
    log = log_of(200, words_a=words, words_b=rng.poisson(30, 200))
    with pytest.warns(RankingWarning, match="10 of 200 comparisons are left out"):
        ratings = ContextualBradleyTerry().rate(log)
    assert ratings.parameters[0].name == "words"
    assert ratings.settings["covariates"] == ("style",)
    assert ratings.noun == "model"
    assert any("10 of 200" in sentence for sentence in ratings.warnings)
