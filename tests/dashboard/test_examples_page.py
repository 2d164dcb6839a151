"""The page of examples over a small database, without a browser."""

from collections.abc import Callable
from pathlib import Path
from unittest.mock import MagicMock, patch

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import media, state
from dashboard.wording import literal
from ranking.store import Store
from tests.dashboard.conftest import BATTLES, HOSTILE, HOSTILE_NAMES, add
from tests.dashboard.test_pages import texts

App = Callable[..., AppTest]
ITEMS = 40
VIDEO = "https://videos.example/run.mp4"
HEADER = "model_a,model_b,winner,item,capability,judge,response_a,response_b,feedback\n"


def won(item: int, order: int, judge: str) -> str:
    """Ant wins on law; elsewhere who is named first does, but for what bob says of item 0."""
    if item % 2 or (judge == "bob" and item == 0):
        return "model_a" if order == 0 else "model_b"
    return "model_a"


EXAMPLES = HEADER + "".join(
    f"{a},{b},{won(item, order, judge)},q{item:02d},{'law/tax' if item % 2 else 'code'},{judge},"
    f"the answer of {a},the answer of {b},{'well said' if item == 1 else ''}\n"
    for item in range(ITEMS)
    for order, (a, b) in enumerate((("ant", "bee"), ("bee", "ant")))
    for judge in ("eva", "bob")
)


@pytest.fixture
def arena(store: Store, tmp_path: Path) -> Store:
    """An arena of two models, judged in both orders by two judges, with responses."""
    add(store, "verdicts", EXAMPLES, tmp_path)
    return store


def table(test: AppTest):
    """Return the table of items."""
    return next(frame.value for frame in test.dataframe if "comparisons" in frame.value)


def verdicts(test: AppTest):
    """Return the table of verdicts on an item."""
    return next(frame.value for frame in test.dataframe if "Verdict" in frame.value)


def test_without_an_arena_the_page_offers_a_start(app: App, store: Store):
    """An empty database leads to the upload and to the samples."""
    test = app("examples")
    assert not test.exception and not test.error
    assert test.title[0].value == "Welcome to Podium"


def test_without_a_competitor_all_items_are_listed(app: App, arena: Store):
    """The log's own order, every competitor's result, and how many there are."""
    test = app("examples")
    assert not test.exception and not test.error
    assert literal("There are 160 comparisons in verdicts.") == test.header[0].value
    shown = table(test)
    assert list(shown["item"]) == [f"q{n:02d}" for n in range(25)]
    assert literal("40 items. Choose one to read it.") in texts(test)
    assert not [each for each in test.get("button_group") if each.key == "first"]


def test_a_finding_leads_to_its_items(app: App, arena: Store):
    """The sentence of the finding, and the items that speak most for it first."""
    test = app("examples", who="ant", of="law")
    assert not test.exception and not test.error
    assert "In law \\(20 items\\)\\, ant does " in test.header[0].value
    assert "confirmed strength" in test.header[0].value
    assert set(table(test)["item"]) == {f"q{n:02d}" for n in range(1, 40, 2)}
    assert literal("20 of 20 items") not in texts(test)
    assert "best results first" in texts(test)
    weak = app("examples", who="ant", of="code")
    assert "worst results first" in texts(weak)


def test_filters_of_the_address_narrow_the_list(app: App, arena: Store):
    """Opponent, verdict, judge, disagreement, baseline and search are all in the URL."""
    test = app("examples", who="ant", result="lost", judged="eva")
    assert set(table(test)["item"]) == {f"q{n:02d}" for n in range(0, 40, 2)}
    test = app("examples", disagree="Judges")
    assert list(table(test)["item"]) == ["q00"]
    test = app("examples", who="ant", disagree="Orders")
    assert set(table(test)["item"]) == {f"q{n:02d}" for n in range(0, 40, 2)}
    test = app("examples", who="bee", baseline="ant")  # in q00 bob saw ant ahead in both orders
    assert set(table(test)["item"]) == {"q00", *(f"q{n:02d}" for n in range(1, 40, 2))}
    test = app("examples", who="ant", find="Q1", against="bee")
    assert set(table(test)["item"]) == {f"q1{n}" for n in range(10)}


def test_filters_that_do_not_fit_are_passed_over(app: App, arena: Store):
    """A verdict without its competitor, and names that do not occur, narrow nothing."""
    test = app("examples", result="lost", judged="nobody", against="elk", baseline="ant")
    assert not test.exception and not test.error
    assert len(table(test)) == 25
    test = app("examples", of="nowhere", item="q99", who="elk")
    assert not test.exception and not test.error
    assert len(table(test)) == 25 and len(test.toast) >= 1


