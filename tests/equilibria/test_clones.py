"""Finding clones by their payoffs, and the game in which each class plays once."""

import numpy as np
import pytest

from ranking.equilibria import clone_classes
from ranking.equilibria.clones import merge_evaluation
from ranking.errors import InputError
from tests.equilibria.games import SKEWED, repeated, scored


def test_equal_rows_are_one_class_and_others_are_not() -> None:
    """Rows that agree to twelve digits are clones; negative zero equals zero."""
    rows = np.array([[1.0, 0], [2, 0], [1, -0.0], [1, 1e-15], [1, 1e-9]])
    classes = clone_classes("abcde", rows)
    assert classes.label.tolist() == [0, 1, 0, 0, 2]
    assert classes.groups == (("a", "c", "d"),)


def test_the_merged_game_is_the_game_before_cloning() -> None:
    """Merging undoes any repetition, to the last bit."""
    game = scored(SKEWED)
    merged, competitors, tasks = merge_evaluation(
        repeated(game, tasks=[0, 0, 2], competitors=[3, 3, 0])
    )
    np.testing.assert_array_equal(merged.margin, game.margin)
    assert competitors.groups == (("m0", "m7"), ("m3", "m5", "m6"))
    assert tasks.groups == (("t0", "t3", "t4"), ("t2", "t5"))


def test_a_game_without_clones_is_left_alone() -> None:
    """Nothing is copied where there is nothing to merge."""
    game = scored(SKEWED)
    assert merge_evaluation(game)[0] is game


def test_mass_is_split_evenly_and_values_are_shared() -> None:
    """Each member gets its part of the mass and the whole of the value."""
    classes = clone_classes("abc", np.array([[1.0], [2], [1]]))
    assert classes.split(np.array([0.6, 0.4])).tolist() == [0.3, 0.4, 0.3]
    assert classes.each(np.array([-1.0, -2])).tolist() == [-1, -2, -1]


def test_declared_clones_join_whole_classes_and_count_once_each() -> None:
    """A declaration joins the classes of its members; their payoffs are averaged by class."""
    rows = np.array([[0.0], [0], [3], [5]])
    classes = clone_classes("abcd", rows, declared=[["b", "c"]])
    assert classes.groups == (("a", "b", "c"),)
    assert classes.mean(rows, 0).tolist() == [[1.5], [5.0]]


def test_an_unknown_declared_clone_is_named() -> None:
    """A name that is not in the game is an error."""
    with pytest.raises(InputError, match="'x' is declared a clone"):
        clone_classes("ab", np.zeros((2, 1)), declared=[["a", "x"]])
