"""The short checks of a leaderboard: each tells the truth, whatever the method."""

import numpy as np

from dashboard.data import Facets
from dashboard.trust import checks
from tests.dashboard.fakes import fake_ratings

NOTHING = Facets((), (), (), (), None, 0.0, False)
ITEMS = Facets((), (), (), (), None, 0.0, True)


def words(ratings, facets: Facets = NOTHING) -> dict[str, bool]:
    return {check.words: check.good for check in checks(ratings, facets)}


def test_good_evidence_is_said_to_be_good():
    """A connected arena with items and without extremes has only green checks."""
    assert words(fake_ratings(), ITEMS) == {
        "Connected": True,
        "No one unbeaten": True,
        "Intervals allow for items": True,
    }


def test_groups_are_counted_without_loners():
    """Two groups that never met are two, whoever has no game at all."""
    ratings = fake_ratings(5, component=np.array([0, 0, 1, 1, 2]))
    assert words(ratings)["2 groups that never met"] is False


def test_extremes_are_seen_under_every_method():
    """Who never won or never lost is counted even where a method gives it a finite rating."""
    ratings = fake_ratings(3, win_rate=np.array([1.0, 0.5, 0.0]))
    assert words(ratings)["2 models known to one side"] is False


def test_ignored_items_are_said():
    """Intervals that ignore items are amber, as are those of a log without items."""
    ignored = fake_ratings(settings={"cluster": "none", "both_bad": "tie"})
    assert words(ignored, ITEMS)["Items ignored: intervals may be narrow"] is False
    assert words(fake_ratings())["No item ids: intervals may be narrow"] is False