def test_the_list_is_paged(app: App, arena: Store):
    """The second page holds the rest; a page beyond the end is the last."""
    for sheet in (2, 9):
        test = app("examples", sheet=sheet)
        assert not test.exception and not test.error
    test = app("examples")
    test.session_state["sheet"] = 2
    assert list(table(test.run())["item"]) == [f"q{n:02d}" for n in range(25, 40)]


def test_another_competitor_forgets_the_sides(app: App, arena: Store):
    """What was chosen from the side of one means something else from another's."""
    test = app("examples", who="ant", result="lost", against="bee")
    test.selectbox(key="who").set_value("bee").run()
    assert not test.exception and not test.error
    assert test.session_state["result"] == [] and test.session_state["against"] == []
    assert len(table(test)) == 25


def test_a_capability_is_chosen_by_name(app: App, arena: Store):
    """The choice moves the list; the address holds the key."""
    test = app("examples", who="ant")
    test.selectbox(key="of-choice").set_value("law/tax").run()
    assert not test.exception and not test.error
    assert test.query_params["of"] in ("law/tax", ["law/tax"])
    assert len(table(test)) == 20


def test_one_item_has_responses_and_every_verdict(app: App, arena: Store):
    """Both orders, both judges, what they said, and the way on."""
    test = app("examples", who="ant", of="law", item="q01")
    assert not test.exception and not test.error
    said = texts(test)
    assert "Item q01" in said and "well said" in said
    assert {f":gray[{literal('4 comparisons')}]"} <= {each.value for each in test.markdown}
    rows = verdicts(test)
    assert list(rows["Judge"]) == ["eva", "bob", "eva", "bob"]
    assert list(rows["Model A"]) == ["ant", "ant", "bee", "bee"]
    assert set(rows["Verdict"]) == {"ant won"}
    assert "1 of 20" in said
    link = next(each.value for each in test.code)
    assert all(part in link for part in ("who=ant", "of=law", "item=q01"))
    test.button(key="step-next").click().run()
    assert not test.exception and not test.error
    assert "2 of 20" in texts(test) and "Item q03" in texts(test)
    test.button(key="step-all").click().run()
    assert len(table(test)) == 20 and "item" not in test.query_params


def test_a_long_text_stands_in_a_box(app: App, store: Store, tmp_path: Path):
    """Where the text is no heading, the item's name is; what is cut off is counted."""
    text = " ".join(["word"] * 1600)
    rows = f"model_a,model_b,winner,item,prompt\nant,bee,model_a,q1,{text}\n"
    rows += "ant,bee,model_a,q2,short\n"
    add(store, "long", rows, tmp_path)
    test = app("examples", item="q1")
    assert not test.exception and not test.error
    assert [each.value for each in test.header][-1] == "Item q1"
    assert "100 more words not shown" in texts(test).replace("\\", "")
    assert [each.value for each in app("examples", item="q2").header][-1] == "short"


def test_disagreements_are_badges(app: App, arena: Store):
    """Where orders or judges disagree the item says so."""
    said = texts(app("examples", item="q00"))
    assert "Orders disagree" in said and "Judges disagree" in said
    said = texts(app("examples", item="q01"))
    assert "disagree" not in said


def test_a_tag_leads_to_its_items(app: App, arena: Store):
    """The capabilities of an item list their items."""
    test = app("examples", item="q01")
    test.button(key="tag-0").click().run()
    assert not test.exception and not test.error
    assert len(table(test)) == 20 and "item" not in test.query_params


def test_an_item_that_the_list_lacks_is_still_shown(app: App, arena: Store):
    """A permalink outlives the filters that led to it."""
    test = app("examples", who="ant", of="code", item="q01")
    assert not test.exception and not test.error
    assert "Not among the items listed" in texts(test)
    assert test.button(key="step-next").disabled and test.button(key="step-previous").disabled


def test_another_arena_forgets_the_item_but_a_link_into_it_does_not(
    app: App, arena: Store, tmp_path: Path
):
    """What was open in one arena is no place in another, even one of the same name."""
    add(arena, "others", EXAMPLES, tmp_path)
    test = app("examples", of="law", item="q01")
    test.selectbox(key="arena").set_value("verdicts").run()
    assert not test.exception and not test.error
    assert len(table(test)) == 25 and "of" not in test.query_params
    test.switch_page("app_pages/data.py").run()
    test.query_params["of"], test.query_params["item"] = "law", "q01"
    test.switch_page("app_pages/examples.py").run()
    assert "Item q01" in texts(test)


