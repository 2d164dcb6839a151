"""Two competitors by capability on the page head to head, without a browser."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import versions_view
from dashboard.charts.palette import DARK, LIGHT
from dashboard.charts.versions import ChangeRow, change_figure, counts_figure
from ranking.ingest import import_staged, stage, suggest
from ranking.ingest.mapping import Mapping
from ranking.store import Store
from tests.dashboard.conftest import HOSTILE_NAMES, add

App = Callable[..., AppTest]
TAB = "By capability"
ROW = ChangeRow("law", -20.0, -30.0, -10.0, 2, 10, 40, "confirmed", "worse", "In law …")


def scores(*, epochs: int = 1) -> str:
    """New fails all of sums that old passes; elsewhere they are even, a third passes all."""
    lines = ["model,task,score,topic,epoch"]
    for task in range(90):
        topic = ("sums", "law", "code")[task % 3]
        for epoch in range(epochs):
            old = int(task % 5 != 0)
            new = 0 if topic == "sums" else int((task + 1) % 5 != 0)
            for who, passed in (("old", old), ("new", new), ("third", 1)):
                lines.append(f"{who},t{task:02},{passed},{topic},{epoch}")
    return "\n".join(lines)


def add_scores(store: Store, folder: Path, text: str, fields: str = "topic") -> None:
    path = folder / "runs.csv"
    path.write_text(text)
    with stage(path, name="runs.csv") as staged:
        given = Mapping.parse(["competitor=model", "item=task", "score=score", f"fields={fields}"])
        mapping = suggest(staged, given=given).mapping
        import_staged(store, staged, mapping, arena="runs", noun="model")


@pytest.fixture
def runs(store: Store, tmp_path: Path) -> Store:
    """An arena of scores with a topic for each task."""
    add_scores(store, tmp_path, scores())
    return store


def opened(app: App, **query: object) -> AppTest:
    return app("head_to_head", **{"a": "new", "b": "old", "detail": TAB, **query})


def words(test: AppTest) -> str:
    drawn = [*test.subheader, *test.caption, *test.info, *test.markdown]
    return "\n".join(each.value for each in drawn).replace("\\", "")


def test_the_change_is_said_drawn_and_listed(app: App, runs: Store) -> None:
    """The conclusion first; a row for each capability; the items that got worse."""
    test = opened(app, source="Field topic")
    assert not test.exception and not test.error
    assert "On 90 shared items, new does " in words(test)
    assert "A change is confirmed in 1 of 3 capabilities (1 worse, 0 better)" in words(test)
    table = test.dataframe[0].value
    assert table["capability"].iloc[0] == "sums"  # what got worst comes first
    assert table["verdict"].iloc[0] == "confirmed worse"
    items = test.dataframe(key="changed-items").value
    assert set(items["change"]) == {"−100"} and "z" not in items
    assert set(items["capabilities"]) == {"sums", "law", "code"}
    assert "an item passes above 0.5" in words(test)


def test_items_can_be_narrowed(app: App, runs: Store) -> None:
    """By direction, capability, size of the change, and whether the new version alone fails."""
    test = opened(app, source="Field topic", inside="sums", alone="true")
    assert not test.exception and not test.error
    items = test.dataframe(key="changed-items").value
    assert set(items["capabilities"]) == {"sums"} and len(items) == 24
    test.toggle(key="alone").set_value(False)
    test.segmented_control(key="changed").set_value("Better").run()
    assert "No item of both changed like that." in words(test)
    test.selectbox(key="inside").set_value(None).run()
    assert set(test.dataframe(key="changed-items").value["change"]) == {"+100"}
    test.number_input(key="by_more").set_value(100.0).run()
    assert "No item of both changed like that." in words(test)


def test_known_changes_of_all_levels_can_be_shown(app: App, runs: Store) -> None:
    """The choice of what is shown is in the address."""
    test = opened(app, source="Field topic", changes=versions_view.KNOWN)
    assert not test.exception and not test.error
    assert list(test.dataframe[0].value["capability"]) == ["sums"]


def test_repeats_bring_the_reliable_change_index(app: App, store: Store, tmp_path: Path) -> None:
    """With epochs the list has z, and can be narrowed to what is more than chance."""
    add_scores(store, tmp_path, scores(epochs=3), "topic,epoch")
    test = opened(app, source="Field topic", reliable="true")
    assert not test.exception and not test.error
    items = test.dataframe(key="changed-items").value
    assert (items["z"].abs() > 1.96).all()


def test_without_a_choice_of_capabilities_the_whole_is_said(app: App, runs: Store) -> None:
    """Fields alone are offered, never taken unasked; the items are there."""
    test = opened(app)
    assert not test.exception and not test.error
    assert "choose what capabilities come from" in words(test)
    assert len(test.dataframe(key="changed-items").value) > 0
    assert test.selectbox(key="source").value is None


def test_nothing_in_common_is_said(app: App, store: Store, tmp_path: Path) -> None:
    """Two that share no item and no opponent on one: a sentence, no traceback."""
    add(store, "chain", "model_a,model_b,winner\n" + "ant,bee,model_a\nbee,cat,tie\n" * 4, tmp_path)
    test = app("head_to_head", a="ant", b="cat", detail=TAB)
    assert not test.exception and not test.error
    assert "cannot be paired" in words(test)


def test_names_stay_text(app: App, store: Store, tmp_path: Path) -> None:
    """Names, items and capabilities of an upload are neither Markdown nor HTML."""
    first, second = HOSTILE_NAMES[:2]
    lines = ["model_a,model_b,winner,prompt,capability"]
    lines += [f"{first},{second},model_a,{HOSTILE_NAMES[n % 5]} {n},x{HOSTILE_NAMES[3]}"
              for n in range(30)]  # fmt: skip
    add(store, "hostile", "\n".join(lines), tmp_path)
    test = app("head_to_head", a=second, b=first, detail=TAB)
    assert not test.exception and not test.error
    said = "\n".join(each.value for each in [*test.subheader, *test.caption, *test.markdown])
    assert "<script>" not in said and "**x**" not in said
    spec = "".join(each.proto.spec for each in test.get("plotly_chart"))
    assert "<script>" not in spec


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_marks_say_what_is_known(palette) -> None:
    """Full where confirmed, open where likely, a bar where neither; coloured by direction."""
    rows = [
        ROW,
        ChangeRow("code", 5.0, 1.0, 9.0, 5, 1, 40, "likely", "better", ""),
        ChangeRow("<b>x", 1.0, -9.0, 11.0, 1, 1, 40, "not enough data", "", ""),
        ChangeRow("few", math.nan, math.nan, math.nan, 0, 0, 2, "not enough data", "", ""),
    ]
    figure = change_figure(rows, palette=palette, reach=100.0)
    assert [trace.marker.symbol for trace in figure.data] == [
        "circle", "circle-open", "line-ns-open",
    ]  # fmt: skip
    assert [trace.marker.color for trace in figure.data] == [
        palette.opposite, palette.accent, palette.faint,
    ]  # fmt: skip
    assert "&lt;b&gt;x" in figure.layout.yaxis.ticktext
    low, high = figure.layout.xaxis.range
    assert low == -high < -30


def test_intervals_end_at_the_largest_difference_there_can_be() -> None:
    """A t interval of few items reaches further than that; the picture does not."""
    row = ChangeRow("few", -90.0, -150.0, -30.0, 0, 9, 10, "confirmed", "worse", "")
    figure = change_figure([row], palette=LIGHT, reach=100.0)
    assert figure.data[0].error_x.arrayminus == (10.0,)
    assert figure.layout.xaxis.range[1] < 110


def test_bars_are_shares_of_the_items() -> None:
    """Fixed to the right, regressed to the left, with their counts; no items, no bar."""
    empty = ChangeRow("none", math.nan, math.nan, math.nan, 0, 0, 0, "not enough data", "", "")
    figure = counts_figure([ROW, empty], palette=LIGHT, words=("fixed", "regressed"))
    fixed, regressed = figure.data
    assert fixed.x == (2 / 40, 0.0) and regressed.x == (-10 / 40, 0.0)
    assert (fixed.text, regressed.text) == (("2", ""), ("10", ""))
