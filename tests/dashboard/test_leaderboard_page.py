"""What the leaderboard says about methods, style, places and time, without a browser."""

from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.method_settings import TITLES, WORDS, fields_of
from ranking.methods import BradleyTerry
from ranking.store import Store
from tests.dashboard.conftest import add

App = Callable[..., AppTest]
HEADER = "model_a,model_b,winner,prompt_id,judge,timestamp,words_a,words_b,response_a,response_b\n"


def styled(rows: int = 400) -> str:
    """Write a log in which longer answers win, with times and items."""
    rng = np.random.default_rng(0)
    lines = []
    for at in range(rows):
        first, second = rng.choice(["ant", "bee", "cat", "dog"], 2, replace=False)
        words = rng.integers(20, 400, 2)
        chance = 1 / (1 + np.exp(-(words[0] - words[1]) / 200))
        winner = "tie" if rng.random() < 0.2 else "model_a" if rng.random() < chance else "model_b"
        day = f"2026-{1 + at * 11 // rows:02d}-15T12:00:{at % 60:02d}"
        lines.append(
            f"{first},{second},{winner},p{at % 40},j{at % 15},{day},{words[0]},{words[1]},"
            f"text {at},other {at}"
        )
    return HEADER + "\n".join(lines) + "\n"


@pytest.fixture
def styles(store: Store, tmp_path: Path) -> Store:
    """A database with a log that holds style, items, judges and times."""
    add(store, "styled", styled(), tmp_path)
    return store


def board(test: AppTest):
    """Return the table of a leaderboard."""
    return test.dataframe(key="board-0").value


def sidebar(test: AppTest) -> list[str]:
    """Return the labels of the sidebar's choices."""
    return [box.label for box in test.sidebar.selectbox]


@pytest.mark.parametrize("kind", TITLES.values(), ids=lambda kind: kind.name)
def test_every_method_can_be_picked(app: App, styles: Store, kind):
    """Each method of the library has a leaderboard, and its meaning in words beside the choice."""
    test = app(method=kind.title, resamples="None: no intervals")
    assert not test.exception and not test.error
    assert test.selectbox(key="method").value == kind.title
    assert kind.summary.partition(". ")[0] in "\n".join(c.value for c in test.sidebar.caption)
    assert len(board(test)) == 4


def test_settings_have_words_for_every_value():
    """What a setting can be is offered in words, none forgotten."""
    import typing

    hints = typing.get_type_hints(BradleyTerry)
    for name, words in WORDS.items():
        if name in fields_of(BradleyTerry):
            assert set(words) == set(typing.get_args(hints[name]))


def test_ties_can_have_a_model(app: App, styles: Store):
    """The caption says so, and the details hold the model's parameter."""
    test = app(ties="Davidson’s model", view="Details")
    assert not test.exception and not test.error
    assert "ties by Davidson’s model" in test.caption[0].value
    assert "nu" in test.table[0].value.to_string()


def test_only_settings_that_a_log_has_room_for_are_offered(app: App, arenas: Store):
    """Without items there is no clustering by item; Elo has no models of ties."""
    test = app()
    assert "By item" not in test.selectbox(key="cluster").options
    assert "Ties" not in sidebar(app(method="Elo"))


def test_methods_of_change_need_times(app: App, arenas: Store):
    """What rates change over time is not offered where a log has no times."""
    test = app(method="Glicko-2")
    assert not test.exception and not test.error
    assert test.selectbox(key="method").value == BradleyTerry.title
    assert not {"Glicko-2", "Dynamic Bradley–Terry"} & set(test.selectbox(key="method").options)


def test_style_control_shows_what_it_changes(app: App, styles: Store):
    """Places and points of change stand beside each name; coefficients have a tab."""
    plain, test = app(), app(style="true", view="Table")
    assert not test.exception and not test.error
    assert "style held equal" in test.caption[0].value
    assert {"places", "change"} <= set(board(test).columns)
    assert not {"places", "change"} & set(board(plain).columns)
    coefficients = app(style="true", view="Style")
    assert not coefficients.exception and not coefficients.error
    assert len(coefficients.get("plotly_chart")) == 1


def test_style_control_is_offered_only_where_there_is_style(app: App, arenas: Store):
    """A log without features, responses or orders has nothing to hold equal."""
    assert "style" not in [toggle.key for toggle in app().toggle]


def test_another_arena_forgets_what_it_has_no_room_for(app: App, styles: Store, arenas: Store):
    """Settings of one arena that another lacks fall back to their defaults."""
    test = app(arena="styled", style="true", cluster="By item")
    test.selectbox(key="arena").set_value("battles").run()
    assert not test.exception and not test.error
    assert test.title[0].value == "battles"


def test_details_hold_other_views_of_each_place(app: App, styles: Store):
    """Arena-style rank, expected rank and the chance to be best stand beside the rank set."""
    test = app(view="Details")
    frame = test.dataframe[0].value
    assert list(frame.columns) == ["competitor", "rank", "set", "overlap", "expected", "best"]
    assert frame["best"].sum() == pytest.approx(100)
    words = test.table[0].value.to_string()
    assert "Weighs all comparisons at once" in words and "hold at once" in words


def test_history_is_there_where_there_are_times(app: App, styles: Store, arenas: Store):
    """The leaders are drawn over time; a log without times has no such tab."""
    test = app(arena="styled", view="History")
    assert not test.exception and not test.error
    assert len(test.get("plotly_chart")) == 1
    assert any("mark others" in caption.value for caption in test.caption)
    assert "History" not in [tab.label for tab in app(arena="battles").tabs]


def test_an_anchor_is_explained(app: App, styles: Store):
    """The caption says what moves with an anchor, and what does not."""
    test = app(anchor="bee", anchor_points="1200")
    (said,) = [c.value for c in test.caption if "anchor" in c.value]
    assert "bee is set to 1200" in said and "No rank, interval width or difference" in said


def test_marked_competitors_lead_to_their_pages(app: App, styles: Store):
    """One marked competitor has a link to its page, two have one to their head to head."""
    assert "Open ant" in [link.label for link in app(marked=["ant"]).get("page_link")]
    assert "Head to head" in [link.label for link in app(marked=["ant", "bee"]).get("page_link")]


def test_a_level_is_no_new_fit(app: App, styles: Store):
    """Another level moves the intervals without rating the log again."""
    wide = board(app(level="99%"))
    with patch.object(BradleyTerry, "rate", side_effect=AssertionError("fitted again")):
        test = app(level="80%")
    assert not test.exception and not test.error
    assert (board(test)["half"] < wide["half"]).all()
