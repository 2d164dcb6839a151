"""What is known of a competitor by capability: the tab on its page, its chart, its downloads."""

import csv
import io
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import capability_controls, competitor_capabilities
from dashboard.capability_data import Studied
from dashboard.charts.palette import DARK, LIGHT
from dashboard.charts.profile import profile_figure, profile_legend
from dashboard.wording import literal
from ranking.capabilities.evidence import CapabilityEvidence
from ranking.capabilities.profile import CompetitorFindings, competitor_findings
from ranking.capabilities.representatives import representatives
from ranking.comparisons import Comparisons
from ranking.methods import BradleyTerry
from ranking.report import findings_csv
from ranking.selection import EVERYTHING
from ranking.store import Store
from tests.dashboard.conftest import add
from tests.dashboard.test_pages import texts
from tests.test_cli_capabilities import battles

App = Callable[..., AppTest]
HOSTILE = "<b law [x](e.example) $z$"


@pytest.fixture
def zoo(store: Store, tmp_path: Path) -> Store:
    """An arena in which ant is much better at law than at either kind of code."""
    add(store, "zoo", battles().replace("prompt,", "prompt_id,"), tmp_path)
    return store


def found_in(store: Store, who: str = "ant") -> CompetitorFindings:
    return competitor_findings(Comparisons.of(store, "zoo"), who)


def test_sentences_say_what_is_known_and_lead_to_examples(app: App, zoo: Store) -> None:
    """Strengths, weaknesses, a chart, and a link from each sentence to its items."""
    test = app("competitor", who="ant", aspect="Capabilities")
    assert not test.exception and not test.error
    shown = texts(test).replace("\\", "")
    found = found_in(zoo)
    assert found.sentence in shown
    titles = [head.value.partition(": ")[2] for head in test.subheader]
    assert titles[:2] == ["Confirmed strengths", "Confirmed weaknesses"]
    assert "In **law** (80 items), ant does" in shown
    links = [link.proto for link in test.get("page_link") if link.proto.label == "Examples"]
    assert any("of=law" in link.query_string and "who=ant" in link.query_string for link in links)
    assert len(test.get("plotly_chart")) == 2  # the record, and the profile


def test_the_tab_says_how_it_was_asked(app: App, zoo: Store) -> None:
    """Source, question, smallest effect and false discovery rate stand under the conclusion."""
    test = app("competitor", who="bee", aspect="Capabilities")
    captions = " ".join(caption.value.replace("\\", "") for caption in test.caption)
    assert "Capabilities of the log" in captions
    assert "compared with what it does elsewhere" in captions
    assert "less than 5 percentage points" in captions
    assert "false discovery rate 5%" in captions


def test_what_is_asked_is_in_the_address(app: App, zoo: Store) -> None:
    """Question, smallest effect and rate have the keys that they have for all capabilities."""
    test = app(
        "competitor", who="ant", aspect="Capabilities", question="The field", smallest="8",
        fdr="10%",
    )  # fmt: skip
    assert not test.exception and not test.error
    captions = " ".join(caption.value.replace("\\", "") for caption in test.caption)
    assert "compared with the field" in captions
    assert "less than 8 percentage points" in captions
    assert "false discovery rate 10%" in captions
    test.selectbox(key="fdr").set_value("1%").run()
    captions = " ".join(caption.value.replace("\\", "") for caption in test.caption)
    assert "false discovery rate 1%" in captions


def test_a_link_carries_what_is_asked_to_the_examples(app: App, zoo: Store) -> None:
    """What a link names beside the widgets of the page that it leaves is set, and is no more."""
    test = app(
        "examples", of="law", as_who="ant", as_question="The field", as_smallest="8", as_fdr="1%",
        as_bar="no number",
    )  # fmt: skip
    assert not test.exception and not test.error
    assert test.selectbox(key="who").value == "ant"
    assert test.radio(key="question").value == "The field"
    assert test.slider(key="smallest").value == 8 and test.selectbox(key="fdr").value == "1%"
    assert not [key for key in test.query_params if key.startswith("as_")]


def test_what_was_asked_last_is_asked_on(zoo: Store) -> None:
    """The widgets begin with what the page about capabilities was set to, where that is unusual."""
    comparisons = Comparisons.of(zoo, "zoo")
    studied = Studied(comparisons.arena, EVERYTHING, "capability")
    no_scores = SimpleNamespace(has_scores=False)
    assert capability_controls._asked(studied, no_scores) == {}
    other = replace(studied, question="bar", bar=0.6, smallest_effect=3.0, q=0.2)
    assert capability_controls._asked(other, no_scores) == {
        "question": "A bar", "bar": 0.6, "smallest": 3, "fdr": "20%",
    }  # fmt: skip
    scored = capability_controls._asked(other, SimpleNamespace(has_scores=True))
    assert scored["smallest_score"] == 3.0 and "smallest" not in scored


