"""The sections about repeats and about means over the same mix, without a browser."""

import math
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.charts.palette import DARK, LIGHT
from dashboard.charts.repeats import flips_columns, pairs_table, unsteady_table
from dashboard.charts.standardised import dumbbells, means_table
from ranking.store import Store
from ranking.versions.rank_flips import FlipsRow, PairFlips
from ranking.versions.repeats import RepeatsRow
from ranking.versions.standardised import StandardisedRow
from tests.dashboard.conftest import HOSTILE_NAMES, add
from tests.dashboard.test_pages import texts

App = Callable[..., AppTest]
HOSTILE = "<script>alert(1)</script>"
REPEATS = {"tab": "Health", "cover": "Repeats"}
MIX = {"tab": "Differences", "contrast": "Same mix", "source": "Field topic"}


def log(*names: str, topics: tuple[str, ...] = ("law", "code/sql"), swapped: bool = True) -> str:
    """Two verdicts on each of 40 items of every pair; on law they always agree."""
    draw = random.Random(2)
    lines = ["model_a,model_b,winner,prompt_id,capability,first_shown"]
    for item in range(40):
        topic = topics[item % len(topics)]
        for at, a in enumerate(names):
            for b in names[at + 1 :]:
                once = draw.choice(("model_a", "model_b"))
                for n in range(2):
                    won = once if topic == topics[0] else draw.choice(("model_a", "model_b"))
                    shown = "no" if swapped and n else "yes"
                    lines.append(f"{a},{b},{won},p{item},{topic},{shown}")
    return "\n".join(lines)


GOOD = {"able": (95, 60), "lucky": (85, 40), "all": (80, 30)}
"""Per cent of easy and of hard tasks that each gets right."""


def shares(easy: dict[str, float]) -> str:
    """Scores on easy and hard tasks, of which each has some share: of easy ones, 1 less of hard."""
    lines = ["model,task,score,topic"]
    for hard, task in ((hard, task) for hard in (0, 1) for task in range(300)):
        for who, share in easy.items():
            if task < 300 * (1 - share if hard else share):
                right = int(task * 37 % 100 < GOOD[who][hard])
                lines.append(f"{who},t{hard}-{task},{right},{('easy', 'hard')[hard]}")
    return "\n".join(lines)


def fine(test: AppTest) -> AppTest:
    assert not test.exception and not test.error, [each.value for each in test.error]
    return test


def plain(test: AppTest) -> str:
    return texts(test).replace("\\", "").replace("\u2060", "")


def frame(test: AppTest, at: int):
    return test.dataframe[at].value


def test_repeats_are_said_by_capability_and_competitor(app: App, store: Store, tmp_path: Path):
    """The sentence, four numbers, and tables: steady law, unsteady code, and who changes places."""
    add(store, "judged", log("ant", "bee", "cat"), tmp_path)
    test = fine(app("capabilities", **REPEATS))
    assert plain(test).count("Asked again about the same item and pair, in either order") == 1
    assert "of pairs of models change places" in plain(test)
    assert [each.label for each in test.metric] == [
        "Another answer", "Entropy", "Standard deviation", "Rank flips",
    ]  # fmt: skip
    by_node = frame(test, 0).set_index("name")
    assert by_node.loc["law", "differ"] == "0%" and by_node.loc["law", "flips"] == 0
    assert by_node.loc["code", "entropy"] > 0.3 and by_node.loc["code", "flips"] > 0
    assert set(frame(test, 1)["name"]) == {"ant", "bee", "cat"} and "flips" not in frame(test, 1)
    assert len(frame(test, 2)) and set(frame(test, 2)) == {"ahead", "behind", "flips"}


def test_orders_can_be_kept_apart(app: App, store: Store, tmp_path: Path):
    """Each order was judged once: a sentence says what to do, and the choice stays."""
    add(store, "judged", log("ant", "bee"), tmp_path)
    test = fine(app("capabilities", **REPEATS, orders="Apart"))
    assert "judged twice in the same order" in test.header[0].value.replace("\\", "")
    assert not test.dataframe and not test.metric
    test.segmented_control(key="orders").set_value("Together").run()
    fine(test)
    assert "in either order" in plain(test) and len(test.dataframe) == 2


