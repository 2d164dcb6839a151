"""The section about the health of evidence, its chart, and the pair for another viewer."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data, pair_export
from dashboard.charts.node_health import MEASURES, coverage, pictures, reach, table
from dashboard.charts.palette import DARK, LIGHT
from ranking.capabilities.node_bias import NodeBias
from ranking.comparisons import Comparisons
from ranking.head_to_head import head_to_head
from ranking.selection import Selection
from ranking.store import Store, arenas
from tests.dashboard.conftest import HOSTILE_NAMES, add
from tests.dashboard.test_pages import texts

App = Callable[..., AppTest]
HOSTILE = "<script>alert(1)</script>"
CLEAR = 0.3


def log(a: str = "ant", b: str = "bee", *, topics: tuple[str, ...] = ("law", "code/sql")) -> str:
    """Both orders of 60 items; who is first, and longer, wins more often."""
    draw = random.Random(1)
    lines = ["model_a,model_b,winner,prompt_id,capability,first_shown,words_a,words_b"]
    for item in range(60):
        for first in ("yes", "no"):
            long_a, long_b = draw.randint(50, 300), draw.randint(50, 300)
            p = 0.5 + (CLEAR if first == "yes" else -CLEAR)
            won = "model_a" if draw.random() < p else "model_b"
            topic = topics[item % len(topics)]
            lines.append(f"{a},{b},{won},p{item},{topic},{first},{long_a},{long_b}")
    return "\n".join(lines)


@pytest.fixture
def judged(store: Store, tmp_path: Path) -> Store:
    add(store, "judged", log(), tmp_path)
    return store


def fine(test: AppTest) -> AppTest:
    assert not test.exception and not test.error, [each.value for each in test.error]
    return test


def plain(test: AppTest) -> str:
    return texts(test).replace("\\", "").replace("\u2060", "")


def fake(effect: float = 0.2, **changes: Any) -> Any:
    """Health of three nodes (the root, law and code) and two competitors."""
    n, nothing = np.array([100.0, 60.0, 3.0]), np.full(3, np.nan)
    known = np.array([effect, effect, np.nan])
    bias = NodeBias(n, known, known - 0.04, known + 0.04, known * 0 + 0.001, known * 0 + 0.002)
    unknown = NodeBias(np.zeros(3), nothing, nothing, nothing, nothing, nothing)
    fields = {
        "evidence": SimpleNamespace(
            competitors=("ant", HOSTILE),
            taxonomy=SimpleNamespace(names=("", "law.", HOSTILE), sizes=np.array([100, 60, 3])),
        ),
        "items": np.array([[100.0, 90.0], [60.0, 20.0], [3.0, 0.0]]),
        "verdicts": np.array([[200.0, 180.0], [120.0, 40.0], [6.0, 0.0]]),
        "effective": np.array([[150.0, 130.0], [80.0, 30.0], [4.0, 0.0]]),
        "parts": np.array([1, 1, 2]),
        "position": bias,
        "length": unknown,
        "consistency": np.array([0.7, 0.75, np.nan]),
        "both_orders": np.array([100.0, 60.0, 0.0]),
        "repeated_items": np.array([0, 0, 1]),
        "biased": lambda which: which is bias and np.nan_to_num(known) >= 0.05,
    }
    return SimpleNamespace(**{**fields, **changes})


def test_colours_of_coverage_turn_at_twenty_items():
    """20 items are neutral, more are on the accent's side, fewer on the other."""
    figure = coverage(fake(), "Items", nodes=[1, 2], competitors=[0, 1], palette=LIGHT)
    cells = figure.data[-1]
    assert cells.z[0][1] == 0.0 and cells.z[0][0] > 0 > cells.z[1][0] > cells.z[1][1]
    assert [list(row) for row in cells.text] == [["60", "20"], ["3", "0"]]
    verdicts = coverage(fake(), "Verdicts", nodes=[1], competitors=[0], palette=DARK)
    assert verdicts.data[-1].text[0][0] == "120"


def test_uploaded_names_are_escaped_in_the_chart():
    """No label or hover of the coverage holds a tag that was uploaded."""
    for measure in MEASURES:
        figure = coverage(fake(), measure, nodes=[1, 2], competitors=[0, 1], palette=LIGHT)
        assert "<script" not in figure.to_json().replace("\\u003c", "<")


