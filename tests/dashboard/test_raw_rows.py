"""Raw comparisons seen from one competitor: sides, outcomes and columns."""

import pandas as pd
import pytest

from dashboard.raw_rows import columns, seen_from


def rows(**changes: list) -> pd.DataFrame:
    """Return two comparisons of ant and bee, with ant first on the left, then on the right."""
    held = {
        "import": [1, 1],
        "line": [2, 3],
        "model_a": ["ant", "bee"],
        "model_b": ["bee", "ant"],
        "outcome": ["first", "first"],
    }
    return pd.DataFrame({**held, **changes})


def test_outcomes_are_the_competitors():
    """A win of the other side is a loss, wherever the competitor stood."""
    seen = seen_from(rows(), "ant", "model")
    assert list(seen["outcome"]) == ["won", "lost"]
    assert list(seen["model_b"]) == ["bee", "bee"]
    assert list(seen["model_a"]) == ["A", "B"]


@pytest.mark.parametrize(("outcome", "words"), [("tie", "tie"), ("both_bad", "both bad")])
def test_even_outcomes_stay(outcome: str, words: str):
    """Neither side of a tie has won."""
    seen = seen_from(rows(outcome=[outcome] * 2), "ant", "model")
    assert list(seen["outcome"]) == [words] * 2


def test_columns_of_a_side_change_places():
    """Responses, scores and features follow the competitor to side A."""
    seen = seen_from(
        rows(response_a=["x", "y"], response_b=["p", "q"], words_a=[1, 2], words_b=[3, 4]),
        "ant",
        "model",
    )
    assert list(seen["response_a"]) == ["x", "q"]
    assert list(seen["response_b"]) == ["p", "y"]
    assert list(seen["words_a"]) == [1, 4]


def test_a_response_that_only_one_side_has():
    """A column that the page leaves out, because it is empty, comes back where it is needed."""
    seen = seen_from(rows(response_a=["x", "y"]), "ant", "model")
    assert seen["response_a"].fillna("").tolist() == ["x", ""]
    assert seen["response_b"].fillna("").tolist() == ["", "y"]


def test_a_field_that_only_looks_like_a_side_stays():
    """A field called plan_a without a plan_b is of the comparison, not of a side."""
    seen = seen_from(rows(plan_a=["p", "q"]), "ant", "model")
    assert list(seen["plan_a"]) == ["p", "q"]
    assert "plan_b" not in seen


def test_soft_scores_and_order_are_mirrored():
    """A score of .8 for the other side is .2, and its first place is the second."""
    changed = rows(outcome=["soft"] * 2, score=[0.8, 0.8], a_shown_first=[True, True])
    seen = seen_from(changed, "ant", "model")
    assert list(seen["score"]) == pytest.approx([0.8, 0.2])
    assert list(seen["a_shown_first"]) == [True, False]
    assert list(seen["outcome"]) == ["in between"] * 2


def test_fields_may_have_any_name():
    """Fields called opponent, side or result neither fail nor are taken for Podium's own."""
    seen = seen_from(rows(opponent=["o", "p"], side=["s", "t"], result=["r", "u"]), "ant", "model")
    assert list(seen["opponent"]) == ["o", "p"]
    assert not {"opponent", "side", "result"} & columns(seen, "model").keys()