def test_a_log_without_repeats_says_how_to_get_some(app: App, store: Store, tmp_path: Path):
    """No table and no error where every item was judged once."""
    lines = log("ant", "bee").splitlines()
    add(store, "once", "\n".join([lines[0], *lines[1::2]]), tmp_path)
    test = fine(app("capabilities", **REPEATS))
    assert "was judged or scored twice" in test.header[0].value.replace("\\", "")
    assert "Repeat some items" in plain(test) and not test.dataframe


def test_the_order_that_the_mix_reverses_is_said(app: App, store: Store, tmp_path: Path):
    """Lucky is ahead with easier tasks; over the same mix able is, clearly."""
    add(store, "mixed", shares({"able": 0.1, "lucky": 0.9, "all": 0.5}), tmp_path)
    test = fine(app("capabilities", **MIX))
    said = plain(test)
    assert "1 pair changes its order when all get the same mix, 1 of them clearly" in said
    assert test.subheader[0].value == "The order depends on the mix"
    assert "**lucky** is ahead of **able** by" in said and "over the same mix." in said
    rows = frame(test, 0).set_index("competitor")
    assert rows.loc["able", "standardised"] > rows.loc["lucky", "standardised"]
    assert rows.loc["able", "raw"] < rows.loc["lucky", "raw"]
    assert frame(test, 1)["weight"].sum() == pytest.approx(100)


def test_the_same_mix_is_a_calm_sentence(app: App, store: Store, tmp_path: Path):
    """Where everybody has the same tasks, no order is an artefact."""
    add(store, "mixed", shares({"able": 0.5, "lucky": 0.5, "all": 0.5}), tmp_path)
    test = fine(app("capabilities", **MIX))
    said = (
        "Every model has the same mix of capabilities; no order is reversed when all get the same"
    )
    assert said in plain(test)
    assert [each.value for each in test.subheader] == ["Every model"]


def test_hostile_names_stay_text(app: App, store: Store, tmp_path: Path):
    """Names of competitors and capabilities are shown as they are, never obeyed."""
    names = (HOSTILE_NAMES[0], HOSTILE, ":red[x]")
    add(store, "evil", log(*names, topics=(HOSTILE, ":red[x]")), tmp_path)
    for test in (app("capabilities", **REPEATS), app("capabilities", **MIX | {"source": ""})):
        assert HOSTILE not in texts(fine(test))


def repeated(name: str, items: int, entropy: float = 0.5) -> RepeatsRow:
    return RepeatsRow(name, name, items, items, 2.0, 0.5, 0.4, 0.6, entropy, 0.3)


def test_tables_of_repeats():
    """Few items are faint, marked competitors keep their colour, unknown flips are missing."""
    rows = [repeated("ant", 50), repeated("bee.", 3, math.nan), repeated("cat", 50)]
    found = unsteady_table(rows, colours={"cat": "#123456"}, palette=LIGHT)
    assert found["name"].tolist() == ["ant", "bee", "cat"]
    inked = (LIGHT.accent, LIGHT.faint, "#123456")
    assert all(
        colour.replace("#", "%23") in picture
        for colour, picture in zip(inked, found["interval"], strict=True)
    )
    flips = flips_columns(rows, [FlipsRow("cat", "cat", 50, 3, 0.25, 0.5, 0.125)])
    assert flips["flips"].isna().tolist() == [True, True, False]
    assert flips.loc[2].tolist() == [25.0, 12.5]
    assert pairs_table([PairFlips("ant", "cat", 0.2)]).loc[0].tolist() == ["ant", "cat", 20.0]


def test_dumbbells_join_the_two_means():
    """A line from the ring to the dot, an interval where there is one, names escaped."""
    rows = [
        StandardisedRow(HOSTILE, 50, 60.0, 50.0, 70.0, 55.0, 45.0, 65.0),
        StandardisedRow("bee", 20, 40.0, math.nan, math.nan, 41.0, math.nan, math.nan),
    ]
    figure = dumbbells(rows, percentages=True, colours={"bee": "#123456"}, palette=DARK)
    interval, ends, nothing, bare = figure.data
    assert list(interval.x) == [45.0, 65.0] and list(ends.x) == [60.0, 55.0]
    assert len(nothing.x) == 0 and bare.marker.color == (DARK.paper, "#123456")
    assert "nan" not in bare.hovertemplate and "as it is 40.0%" in bare.hovertemplate
    assert "<script" not in figure.to_json().replace("\\u003c", "<")
    assert means_table(rows)["moved"].tolist() == [-5.0, 1.0]
