"""The page about robustness over small databases, without a browser."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data
from dashboard.robustness_view import KINDS
from dashboard.wording import literal
from ranking.diagnostics.redundancy import ATTACKS, DEFAULT_METHODS
from ranking.store import Store
from tests.dashboard.conftest import HOSTILE, HOSTILE_NAMES, add
from tests.dashboard.test_pages import texts

App = Callable[..., AppTest]
TASKS = "model_a,model_b,winner,capability,judge\n" + "".join(
    f"{a},{b},{winner},{capability},{judge}\n"
    for a, b in (("ant", "bee"), ("bee", "cat"), ("ant", "cat"), ("cat", "dog"), ("bee", "dog"))
    for winner in ("model_a", "model_a", "model_b", "tie")
    for capability in ("coding", "law")
    for judge in ("ann", "bob")
    if capability == "coding" or winner != "model_b" or a == "ant"
)
CIRCLE = "model_a,model_b,winner\n" + "".join(
    f"{a},{b},{winner}\n"
    for a, b in (("ant", "bee"), ("bee", "cat"), ("cat", "ant"), ("ant", "dog"), ("dog", "bee"))
    for winner in ["model_a"] * 80 + ["model_b"] * 10
)
TWO = "model_a,model_b,winner\n" + "ant,bee,model_a\nant,bee,model_b\nant,bee,model_a\n" * 4
TIES = "model_a,model_b,winner\n" + "ant,bee,tie\nbee,cat,tie\ncat,ant,tie\n" * 6
CHAIN = "model_a,model_b,winner\n" + "".join(
    f"{a},{b},{winner}\n"
    for a, b in (("ant", "bee"), ("bee", "cat"), ("cat", "dog"))
    for winner in ("model_a", "model_b", "model_a") * 4
)


@pytest.fixture
def tasks(store: Store, tmp_path: Path) -> Store:
    """An arena with capabilities and judges."""
    add(store, "tasks", TASKS, tmp_path)
    return store


def chart_count(test: AppTest) -> int:
    return len(test.get("plotly_chart"))


def moves(test: AppTest):
    """Return the table of methods."""
    return test.dataframe(key="moves").value


def test_without_an_arena_the_page_offers_a_start(app: App, store: Store):
    """An empty database leads to the upload and to the samples."""
    test = app("robustness")
    assert not test.exception and not test.error, [each.value for each in test.error]
    assert test.title[0].value == "Welcome to Podium"


def test_the_page_says_what_copies_do(app: App, tasks: Store):
    """The conclusion comes first, then every method's move, and one ranking before and after."""
    test = app("robustness")
    assert not test.exception and not test.error, [each.value for each in test.error]
    assert test.title[0].value == "tasks"
    assert "74 comparisons · 4 models" in test.caption[0].value
    assert "xact copies" in test.header[0].value
    frame = moves(test)
    assert len(frame) == len(DEFAULT_METHODS)
    assert frame["largest"].notna().all()
    assert chart_count(test) == 1
    assert test.button(key="run-battery")


def test_the_ratings_before_are_kept(app: App, tasks: Store, monkeypatch: pytest.MonkeyPatch):
    """A second attack, and the battery, are held against the ratings of the first."""
    test = app("robustness", target="ant")

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the log was rated before the attack once more")

    monkeypatch.setattr("ranking.diagnostics.redundancy.baseline", never)
    test.selectbox(key="target").set_value("cat").run()
    test.button(key="run-battery").click().run()
    assert not test.exception and not test.error, [each.value for each in test.error]
    assert len(moves(test)) == len(DEFAULT_METHODS)
    assert chart_count(test) == 2


def test_every_attack_can_be_chosen(app: App, tasks: Store):
    """Each kind of attack is offered, has its own targets, and is rated."""
    test = app("robustness")
    assert list(test.selectbox(key="attack").options) == list(KINDS)
    assert set(KINDS.values()) == set(ATTACKS)
    targets = {"Repeated task": ["coding", "law"], "Repeated judge": ["ann", "bob"]}
    for title in ("Noisy clones", "Repeated task", "Flooded task", "Repeated judge"):
        test.selectbox(key="attack").set_value(title).run()
        assert not test.exception and not test.error, [each.value for each in test.error]
        assert list(test.selectbox(key="target").options) == targets.get(
            title, ["ant", "bee", "cat", "dog"] if "clones" in title else ["coding", "law"]
        )
        assert len(moves(test)) == len(DEFAULT_METHODS)


def test_a_boosted_voter_counts_twenty_times(app: App, tasks: Store):
    """With the attack its strength changes to what is usual for it."""
    test = app("robustness", attack="Clones", copies="5")
    assert test.number_input(key="copies").value == 5
    test.selectbox(key="attack").set_value("Boosted voter").run()
    assert not test.exception and not test.error, [each.value for each in test.error]
    assert test.number_input(key="copies").value == 20
    assert "counts 20 times" in texts(test)


def test_the_address_names_the_attack(app: App, tasks: Store):
    """Attack, target, copies and the ranking seen are taken from the address."""
    test = app(
        "robustness", attack="Repeated task", target="law", copies="2", seen="Nash averaging"
    )
    assert not test.exception and not test.error, [each.value for each in test.error]
    assert test.selectbox(key="target").value == "law"
    assert test.number_input(key="copies").value == 2
    assert test.selectbox(key="seen").value == "Nash averaging"
    assert "2 copies of law" in texts(test)