def test_reports_can_be_taken_away(app: App, zoo: Store) -> None:
    """PDF, HTML, Markdown and the table of findings each have a button."""
    test = app("competitor", who="ant", aspect="Capabilities")
    labels = {button.proto.label for button in test.get("download_button")}
    assert {"Report (PDF)", "Report (HTML)", "Report (Markdown)", "Findings (CSV)"} <= labels


@pytest.mark.parametrize(
    ("suffix", "start"), [(".md", b"# ant"), (".html", b"<!doctype"), (".pdf", b"%PDF")]
)
def test_a_report_is_about_what_the_page_shows(zoo: Store, suffix: str, start: bytes) -> None:
    """The download holds the settings of the page and the ratings that it shows."""
    comparisons = Comparisons.of(zoo, "zoo")
    studied = Studied(comparisons.arena, EVERYTHING, "capability", q=0.2, smallest_effect=8.0)
    ratings = BradleyTerry().rate(comparisons).anchored("ant", 1500)
    content = competitor_capabilities._report(studied, ratings, found_in(zoo), suffix)
    assert content.startswith(start)
    if suffix == ".md":
        text = content.decode()
        assert "| **ant** | **1,500** |" in text
        assert "| False discovery rate q | 0.2 |" in text
        assert "8 percentage points" in text


def test_without_capabilities_the_tab_says_where_to_get_them(app: App, arenas: Store) -> None:
    """An arena with fields alone leads to the page on which one is chosen."""
    test = app("competitor", who="ant", aspect="Capabilities")
    assert not test.exception and not test.error
    assert "No capabilities have been chosen" in test.info[0].value


def test_one_field_alone_can_be_chosen(app: App, store: Store, tmp_path: Path) -> None:
    """Where capabilities could come from a single field, the tab offers it."""
    text = battles().replace("prompt,", "prompt_id,").replace("capability", "topic")
    add(store, "topical", text, tmp_path)
    test = app("competitor", who="ant", aspect="Capabilities")
    assert not test.exception and not test.error
    assert test.selectbox(key="source").value is None
    test.selectbox(key="source").set_value("Field topic").run()
    assert not test.exception and "ant has" in texts(test)


def test_names_of_capabilities_are_shown_as_they_are(
    app: App, store: Store, tmp_path: Path
) -> None:
    """Markup in the name of a capability stays text, in sentences and in the chart."""
    text = battles().replace("prompt,", "prompt_id,").replace("law", HOSTILE)
    add(store, "zoo", text, tmp_path)
    test = app("competitor", who="ant", aspect="Capabilities")
    assert not test.exception and not test.error
    assert f"**{literal(HOSTILE)}**" in texts(test)
    found = found_in(store)
    figure = profile_figure(found.of("confirmed"), found, palette=LIGHT)
    labels = "".join(figure.layout.yaxis.ticktext)
    assert "<b law" not in labels and "&lt;b law" in labels


def test_the_chart_has_a_row_for_each_finding(zoo: Store) -> None:
    """Dots lie at the effects, rings at what they are shrunk to, in the colour of the direction."""
    found = found_in(zoo)
    rows = found.of("confirmed")
    for colours in (LIGHT, DARK):
        figure = profile_figure(rows, found, palette=colours)
        dots = [trace for trace in figure.data if trace.customdata is not None]
        assert [trace.x[0] for trace in dots] == [one.effect for one in rows]
        assert [trace.customdata[0] for trace in dots] == [one.capability for one in rows]
        tones = {"strength": colours.accent, "weakness": colours.opposite}
        assert [trace.marker.color for trace in dots] == [tones[one.direction] for one in rows]
        rings = [trace.x[0] for trace in figure.data if trace.customdata is None]
        assert rings == [one.estimate for one in rows]
        low, high = figure.layout.xaxis.range
        assert low == -high and all(abs(one.effect) < high for one in rows)
        band = figure.layout.shapes[0]
        assert (band.x0, band.x1) == (-5, 5)
        assert profile_legend(found, palette=colours)[-1] == "in percentage points"


def test_unknown_numbers_do_not_break_the_chart(zoo: Store) -> None:
    """Without an estimate there is no ring, and an open interval ends at the edge."""
    found = found_in(zoo)
    one = replace(found.findings[0], estimate=math.nan, low=-math.inf)
    figure = profile_figure([one], found, palette=LIGHT)
    (dot,) = (trace for trace in figure.data)
    assert math.isfinite(dot.error_x.arrayminus[0])
    assert profile_figure([], found, palette=LIGHT).layout.height > 0


def test_few_sentences_stand_for_all(zoo: Store) -> None:
    """The wider of two nested weaknesses is told; the table still has both."""
    evidence = CapabilityEvidence.of(Comparisons.of(zoo, "zoo"))
    found = competitor_findings(evidence, "ant")
    told = representatives(evidence.findings(), found)
    assert {one.capability for one in told} == {"law", "code"}
    rows = list(csv.DictReader(io.StringIO(findings_csv(found))))
    assert {row["capability"] for row in rows} == {"law", "code", "code/sql", "code/web"}