def test_pictures_show_the_interval_and_colour_what_matters():
    """A bias beyond chance has the opposite colour, another is faint; unknown has no picture."""
    held = fake()
    swayed, unknown = pictures(held, held.position, [1, 2], palette=LIGHT)
    assert unknown is None
    assert swayed is not None and LIGHT.opposite in unquote(swayed)
    small = fake(0.01)
    quiet = pictures(small, small.position, [1], palette=LIGHT)[0]
    assert quiet is not None and LIGHT.opposite not in unquote(quiet)
    assert reach(held, held.position, [1, 2]) == pytest.approx(0.24)


def test_the_table_has_a_row_for_each_capability():
    """Fewest and worth are of the competitor that has least; unknown shares are missing."""
    frame = table(fake(), [1, 2], palette=LIGHT)
    assert frame["capability"].tolist() == ["law", HOSTILE]
    assert frame["fewest"].tolist() == [20, 0] and frame["worth"].tolist() == [30, 0]
    assert frame["agree"].tolist()[0] == 75.0 and np.isnan(frame["agree"][1])
    assert frame["first"].tolist()[0] == pytest.approx(20.0)


def test_the_section_says_what_the_evidence_is_worth(app: App, judged: Store):
    """The conclusion, the biases in sentences, the coverage and the table."""
    test = fine(app("capabilities", tab="Health"))
    assert (
        test.header[0]
        .value.replace("\\", "")
        .startswith("In all 2 capabilities every model has 20 items or more.")
    )
    said = plain(test)
    assert "What is shown first gains" in said and "in all 2 capabilities it is 5 points" in said
    assert len(test.get("plotly_chart")) == 1
    frame = test.dataframe[0].value
    assert frame["capability"].tolist() == ["code", "law"]
    assert (frame["first"] > 5).all() and "longer" in frame


def test_cells_can_count_verdicts_and_a_node_can_be_opened(app: App, judged: Store):
    """The address holds what cells count; below a node its children are listed."""
    test = fine(app("capabilities", tab="Health", cover="Verdicts", node="code"))
    assert "Below code" in plain(test) and "Verdicts of each model" in plain(test)
    assert test.dataframe[0].value["capability"].tolist() == ["sql"]
    fine(test.button(key="health-all").click().run())
    assert test.dataframe[0].value["capability"].tolist() == ["code", "law"]


def test_what_the_log_does_not_say_has_no_column(app: App, store: Store, tmp_path: Path):
    """Without orders and lengths there is a sentence, and neither column nor picture."""
    lines = [line.rsplit(",", 3)[0] for line in log().splitlines()]
    add(store, "bare", "\n".join(lines), tmp_path)
    test = fine(app("capabilities", tab="Health"))
    said = plain(test)
    assert "The log does not say who was shown first." in said
    assert "The log does not say how long responses are." in said
    assert not {"first", "first_picture", "longer", "agree"} & set(test.dataframe[0].value)


def test_hostile_names_stay_text(app: App, store: Store, tmp_path: Path):
    """Names of competitors and capabilities are shown as they are, never obeyed."""
    add(store, "evil", log(HOSTILE_NAMES[0], HOSTILE, topics=(HOSTILE, ":red[x]")), tmp_path)
    test = fine(app("capabilities", tab="Health"))
    assert HOSTILE not in texts(test)


def test_the_pair_is_offered_for_another_viewer(
    app: App, judged: Store, monkeypatch: pytest.MonkeyPatch
):
    """The head to head page has the download; what is written opens as its format."""
    test = fine(app("head_to_head"))
    names = [each.proto.label for each in test.get("download_button")]
    assert "LLM Comparator" in names
    held: dict[str, Any] = {}
    monkeypatch.setattr(
        pair_export.st, "download_button",
        lambda label, written, **settings: held.update(settings, text=written()),
    )  # fmt: skip
    monkeypatch.setattr(data, "store", lambda: judged)
    meeting = head_to_head(Comparisons.of(judged, "judged"), "ant", "bee")
    pair_export.download(arenas(judged)[0], Selection(), meeting)
    values = json.loads(held["text"])
    assert [each["name"] for each in values["models"]] == ["ant", "bee"]
    assert len(values["examples"]) == 60
    assert held["file_name"] == "judged-ant-bee.llm-comparator.json"