def test_a_log_without_items_or_capabilities_has_examples(app: App, store: Store, tmp_path: Path):
    """Comparisons are listed by their place in the file, and open."""
    add(store, "battles", BATTLES, tmp_path)
    test = app("examples", who="ant")
    assert not test.exception and not test.error
    assert len(table(test)) == 20 and table(test)["item"].iloc[0].startswith("import 1, line ")
    test = app("examples", item="import 1, line 2")
    assert not test.exception and not test.error
    assert len(verdicts(test)) == 1


def test_hostile_names_stay_text(app: App, store: Store, tmp_path: Path):
    """Names of uploads are shown as they are: no markup, no picture, no link."""
    rows = HOSTILE.replace("winner\n", "winner,item,response_a,response_b,feedback\n", 1)
    head, *lines = rows.splitlines()
    marked = "".join(
        f"{line},{HOSTILE_NAMES[n % 5]},{HOSTILE_NAMES[1]},javascript:alert(1),{HOSTILE_NAMES[4]}\n"
        for n, line in enumerate(lines)
    )
    add(store, "zoo", f"{head}\n{marked}", tmp_path)
    for name in HOSTILE_NAMES:
        test = app("examples", who=name, item=name)
        assert not test.exception and not test.error
        said = texts(test)
        assert literal(name) in said
        assert "](http://e.example" not in said.replace("\\", "\0")
        assert not test.get("link_button")


def test_links_name_their_evidence():
    """A link keeps the view, and says the capability, sides and item that are meant."""
    kept = MagicMock()
    kept.__iter__.return_value = iter(["arena", "find", "of"])
    kept.get_all.side_effect = {"arena": ["zoo"], "of": ["code"]}.__getitem__
    here = MagicMock(query_params=kept, session_state={})
    here.context.url = "http://localhost:8501/capabilities"
    with patch("dashboard.state.st", here) as drawn:
        state.examples_link("Its *items*", capability="law", who="ant", item="q1")
    (page,), named = drawn.page_link.call_args
    assert page == "app_pages/examples.py" and named["label"] == literal("Its *items*")
    assert named["query_params"] == {"arena": ["zoo"], "of": "law", "who": "ant", "item": "q1"}


@pytest.mark.parametrize("page", ["competitor", "podium/head-to-head/"])
def test_links_carry_what_the_page_itself_asks(page):
    """What widgets of the page hold goes by other names, as the browser drops their parameters."""
    held = {"source": "Field story", "question": "Itself", "smallest": 8, "bar": 0.5}
    here = MagicMock(query_params=MagicMock(), session_state=held)
    here.query_params.__iter__.return_value = iter([])
    here.context.url = f"http://localhost:8501/{page}"
    with patch("dashboard.state.st", here) as drawn:
        state.examples_link("Items", who="ant")
    assert drawn.page_link.call_args.kwargs["query_params"] == {
        "as_source": "Field story", "as_smallest": "8", "as_bar": "0.5", "as_who": "ant",
        "who": "ant",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (VIDEO, "video"),
        (" HTTPS://videos.example/a/b.PNG?x=1#y ", "image"),
        ("http://example.org/log", "file"),
        ("see https://videos.example/run.mp4", None),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("https://", None),
        ("https://[broken", None),
        ('https://e.example/"onload=x', None),
        ("", None),
    ],
)
def test_only_web_addresses_are_media(text, found):
    """A response is a recording only if all of it is one http or https address."""
    link = media.address(text)
    assert (media.kind(link) if link else None) == found


def test_recordings_are_links_until_asked_for(app: App, store: Store, tmp_path: Path):
    """Neither the server nor the browser loads a video before its switch is turned."""
    text = HEADER + f"ant,bee,model_a,q1,law,eva,{VIDEO},no video,\n" * 2
    add(store, "films", text, tmp_path)
    with patch("urllib.request.urlopen", side_effect=AssertionError("nothing may be fetched")):
        test = app("examples", item="q1")
        assert not test.exception and not test.error
        assert [each.proto.url for each in test.get("link_button")] == [VIDEO]
        assert not test.get("video")
        (switch,) = [each for each in test.toggle if str(each.key).startswith("show-")]
        switch.set_value(True).run()
        assert [each.proto.url for each in test.get("video")] == [VIDEO]
