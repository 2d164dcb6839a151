"""The tree on the page about capabilities, without a browser."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import state, tree_state
from dashboard.capabilities_tree_view import ORDERS, SHAPES
from ranking.store import Store
from tests.dashboard.capability_fakes import capable_log
from tests.dashboard.conftest import add
from tests.dashboard.test_capabilities_page import fine, plain

App = Callable[..., AppTest]


@pytest.fixture
def capable(store: Store, tmp_path: Path) -> Store:
    """An arena in which two competitors have clear profiles."""
    add(store, "capable", capable_log(), tmp_path)
    return store


def tree(app: App, **query: object) -> AppTest:
    return fine(app("capabilities", tab="Tree", **query))


def rows(test: AppTest):
    """Return the table of the branch."""
    return test.dataframe[0].value


def charts(test: AppTest) -> int:
    return len(test.get("plotly_chart"))


def test_the_first_level_is_open(app: App, capable: Store):
    """The conclusion is about one competitor; the table has the capabilities at the top."""
    test = tree(app, who="ant")
    assert plain(test).splitlines()[1].startswith("ant has 1 confirmed strength")
    table = rows(test)
    assert table["name"][0] == "Everything" and table["verdict"][0] == "Nothing to compare with"
    assert {"law", "code"} <= set(table["name"]) and "sql" not in set(table["name"])
    assert charts(test) == 1


def test_a_node_in_the_address_is_the_top(app: App, capable: Store):
    """The trail leads back to all capabilities, the sentence is about the branch."""
    test = tree(app, who="ant", node="code")
    assert plain(test).splitlines()[1].startswith("In code, ant has")
    assert rows(test)["name"].tolist()[0] == "code" and "sql" in set(rows(test)["name"])
    fine(test.button(key="tree-step-0").click().run())
    assert rows(test)["name"][0] == "Everything"
    assert "node" not in test.query_params


def test_an_unknown_node_shows_the_whole_tree(app: App, capable: Store):
    """A link from before an edit still opens the page."""
    test = tree(app, node="<b>gone</b>")
    assert rows(test)["name"][0] == "Everything"
    assert "There is no capability" in test.toast[0].value and "<b>gone" not in test.toast[0].value


def test_a_search_opens_what_leads_to_it(app: App, capable: Store):
    """Only hits and their ancestors are rows; there is no figure and nothing to open."""
    test = tree(app, seek="SQL")
    assert rows(test)["name"].tolist() == ["Everything", "code", "sql"]
    assert "open" not in rows(test) and charts(test) == 0
    fine(test.text_input(key="seek").set_value("nobody").run())
    assert "Nothing here fits the search." in [each.value for each in test.info]
    fine(test.text_input(key="seek").set_value("").run())
    assert charts(test) == 1


def test_only_findings_are_shown_when_asked_for(app: App, capable: Store):
    """What is neither confirmed nor likely nor leads there is left out."""
    test = tree(app, who="ant", found="true")
    verdicts = set(rows(test)["verdict"])
    assert "Confirmed strength" in verdicts and "Not enough data" not in verdicts


def test_another_competitor_opens_beside_the_first(app: App, capable: Store):
    """Two figures over one table with a column for each; a further sentence sets them apart."""
    test = tree(app, who="ant", beside="bee")
    assert charts(test) == 2
    assert {"known_0", "known_1"} <= set(rows(test)) and "shrunk" not in rows(test)
    assert "is strong" in plain(test) and "bee has" in plain(test)
    assert "Largest difference" in test.selectbox(key="arrange").options
    fine(test.selectbox(key="who").set_value("bee").run())  # who is the same is not beside itself
    assert charts(test) == 1


@pytest.mark.parametrize("shape", SHAPES)
def test_every_figure_and_order_is_drawn(app: App, capable: Store, shape: str):
    """Whatever is chosen, the page has no error."""
    test = tree(app, who="ant", beside="bee", shape=shape)
    for order in ORDERS:
        fine(test.selectbox(key="arrange").set_value(order).run())
        assert charts(test) == 2
    test = tree(app, who="ant", arrange="Largest difference")
    assert test.selectbox(key="arrange").value == "As in the tree"


def test_names_are_shown_as_they_are(app: App, store: Store, tmp_path: Path):
    """A hostile name is text wherever it stands."""
    name = "**law** ![x](y)"
    add(store, "hostile", capable_log().replace("law", name).replace("ant", "**ant**"), tmp_path)
    test = tree(app, who="**ant**", node=name)
    assert name in rows(test)["name"].tolist()
    said = "\n".join(str(each.value) for each in (*test.header, *test.subheader, *test.markdown))
    assert "![x]" not in said and "**ant**" not in said


def test_opening_a_row_shows_its_children_until_it_is_closed(monkeypatch):
    """Turning twice changes nothing."""
    monkeypatch.setattr(tree_state.st, "session_state", {})
    tree_state.turn("code")
    assert tree_state.opened() == {"code"}
    tree_state.turn("law")
    tree_state.turn("code")
    assert tree_state.opened() == {"law"}


def test_a_node_is_held_in_the_address(monkeypatch):
    """A click writes it; the address wins after going back; another arena forgets it."""
    query: dict[str, str] = {}
    fake = SimpleNamespace(session_state={}, query_params=query, toast=lambda *_, **__: None)
    monkeypatch.setattr(tree_state, "st", fake)
    places = {"": 0, "code": 1, "law": 2}
    assert tree_state.node("one", places) == ""
    tree_state.go("code")
    assert tree_state.node("one", places) == "code" == query["node"]
    assert fake.session_state["node"] == "code"
    tree_state.turn("code")
    query["node"] = "law"  # as the browser's way back would
    assert tree_state.node("one", places) == "law" and tree_state.opened() == {"code"}
    assert tree_state.node("another", places) == "" and "node" not in query
    assert tree_state.opened() == set()
    query["node"] = "code"  # a link into another arena
    assert tree_state.node("one", places) == "code"
    tree_state.go("")
    assert tree_state.node("one", places) == "" and "node" not in query


def test_the_address_holds_how_the_tree_is_shown():
    """Every setting of the tree can be linked."""
    held = {"node": "code/sql", "beside": "bee", "seek": "sql", "found": True, "shape": "Treemap"}
    address = state.link("http://x/capabilities", held)
    assert "node=code%2Fsql" in address and "found=true" in address and "shape=Treemap" in address
    assert {"node", "beside", "seek"} <= set(state.OF_ONE_ARENA)
