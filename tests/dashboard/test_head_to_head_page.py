"""The page of two competitors over a small database, without a browser."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.head_to_head_view import evidence
from dashboard.method_settings import TITLES
from dashboard.wording import literal
from ranking.breakdown import Share
from ranking.head_to_head import HeadToHead
from ranking.ratings import Difference
from ranking.store import Store
from tests.dashboard.conftest import HOSTILE, HOSTILE_NAMES, add
from tests.dashboard.test_competitor_page import TIMED
from tests.dashboard.test_pages import texts

App = Callable[..., AppTest]
NEVER_MET = "model_a,model_b,winner\n" + "ant,bee,model_a\nant,bee,model_b\nbee,cat,tie\n" * 4
TEXTS = "model_a,model_b,winner,prompt,response_a,response_b\n" + "".join(
    f'{a},{b},{winner},"Say **hello** {number}","{x}","{y}"\n'
    for number, (a, b, winner, x, y) in enumerate(
        [
            ("ant", "bee", "model_a", "Hello there you <b>all</b>", "Hello there you :red[two]"),
            ("bee", "ant", "model_a", "Good day to you", "Good night to you"),
            ("ant", "bee", "tie", "One", "Two"),
        ]
        * 2
    )
)
NOTHING = Share(math.nan, math.nan, math.nan)
MEETING = HeadToHead(
    first="ant", second="bee", arena="battles", noun="model", level=0.95,
    wins=6, ties=2, losses=2, both_bad=0, comparisons=10,
    observed=Share(0.7, 0.4, 0.9), expected=Share(0.6, 0.5, 0.7),
    difference=Difference(70, 30, 10, 130, 0.02), residual=0.4,
    e_value=1.5, level_reached=False, comparisons_needed=40, breakdowns=(),
    conclusion="", favoured=6, opposed=2,
)  # fmt: skip


def charts(test: AppTest) -> int:
    return len(test.get("plotly_chart"))


def test_without_an_arena_the_page_offers_a_start(app: App, store: Store):
    """An empty database leads to the upload and to the samples."""
    test = app("head_to_head")
    assert not test.exception and not test.error
    assert test.title[0].value == "Welcome to Podium"


def test_the_first_two_are_shown_at_first(app: App, arenas: Store):
    """Without a choice the page is about the first two of the leaderboard."""
    first, second = app().dataframe(key="board-0").value["competitor"].iloc[:2]
    test = app("head_to_head")
    assert not test.exception and not test.error
    assert test.title[0].value == f"{first} against {second}"


def test_the_page_has_conclusion_figures_and_intervals(app: App, arenas: Store):
    """Both shares, the difference and the evidence are there, each with what it stands on."""
    test = app("head_to_head", a="ant", b="bee")
    assert not test.exception and not test.error
    assert test.title[0].value == "ant against bee"
    assert test.header[0].value
    metrics = {metric.label: metric for metric in test.metric}
    assert set(metrics) == {"Observed share", "Expected share", "Difference in rating", "E-value"}
    assert " to " in metrics["Observed share"].delta
    assert " to " in metrics["Difference in rating"].delta
    assert metrics["E-value"].delta == "a verdict takes 20"
    assert "10 comparisons of the two" in test.caption[0].value
    assert charts(test) == 3


@pytest.mark.parametrize("title", list(TITLES))
def test_the_page_follows_every_method(app: App, store: Store, tmp_path: Path, title: str):
    """Whatever the sidebar is set to, the page compares the two."""
    add(store, "timed", TIMED, tmp_path)
    test = app("head_to_head", method=title, a="bee", b="cat")
    assert not test.exception and not test.error
    assert test.title[0].value == "bee against cat"


def test_swapping_turns_everything_around(app: App, arenas: Store):
    """After the swap the second is first, and the observed share is the other's."""
    test = app("head_to_head", a="ant", b="bee")
    before = int(test.metric[0].value.rstrip("%"))
    test.button(key="swap").click().run()
    assert not test.exception and not test.error
    assert test.title[0].value == "bee against ant"
    assert abs(before + int(test.metric[0].value.rstrip("%")) - 100) <= 1


def test_choosing_the_other_one_swaps_too(app: App, arenas: Store):
    """Nobody is compared with itself: who is chosen twice changes places."""
    test = app("head_to_head", a="ant", b="bee")
    test.selectbox(key="a").set_value("bee").run()
    assert not test.exception and not test.error
    assert test.title[0].value == "bee against ant"


def test_one_competitor_twice_is_a_hint(app: App, arenas: Store):
    """An address that names one competitor twice is answered with what to do."""
    test = app("head_to_head", a="ant", b="ant")
    assert not test.exception and not test.error
    assert "two different models" in test.info[0].value


def test_two_that_never_met_are_compared_through_others(app: App, store: Store, tmp_path: Path):
    """Without a comparison of the two there is an expectation, and nothing to list."""
    add(store, "chain", NEVER_MET, tmp_path)
    test = app("head_to_head", a="ant", b="cat")
    assert not test.exception and not test.error
    assert "never met" in test.header[0].value
    metrics = {metric.label: metric for metric in test.metric}
    assert (metrics["Observed share"].value, metrics["E-value"].value) == ("none", "none")
    assert metrics["Expected share"].value.endswith("%")
    assert not test.dataframe and [tab.label for tab in test.tabs] == ["By capability"]


