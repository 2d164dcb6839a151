"""The sections about differences between competitors and about mixes, without a browser."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.charts.differences import (
    branch_table,
    difference_table,
    effect_strips,
    profile_tree,
    trade_off_table,
)
from dashboard.charts.palette import DARK, LIGHT
from ranking.capabilities.branches import Branch, Carrier
from ranking.capabilities.differences import CapabilityDifference, CompetitorEffect
from ranking.capabilities.profile_clusters import Merge, ProfileClusters
from ranking.capabilities.trade_offs import TradeOff, TradeOffs
from ranking.store import Store
from ranking.taxonomies.sources import sources
from tests.dashboard.conftest import BATTLES, add
from tests.dashboard.test_pages import texts

App = Callable[..., AppTest]
HOSTILE = "<script>alert(1)</script>"
NODES = ("code/sql", "code/web", "code/api", "law", "math")
WHO = ("ant", "bee", "cat", "dog", "eel")


def log(items: int = 40) -> str:
    """Five competitors on items of five capabilities; ant is much better in law, bee in math."""
    draw = random.Random(0)
    lines = ["model_a,model_b,winner,prompt,capability"]
    for n in range(items * len(NODES)):
        node = NODES[n % len(NODES)]
        right = {who: draw.random() < 0.5 for who in WHO}
        right["ant"] |= node == "law"
        right["bee"] |= node == "math"
        for at, a in enumerate(WHO):
            for b in WHO[at + 1 :]:
                won = "tie" if right[a] == right[b] else "model_a" if right[a] else "model_b"
                lines.append(f"{a},{b},{won},p{n},{node}")
    return "\n".join(lines)


@pytest.fixture
def capable(store: Store, tmp_path: Path) -> Store:
    """An arena with those capabilities."""
    add(store, "capable", log(), tmp_path)
    return store


def fine(test: AppTest) -> AppTest:
    """Fail with what the page complains about, if it does."""
    assert not test.exception and not test.error, [each.value for each in test.error]
    return test


def plain(test: AppTest) -> str:
    """Return what the page says, without the backslashes that keep names literal."""
    return texts(test).replace("\\", "").replace("\u00a0", " ").replace("\u2060", "")


def board(test: AppTest):
    return test.dataframe[0].value


def test_without_a_choice_the_board_is_of_everything(app: App, capable: Store):
    """All capabilities, a rank and an interval for everybody, and no share to set."""
    test = fine(app("capabilities", tab="Leaderboard"))
    assert set(board(test)["competitor"][:2]) == {"ant", "bee"} and len(board(test)) == 5
    assert "All capabilities, as they were sampled · 2,000 comparisons" in plain(test)
    assert not test.slider(key="smallest").disabled and "overall" not in board(test)


def test_one_capability_has_its_own_leader(app: App, capable: Store):
    """Who is chosen in the address leads there, beside the rank over everything."""
    test = fine(app("capabilities", tab="Leaderboard", mixed="math"))
    found = board(test)
    assert found["competitor"].iloc[0] == "bee" and "overall" in found
    assert test.header[0].value.replace("\\", "").startswith("In math: bee")
    assert all(picture.startswith("data:image/svg+xml,") for picture in found["interval"])


def test_shares_of_a_mix_are_set_by_sliders_and_kept_in_the_address(app: App, capable: Store):
    """More of one capability moves its leader up; the address holds the shares."""
    test = fine(app("capabilities", tab="Leaderboard", mixed=["law", "math"], shares="9,1"))
    assert board(test)["competitor"].iloc[0] == "ant" and "law 90%, math 10%" in plain(test)
    test.slider(key="share-law").set_value(1).run()
    fine(test.slider(key="share-math").set_value(9).run())
    assert board(test)["competitor"].iloc[0] == "bee" and "law 10%, math 90%" in plain(test)
    assert test.query_params["shares"] in ("1,9", ["1,9"])
    test.slider(key="share-law").set_value(0).run()
    fine(test.slider(key="share-math").set_value(0).run())
    assert "Every share is zero" in test.header[0].value


@pytest.mark.parametrize("shares", ["x,y", "1", "-1,2", "99,1", "1,2,3", "²,1"])
def test_shares_that_are_none_are_forgotten(app: App, capable: Store, shares: str):
    """Whatever else an address holds, every capability has the same share."""
    test = fine(app("capabilities", tab="Leaderboard", mixed=["law", "math"], shares=shares))
    assert "law 50%, math 50%" in plain(test)


def test_a_set_of_capabilities_is_saved(app: App, capable: Store):
    """A name makes it a capability of its own; an empty one is refused in a sentence."""
    test = fine(app("capabilities", tab="Leaderboard", mixed=["law", "math"]))
    test.button(key="FormSubmitter:save-mix-Save").click().run()
    assert [each.value for each in test.error] == ["Give it a name."]
    test.text_input(key="save-mix-name").set_value("Words & numbers")
    fine(test.button(key="FormSubmitter:save-mix-Save").click().run())
    saved = test.multiselect(key="mixed").options
    assert "custom/Words & numbers" in saved or "Words & numbers" in saved
    assert sources(capable, "capable")


def test_differences_begin_with_where_they_are(app: App, capable: Store):
    """The sentence names the clearest capability; strips, table and one in full follow."""
    test = fine(app("capabilities", tab="Differences"))
    said = test.header[0].value.replace("\\", "")
    assert said.startswith("Beyond their overall levels, models differ in ")
    frame = test.dataframe(key="differences").value
    assert set(frame["capability"][:2]) == {"law", "math"}
    assert list(frame["told"][:2]) == ["Confirmed", "Confirmed"]
    assert len(test.get("plotly_chart")) == 2
    links = [link for link in test.get("page_link") if "of=" in link.proto.query_string]
    assert links


def test_every_view_of_differences_is_drawn(app: App, capable: Store):
    """Alike profiles, trade-offs and branches, each with a sentence and its download."""
    test = app("capabilities", tab="Differences")
    for view, said in (
        ("Alike profiles", "alike"),
        ("Trade-offs", "Across 5 models"),
        ("Even or not", "uneven"),
    ):
        fine(test.segmented_control(key="contrast").set_value(view).run())
        assert said in plain(test).replace("Alike", "alike")
        assert test.get("download_button")
    assert {"ant", "bee"} <= set(test.selectbox(key="who").options)


def test_what_cannot_be_told_is_said_in_place(app: App, store: Store, tmp_path: Path):
    """Two competitors and one level: sentences instead of pictures, and no error."""
    rows = [row for row in log().splitlines() if row.startswith(("model_a", "ant,bee"))]
    add(store, "two", "\n".join(rows), tmp_path)
    test = app("capabilities", tab="Differences", contrast="Alike profiles")
    assert "need at least 3 models" in fine(test).info[0].value
    fine(test.segmented_control(key="contrast").set_value("Trade-offs").run())
    assert "need at least 5 models" in test.info[0].value


def test_without_capabilities_the_way_to_some_is_offered(app: App, store: Store, tmp_path: Path):
    """Neither section fails where there is nothing to take capabilities from."""
    add(store, "plain", BATTLES, tmp_path)
    for tab in ("Leaderboard", "Differences"):
        assert "no capabilities here yet" in fine(app("capabilities", tab=tab)).header[0].value


def test_hostile_names_stay_text(app: App, store: Store, tmp_path: Path):
    """Markup in names of competitors and capabilities is shown, never read."""
    text = (
        log()
        .replace("ant,", f"{HOSTILE},")
        .replace(",law", ",:red[law]")
        .replace(",ant", f",{HOSTILE}")
    )
    add(store, "hostile", text, tmp_path)
    for tab, view in (("Leaderboard", None), ("Differences", "Even or not")):
        test = fine(app("capabilities", tab=tab, **({"contrast": view} if view else {})))
        said = texts(test)
        assert "<script" not in said.replace("\\<script", "") and ":red[" not in said
    strips = fine(app("capabilities", tab="Differences")).get("plotly_chart")[0].proto.spec
    assert "<script" not in strips


def effects(*values: float) -> tuple[CompetitorEffect, ...]:
    verdict = {True: "confirmed", False: "not enough data"}
    return tuple(
        CompetitorEffect(f"c{at}", value, value - 3, value + 3, value, 50, verdict[abs(value) > 5])
        for at, value in enumerate(values)
    )


def difference(key: str = "law", *values: float) -> CapabilityDifference:
    return CapabilityDifference(
        key, key, 50, 3, 20.0, 2.0, 1e-5, 0.9, 0.0001, 6.0, True, True, effects(*values)
    )


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_strips_have_a_dot_for_everybody(palette):
    """Confirmed effects are coloured by their sign, marked ones by their own colour."""
    row = difference("law", 9.0, 1.0, -8.0)
    figure = effect_strips(
        [row], ["law"], unit="percentage points", colours={"c1": "#123456"}, palette=palette
    )
    trace = figure.data[0]
    tones = dict(zip(trace.x, trace.marker.color, strict=True))
    assert tones == {9.0: palette.accent, 1.0: "#123456", -8.0: palette.opposite}
    assert "50 items, confirmed" in " ".join(trace.customdata)
    assert trace.x[-1] == 1.0  # marked ones are drawn on top


def test_tables_say_who_is_furthest_and_what_carries_a_branch():
    """Signs, real minus signs and small q-values in words."""
    frame = difference_table([difference("law", 9.0, 1.0, -8.0)], ["law"])
    assert list(frame.iloc[0][["told", "q", "highest", "lowest"]]) == [
        "Confirmed", "< 0.001", "c0  +9.0", "c2  −8.0",
    ]  # fmt: skip
    branch = Branch(
        "c0", "code", "code", 90, 3, float("nan"), 0.0, 0.0, "not enough data", 4.0, 9.0, 5.0,
        0.001, 0.01, "erratic", (Carrier("code/sql", "sql", 30, -7.5, 0.001),),
    )  # fmt: skip
    shown = branch_table([branch], {"code": "code", "code/sql": "code/sql"}).iloc[0]
    assert (shown["kind"], shown["carriers"]) == ("Uneven", "code/sql −7.5")
    assert shown["effect"] is None


def test_pairs_are_drawn_from_minus_one_to_one():
    """What is told has a colour, what is not is grey."""
    pair = TradeOff("a", "b", "a", "b", -0.8, -1.0, -0.4, -0.5, -0.1, 0.001, 0.01, "trade-off")
    found = TradeOffs(None, "", 1, 9, (pair,), (), (), 0.95, 0.05, "")  # type: ignore[arg-type]
    row = trade_off_table(found, {"a": "a", "b": "b"}, LIGHT).iloc[0]
    assert (row["kind"], row["correlation"]) == ("Traded for", "−0.80")
    assert LIGHT.opposite in row["interval"] or LIGHT.opposite[1:] in row["interval"]


def test_the_tree_joins_whom_it_should():
    """Supported groups are in the accent with their support; the last join is not a group."""
    merges = (Merge(0, 1, 0.4, (0, 1), 0.93), Merge(2, 3, 1.2, (0, 1, 2), 1.0))
    found = ProfileClusters(
        None,
        "",
        1,
        ("a",) * 3,
        ("ant", HOSTILE, "cat"),
        np.eye(3),
        merges,
        (),
        100,
        "",  # type: ignore[arg-type]
    )
    figure = profile_tree(found, colours={"ant": "#123456"}, palette=LIGHT)
    assert [trace.line.color for trace in figure.data] == [LIGHT.accent, LIGHT.faint]
    assert [note.text for note in figure.layout.annotations] == ["93%"]
    assert list(figure.data[1].x) == [0.0, 1.2, 1.2, 0.4] or list(figure.data[1].x) == [
        0.4, 1.2, 1.2, 0.0,
    ]  # fmt: skip
    assert "<script" not in str(figure.layout.yaxis.ticktext)
