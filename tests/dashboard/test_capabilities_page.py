"""The page about capabilities over small databases, without a browser."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import capability_data
from dashboard.capabilities_matrix_view import MOST_DOWN, SORTED
from dashboard.charts.capability_shades import MEASURES
from ranking.store import Store, arenas
from tests.dashboard.capability_fakes import capable_log
from tests.dashboard.conftest import BATTLES, add
from tests.dashboard.test_pages import texts

App = Callable[..., AppTest]
HOSTILE = "<script>alert(1)</script>"
BARE = "model_a,model_b,winner\n" + "ant,bee,model_a\nant,bee,model_b\nbee,cat,tie\n" * 8


@pytest.fixture
def capable(store: Store, tmp_path: Path) -> Store:
    """An arena in which two competitors have clear profiles."""
    add(store, "capable", capable_log(), tmp_path)
    return store


def fine(test: AppTest) -> AppTest:
    """Fail with what the page complains about, if it does."""
    assert not test.exception and not test.error, [each.value for each in test.error]
    return test


def plain(test: AppTest) -> str:
    """Return what the page says, without the backslashes that keep names literal."""
    return texts(test).replace("\\", "").replace("\u00a0", " ").replace("\u2060", "")


def test_without_an_arena_the_page_offers_a_start(app: App, store: Store):
    """An empty database leads to the upload and to the samples."""
    assert fine(app("capabilities")).title[0].value == "Welcome to Podium"


def test_the_conclusion_comes_first(app: App, capable: Store):
    """Counts of what is confirmed, the largest of it, what is open, and then the matrix."""
    test = fine(app("capabilities"))
    assert test.title[0].value == "capable"
    assert "3 models · capabilities of the log" in plain(test)
    said = test.header[0].value
    assert "confirmed; the largest is ant in law" in said.replace("\\", "")
    assert "Of all 12 cells" in plain(test)
    assert len(test.get("plotly_chart")) == 1


def test_findings_are_sentences_that_lead_to_examples(app: App, capable: Store):
    """The competitor of the largest finding comes first; each sentence has its link."""
    test = fine(app("capabilities", who="ant"))
    said = plain(test)
    assert "What is known of ant" in said
    assert "In law (144 items), ant does" in said and "a confirmed strength" in said
    links = [link for link in test.get("page_link") if "of=law" in link.proto.query_string]
    assert links and "who=ant" in links[0].proto.query_string


def test_nested_findings_are_told_once(app: App, capable: Store):
    """What stands for all that is confirmed comes first; the rest is behind it, none is lost."""
    test = fine(app("capabilities", who="bee"))
    said = plain(test)
    assert re.search(r"In code \([0-9]+ items\), bee does", said) and "In code/sql" not in said
    assert "Of 3 that are confirmed, one stands for all" in said
    assert "2 more that are confirmed" in [each.label for each in test.expander]


def test_the_legend_explains_only_what_there_is(app: App, capable: Store):
    """Numbers are named with their unit and what they are compared with, marks where they occur."""
    said = plain(fine(app("capabilities")))
    assert "confirmed, in percentage points beyond its own level" in said
    assert "fewer than 20 items" in said
    said = plain(fine(app("capabilities", question="The field")))
    assert "confirmed, in percentage points beyond the field" in said
    said = plain(fine(app("capabilities", question="A bar", bar="0.4")))
    assert "confirmed, in percentage points above the bar of 40%" in said


def test_every_measure_and_order_is_drawn(app: App, capable: Store):
    """Whatever cells show and however they are sorted, the page has one chart and no error."""
    test = app("capabilities")
    for measure in MEASURES:
        fine(test.segmented_control(key="cells").set_value(measure).run())
        assert len(test.get("plotly_chart")) == 1
    for order in SORTED:
        fine(test.selectbox(key="sorted").set_value(order).run())


def test_questions_change_what_is_confirmed(app: App, capable: Store):
    """Compared with the field or a bar, another sentence; the bar can be set."""
    test = app("capabilities", who="ant")
    assert "than elsewhere" in plain(test)
    fine(test.radio(key="question").set_value("The field").run())
    assert "than the field" in plain(test)
    fine(test.radio(key="question").set_value("A bar").run())
    fine(test.number_input(key="bar").set_value(0.9).run())
    assert "the bar of 90%" in plain(test)


def test_the_smallest_effect_decides_what_is_reported(app: App, capable: Store):
    """With a smallest effect beyond all differences nothing is confirmed any more."""
    test = fine(app("capabilities", smallest="5"))
    assert "largest is ant in law" in plain(test)
    fine(test.slider(key="smallest").set_value(20).run())
    assert "20 percentage points or more" in plain(test)


def test_a_field_can_be_the_source(app: App, capable: Store):
    """The address names a field; its values are the capabilities."""
    test = fine(app("capabilities", source="Field language"))
    assert "3 models · by language" in plain(test)
    assert test.selectbox(key="source").value == "Field language"


def test_a_node_in_the_address_is_opened(app: App, capable: Store):
    """Below a node there are its children and the way back; without any, what is above it."""
    test = fine(app("capabilities", node="code"))
    assert "› **code**" in plain(test)
    assert "Of all 6 cells" in plain(test)
    fine(test.button(key="under-all").click().run())
    assert "Of all 12 cells" in plain(test)
    leaf = fine(app("capabilities", node="code/sql"))
    assert "› **code**" in plain(leaf)


def test_a_capability_is_opened_without_a_click_on_the_chart(app: App, capable: Store):
    """The choice beside the settings lists what has anything below it, and opens it."""
    test = fine(app("capabilities"))
    choice = test.selectbox(key="open-capability")
    assert len(choice.options) == 1 and choice.options[0].startswith("code · ")
    fine(choice.set_value(choice.options[0]).run())
    assert "› **code**" in plain(test)


def test_a_deeper_level_shows_all_of_it(app: App, capable: Store):
    """Level 2 has the nodes of all branches that are that deep."""
    test = fine(app("capabilities", tier="2"))
    assert test.selectbox(key="tier").value == 2
    assert "Of all 6 cells" in plain(test)


def test_nonsense_in_the_address_is_ignored(app: App, capable: Store):
    """Unknown sources, questions, nodes, levels and competitors fall back to what is there."""
    test = fine(
        app("capabilities", source="x", question="y", node="nowhere", tier="9", who="nobody",
            cells="<b>", sorted="z", smallest="-4", down="0", fdr="2")
    )  # fmt: skip
    assert test.selectbox(key="source").value == "Capabilities of the log"
    assert test.radio(key="question").value == "Itself"
    assert test.selectbox(key="tier").value == 1
    assert "Of all 12 cells" in plain(test)


def test_without_capabilities_there_are_three_ways_to_some(app: App, store: Store, tmp_path: Path):
    """A log without tags, taxonomies and fields says how to get capabilities."""
    add(store, "bare", BARE, tmp_path)
    test = fine(app("capabilities"))
    assert "no capabilities here yet" in plain(test)
    assert "the log has none with few enough values" in plain(test)
    assert test.button(key="to-taxonomy")


def test_without_capabilities_a_field_is_one_click_away(app: App, arenas: Store):
    """Fields are offered, none is taken unasked."""
    test = fine(app("capabilities", arena="battles"))
    assert "no capabilities here yet" in plain(test)
    fine(test.button(key="by-language").click().run())
    assert "by language" in plain(test)
    assert len(test.get("plotly_chart")) == 1


def test_another_arena_starts_afresh(app: App, capable: Store, tmp_path: Path):
    """The source and the node that were opened mean nothing in another arena."""
    add(capable, "battles", BATTLES, tmp_path)
    test = fine(app("capabilities", arena="capable", node="code"))
    fine(test.selectbox(key="arena").set_value("battles").run())
    assert "no capabilities here yet" in plain(test)
    fine(test.selectbox(key="arena").set_value("capable").run())
    assert "Of all 12 cells" in plain(test)


def test_hostile_names_are_shown_as_they_are(app: App, store: Store, tmp_path: Path):
    """Competitors and capabilities cannot become markup, wherever they stand."""
    text = capable_log().replace("ant", HOSTILE).replace(",law,", ",**law** $x$ :red[y],")
    add(store, "zoo", text, tmp_path)
    test = fine(app("capabilities", node="code"))
    for each in (*test.header, *test.subheader, *test.markdown, *test.caption):
        assert "<script>" not in each.value and "**law**" not in each.value
        assert ":red[" not in each.value
    for link in test.get("page_link"):
        assert "<script>" not in link.proto.label


def test_an_empty_selection_is_a_sentence(app: App, capable: Store):
    """Filters that leave nothing are said so, with a way on."""
    test = app("capabilities", capability=["rust", "law"], competitor=["ant"])
    assert not test.exception
    assert test.error and "that is selected" in test.error[0].value
    assert test.button(key="retry-frame")


def test_many_capabilities_are_paged(app: App, store: Store, tmp_path: Path):
    """More rows than fit are on further pages, and the address says which one is seen."""
    lines = capable_log().splitlines()
    header, rows = lines[0], lines[1:]
    many = [
        row.replace(f",p{n // 3},", f",p{n // 3},").replace(row.split(",")[4], f"c{n // 3 % 50}")
        for n, row in enumerate(rows)
    ]
    add(store, "many", "\n".join([header, *many]) + "\n", tmp_path)
    test = fine(app("capabilities", down="2"))
    (figure,) = test.get("plotly_chart")
    assert f"in {50 - MOST_DOWN} capabilities" in str(figure.proto)


def test_reads_are_shared(app: App, capable: Store, monkeypatch: pytest.MonkeyPatch):
    """Other settings, tabs and competitors read the log no second time."""
    test = fine(app("capabilities"))

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the log was read once more")

    monkeypatch.setattr("ranking.capabilities.evidence.read_item_log", never)
    fine(test.segmented_control(key="cells").set_value("Rating").run())
    fine(test.slider(key="smallest").set_value(9).run())
    fine(test.selectbox(key="who").set_value("cat").run())


def test_sources_are_tags_and_fields_with_several_values(capable: Store):
    """The log's tags come first, then fields with 2 to 200 values."""
    (arena,) = arenas(capable)
    assert [each.name for each in capability_data.sources(arena)] == ["capability", "language"]
    usual = capability_data.usual(arena)
    assert usual is not None and usual.kind == "tags"
