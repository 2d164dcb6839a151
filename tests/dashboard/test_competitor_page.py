"""The page of one competitor over a small database, without a browser."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.competitor_history import neighbours
from dashboard.method_settings import TITLES
from dashboard.wording import literal
from ranking.competitor import CompetitorProfile, competitor_profile
from ranking.errors import SelectionError
from ranking.store import Store
from tests.dashboard.conftest import BATTLES, HOSTILE, HOSTILE_NAMES, add
from tests.dashboard.fakes import fake_ratings
from tests.dashboard.test_pages import texts

App = Callable[..., AppTest]
TIMED = "model_a,model_b,winner,time\n" + "".join(
    f"{a},{b},{winner},2026-0{month}-0{day}T10:00:00\n"
    for month in (1, 2, 3)
    for day in (1, 5)
    for a, b in (("ant", "bee"), ("bee", "cat"), ("cat", "ant"))
    for winner in ("model_a", "model_b", "tie")
)


def charts(test: AppTest) -> int:
    return len(test.get("plotly_chart"))


def test_without_an_arena_the_page_offers_a_start(app: App, store: Store):
    """An empty database leads to the upload and to the samples."""
    test = app("competitor")
    assert not test.exception and not test.error
    assert test.title[0].value == "Welcome to Podium"


def test_the_leader_is_shown_at_first(app: App, arenas: Store):
    """Without a choice the page is about the first of the leaderboard, and can be changed."""
    leader = app().dataframe(key="board-0").value["competitor"].iloc[0]
    test = app("competitor")
    assert not test.exception and not test.error
    assert test.title[0].value == leader
    other = next(name for name in ("ant", "bee", "cat") if name != leader)
    test.selectbox(key="who").set_value(other).run()
    assert not test.exception and not test.error
    assert test.title[0].value == other


def test_the_page_has_place_record_and_opponents(app: App, arenas: Store):
    """Conclusion, rating with interval, rank set, record and chart are all there."""
    test = app("competitor", who="bee")
    assert not test.exception and not test.error
    assert "bee" in test.header[0].value
    metrics = {metric.label: metric for metric in test.metric}
    assert set(metrics) == {"Rating", "Rank", "Chance of being best", "Score"}
    assert " to " in metrics["Rating"].delta
    assert metrics["Rank"].delta == "of 3 models"
    assert metrics["Score"].delta == "20 comparisons"
    assert charts(test) == 2
    assert "of 2 results" in texts(test)


@pytest.mark.parametrize("title", list(TITLES))
def test_the_page_follows_every_method(app: App, store: Store, tmp_path: Path, title: str):
    """Whatever the sidebar is set to, the page has a rating under its name."""
    add(store, "timed", TIMED, tmp_path)
    test = app("competitor", method=title, who="cat")
    assert not test.exception and not test.error
    assert test.title[0].value == "cat"
    assert title in test.caption[0].value.replace("\\", "")


def test_the_page_follows_the_selection_and_the_anchor(app: App, arenas: Store):
    """Filters narrow the record and are said; the anchor shifts the rating."""
    test = app("competitor", who="ant", judge="ann", anchor="ant", anchor_points="0")
    assert not test.exception and not test.error
    metrics = {metric.label: metric for metric in test.metric}
    assert metrics["Score"].delta == "10 comparisons"
    assert metrics["Rating"].value == "0"
    assert "judged by ann" in test.caption[0].value


def test_whoever_is_not_in_the_selection_is_replaced(app: App, arenas: Store):
    """A competitor without comparisons gives way to one that has some, and a note says so."""
    test = app("competitor", who="cat", competitor=["ant", "bee"])
    assert not test.exception and not test.error
    assert test.title[0].value in ("ant", "bee")
    assert "cat has no comparisons" in test.toast[0].value.replace("\\", "")


def test_an_empty_selection_is_a_sentence(app: App, arenas: Store):
    """A selection without comparisons is explained, without a traceback."""
    test = app("competitor", where="language = de", judge="ann")
    assert not test.exception
    assert "no comparisons" in test.error[0].value.lower()


def test_a_failing_profile_is_a_sentence(app: App, arenas: Store):
    """An error of the library is shown as it is written, with a way on."""
    with patch("dashboard.pair_data.competitor_profile", side_effect=SelectionError("Not so.")):
        test = app("competitor", who="ant")
    assert not test.exception
    assert test.error[0].value == literal("Not so.")


def test_breakdowns_can_be_chosen(app: App, arenas: Store):
    """Each field of the log is a breakdown, drawn as a chart."""
    test = app("competitor", who="ant", aspect="Breakdowns")
    assert not test.exception and not test.error
    assert {"judge", "language"} <= set(test.selectbox(key="by").options)
    test.selectbox(key="by").set_value("language").run()
    assert not test.exception
    assert charts(test) == 2


def test_nothing_is_broken_down_where_the_log_says_nothing(app: App, store: Store, tmp_path: Path):
    """Without judges, fields and times the page has no empty parts."""
    rows = "".join(f"{line.rsplit(',', 2)[0]}\n" for line in BATTLES.splitlines())
    add(store, "bare", rows, tmp_path)
    test = app("competitor")
    assert not test.exception and not test.error
    assert [tab.label for tab in test.tabs] == ["Opponents", "Comparisons"]


def test_raw_comparisons_are_seen_from_the_competitor(app: App, arenas: Store):
    """Its wins are won, whichever side it was on, and the rows can be searched."""
    test = app("competitor", who="cat", aspect="Comparisons")
    assert not test.exception and not test.error
    frame = test.dataframe(key="raw").value
    assert len(frame) == 20
    assert set(frame["model_b"]) == {"ant", "bee"}
    assert (frame["outcome"] == "won").sum() == 6
    assert (frame["outcome"] == "lost").sum() == 6
    test.text_input(key="find").set_value("bob").run()
    assert len(test.dataframe(key="raw").value) == 10
    test.text_input(key="find").set_value("nobody at all").run()
    assert "No comparison matches" in test.info[0].value


def test_an_opponent_leads_to_the_head_to_head(app: App, arenas: Store):
    """Choosing an opponent draws a link to the page of the two."""
    test = app("competitor", who="ant")
    assert not test.get("page_link")
    test.selectbox(key="rival").set_value("bee").run()
    (link,) = test.get("page_link")
    assert link.proto.label == "Head to head with bee"
    assert "a=ant" in link.proto.query_string and "b=bee" in link.proto.query_string


def test_history_is_there_where_the_log_has_times(app: App, store: Store, tmp_path: Path):
    """A log with times has a history of the rating."""
    add(store, "timed", TIMED, tmp_path)
    test = app("competitor", who="ant", aspect="History")
    assert not test.exception and not test.error
    assert charts(test) == 2
    assert "rated next to it" in texts(test)


def test_the_opponents_are_a_table_too(app: App, arenas: Store):
    """The chart's figures are there as a table, on demand."""
    test = app("competitor", who="ant")
    assert not test.dataframe
    test.session_state["as-table"] = True
    frame = test.run().dataframe[0].value
    assert list(frame["name"]) and set(frame["name"]) == {"bee", "cat"}
    assert frame["games"].sum() == 20