def test_nonsense_in_the_address_is_ignored(app: App, tasks: Store):
    """Unknown attacks, targets and methods fall back to what is there."""
    test = app("robustness", attack="<b>", target="nobody", copies="-3", seen="x", section="y")
    assert not test.exception and not test.error, [each.value for each in test.error]
    assert test.selectbox(key="attack").value == "Clones"
    assert test.number_input(key="copies").value == 3


def test_the_battery_is_drawn_when_asked_for(app: App, tasks: Store):
    """One button draws every method against every attack."""
    test = app("robustness")
    before = chart_count(test)
    test.button(key="run-battery").click().run()
    assert not test.exception and not test.error, [each.value for each in test.error]
    assert chart_count(test) == before + 1
    assert "largest move of any rating" in texts(test)
    test.selectbox(key="target").set_value("cat").run()  # the battery stays
    assert chart_count(test) == before + 1


def test_a_log_without_tasks_and_judges_has_only_clones(app: App, store: Store, tmp_path: Path):
    """What the log does not have is not offered, and the battery says so."""
    add(store, "circle", CIRCLE, tmp_path)
    test = app("robustness")
    assert not test.exception and not test.error, [each.value for each in test.error]
    assert list(test.selectbox(key="attack").options) == ["Clones", "Noisy clones"]
    test.button(key="run-battery").click().run()
    assert "names no judges" in texts(test)


@pytest.mark.parametrize("section", ["Redundancy", "Cycles", "Tasks"])
@pytest.mark.parametrize("rows", [TWO, TIES, CHAIN], ids=["two", "ties", "chain"])
def test_thin_logs_are_no_error(app: App, store: Store, tmp_path: Path, rows: str, section: str):
    """Two competitors, ties alone, or no closed circle leave a page with words."""
    add(store, "thin", rows, tmp_path)
    test = app("robustness", section=section)
    assert not test.exception and not test.error
    assert test.header[0].value


def test_cycles_have_their_evidence(app: App, store: Store, tmp_path: Path):
    """A circle is drawn, with the way to the comparisons of each of its pairs."""
    add(store, "circle", CIRCLE, tmp_path)
    test = app("robustness", section="Cycles")
    assert not test.exception and not test.error, [each.value for each in test.error]
    assert "cannot come from one strength" in test.header[0].value
    metrics = {metric.label: metric for metric in test.metric}
    assert metrics["Cyclic share"].value.endswith("%")
    assert {"Bradley–Terry", "mElo, with circles"} <= set(metrics)
    assert "full circle" in texts(test)
    links = [link for link in test.get("page_link") if link.proto.label == "Compare"]
    assert len(links) >= 3
    assert chart_count(test) >= 2


def test_tasks_that_carry_the_ranking(app: App, tasks: Store, monkeypatch: pytest.MonkeyPatch):
    """The tasks have ratings and weights, and add up to the ratings."""
    rated = data.ratings_or_run
    monkeypatch.setattr(  # intervals are tested where they are made
        data, "ratings_or_run",
        lambda arena, selection, method: rated(arena, selection, replace(method, resamples=0)),
    )  # fmt: skip
    test = app("robustness", section="Tasks")
    assert not test.exception and not test.error, [each.value for each in test.error]
    assert "2 capabilities" in test.header[0].value
    assert "more than from any other task" in texts(test)
    assert set(test.dataframe[0].value["task"]) == {"coding", "law"}
    assert chart_count(test) == 1
    for title in ("Logit equilibrium", "Deviation ratings"):
        test.selectbox(key="equilibrium").set_value(title).run()
        assert not test.exception and not test.error, [each.value for each in test.error]


def test_closed_sections_cost_nothing(app: App, tasks: Store, monkeypatch: pytest.MonkeyPatch):
    """Only what is looked at is worked out."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a closed section was worked out")

    monkeypatch.setattr("dashboard.robustness_data.attacked", never)
    monkeypatch.setattr("dashboard.data.ratings_or_run", never)
    test = app("robustness", section="Cycles")
    assert not test.exception and not test.error, [each.value for each in test.error]


def test_a_selection_is_said(app: App, tasks: Store):
    """What is studied follows the sidebar, and the caption says what was left out."""
    test = app("robustness", judge="ann")
    assert not test.exception and not test.error, [each.value for each in test.error]
    assert "37 of 74 comparisons" in test.caption[0].value


def test_an_empty_selection_is_a_sentence(app: App, tasks: Store):
    """Without comparisons there is a plain sentence and no traceback."""
    test = app("robustness", competitor="ant")
    assert not test.exception
    assert "no comparisons" in test.error[0].value


@pytest.mark.parametrize("section", ["Redundancy", "Cycles", "Tasks"])
def test_hostile_names_stay_text(app: App, store: Store, tmp_path: Path, section: str):
    """Names with markup are escaped wherever they are written."""
    add(store, "zoo **x** :red[y]", HOSTILE, tmp_path)
    test = app("robustness", section=section)
    assert not test.exception and not test.error, [each.value for each in test.error]
    assert test.title[0].value == literal("zoo **x** :red[y]")
    written = texts(test)
    assert not any(name in written for name in HOSTILE_NAMES)


def test_long_work_is_watched(app: App, tasks: Store, monkeypatch: pytest.MonkeyPatch):
    """Where the result is not there at once, the page shows how far it is and offers to stop."""
    import threading

    free = threading.Event()
    monkeypatch.setattr("dashboard.running.PATIENCE", 0.05)
    monkeypatch.setattr(
        "ranking.diagnostics.redundancy.standard_battery", lambda log: free.wait(30) and ()
    )
    try:
        test = app("robustness")
        assert not test.exception and not test.error
        assert test.button(key="running-cancel").label == "Cancel"
        assert test.tabs
    finally:
        free.set()