def test_two_that_cannot_be_compared(app: App, store: Store, tmp_path: Path):
    """Competitors of two groups that never met have no difference, and no error."""
    rows = "model_a,model_b,winner\n" + "".join(
        f"{a},{b},{winner}\n"
        for a, b in (("ant", "bee"), ("cow", "dog"))
        for winner in ("model_a", "model_b") * 4
    )
    add(store, "apart", rows, tmp_path)
    test = app("head_to_head", a="ant", b="cow")
    assert not test.exception and not test.error
    metrics = {metric.label: metric for metric in test.metric}
    assert metrics["Difference in rating"].value == "unknown"
    assert metrics["Expected share"].delta == "not comparable"


def test_an_empty_selection_is_a_sentence(app: App, arenas: Store):
    """A selection without comparisons is explained, without a traceback."""
    test = app("head_to_head", where="language = de", judge="ann")
    assert not test.exception
    assert "no comparisons" in test.error[0].value.lower()


def test_raw_comparisons_are_those_of_the_two(app: App, arenas: Store):
    """Only their rows are listed, seen from the first."""
    frame = app("head_to_head", a="bee", b="ant").dataframe[0].value
    assert len(frame) == 10
    assert (frame["outcome"] == "lost").sum() == 4
    assert (frame["outcome"] == "won").sum() == 2


def test_breakdowns_are_drawn(app: App, arenas: Store):
    """The first's results by judge and field are a chart."""
    test = app("head_to_head", a="ant", b="bee", detail="Breakdowns")
    assert not test.exception and not test.error
    assert {"judge", "language"} <= set(test.selectbox(key="by").options)
    assert charts(test) == 4


def test_responses_are_read_side_by_side(app: App, store: Store, tmp_path: Path):
    """The chosen comparison shows both texts, the first's on the left, with their own words."""
    add(store, "texts", TEXTS, tmp_path)
    test = app("head_to_head", a="ant", b="bee", row="2")
    assert not test.exception and not test.error
    assert test.subheader[-1].value == "Comparison 2 of 6"
    said = texts(test)
    assert "Good :blue-background[night] to you" in said
    assert "Good :orange-background[day] to you" in said
    test.toggle(key="differences").set_value(False).run()
    assert "Good night to you" in texts(test)


def test_responses_stay_text(app: App, store: Store, tmp_path: Path):
    """Markup in prompts and responses is shown, never drawn."""
    add(store, "texts", TEXTS, tmp_path)
    said = texts(app("head_to_head", a="ant", b="bee"))
    assert "<b>" not in said and ":red[" not in said and "**hello**" not in said
    assert literal("<b>all</b>") in said


def test_a_row_beyond_the_last_is_the_last(app: App, store: Store, tmp_path: Path):
    """A search may leave fewer rows than were asked for."""
    add(store, "texts", TEXTS, tmp_path)
    test = app("head_to_head", a="ant", b="bee", find="night")
    assert not test.exception and not test.error
    assert test.subheader[-1].value == "Comparison 1 of 2"


def test_hostile_names_are_shown_as_they_are(app: App, store: Store, tmp_path: Path):
    """Names reach Markdown only escaped."""
    add(store, "zoo", HOSTILE, tmp_path)
    first, second = HOSTILE_NAMES[:2]
    test = app("head_to_head", a=first, b=second)
    assert not test.exception and not test.error
    assert test.title[0].value == literal(f"{first} against {second}")
    assert not any(name in texts(test) for name in HOSTILE_NAMES)


def test_each_of_the_two_has_a_link(app: App, arenas: Store):
    """The pages of both competitors are one click away."""
    links = app("head_to_head", a="ant", b="bee").get("page_link")
    assert [link.proto.label for link in links] == ["About ant", "About bee"]
    assert "who=bee" in links[1].proto.query_string


@pytest.mark.parametrize(
    ("page", "query"), [("competitor", {"who": "ant"}), ("head_to_head", {"a": "ant", "b": "bee"})]
)
def test_a_view_can_be_taken_away(app: App, arenas: Store, page: str, query: dict):
    """JSON is offered, of a pair a file for another viewer; the link opens the same view."""
    test = app(page, **query)
    files = [button.label for button in test.get("download_button")]
    assert files == (["JSON", "LLM Comparator"] if page == "head_to_head" else ["JSON"])
    assert all(f"{key}={value}" in test.code[0].value for key, value in query.items())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "6 comparisons prefer ant, 2 bee. An e-value of 20 is a verdict"),
        ({"level": 0.99}, "An e-value of 100 is a verdict"),
        ({"unit": "item"}, "6 items prefer ant, 2 bee, each by the majority of its"),
        ({"favoured": 1.0}, "1 comparison prefers ant"),
        ({"favoured": 0.0, "opposed": 0.0}, ""),
    ],
)
def test_the_evidence_is_said_in_words(changes: dict, words: str):
    """What the e-value counts is named, and what it takes; nothing where there is nothing."""
    said = evidence(replace(MEETING, **changes))
    assert words in said if words else said == ""