@pytest.mark.parametrize("aspect", ["Opponents", "Comparisons"])
def test_hostile_names_are_shown_as_they_are(app: App, store: Store, tmp_path: Path, aspect: str):
    """Names reach Markdown only escaped."""
    add(store, "zoo", HOSTILE, tmp_path)
    test = app("competitor", who=HOSTILE_NAMES[2], aspect=aspect)
    assert not test.exception and not test.error
    assert test.title[0].value == literal(HOSTILE_NAMES[2])
    assert not any(name in texts(test) for name in HOSTILE_NAMES)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("model-1", ["model-2", "model-3", "model-4", "model-5"]),
        ("model-4", ["model-2", "model-3", "model-5", "model-6"]),
        ("model-8", ["model-4", "model-5", "model-6", "model-7"]),
    ],
)
def test_neighbours_are_those_rated_next(name: str, expected: list[str]):
    """Four others are beside each, at the ends of the leaderboard too."""
    assert neighbours(fake_ratings(8), name) == expected


def test_two_competitors_have_one_neighbour():
    """With fewer than five competitors all others are neighbours."""
    assert neighbours(fake_ratings(2), "model-2") == ["model-1"]


def test_without_residuals_nothing_is_called_surprising(app: App, arenas: Store):
    """Where a method gives no residuals, the page says so instead of "none"."""
    compute = competitor_profile

    def untested(*args: Any, **settings: Any) -> CompetitorProfile:
        found = compute(*args, **settings)
        opponents = tuple(replace(held, residual=math.nan) for held in found.opponents)
        return replace(found, opponents=opponents)

    with patch("dashboard.pair_data.competitor_profile", untested):
        test = app("competitor", who="ant")
    assert not test.exception and not test.error
    assert "cannot be told" in texts(test)
