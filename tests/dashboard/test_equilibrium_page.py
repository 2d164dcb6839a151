"""Equilibrium ratings on the leaderboard, without a browser: settings, views, and long ones."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data
from dashboard.charts.intervals import WIDTH
from dashboard.equilibrium_settings import task_choices
from dashboard.facets import Facets
from dashboard.leaderboard_columns import NARROWEST_PICTURE, picture_width, width_of
from dashboard.method_settings import GROUPS, TITLES, fields_of, predicts
from ranking.errors import CancelledError, InputError
from ranking.methods import METHODS, LogitEquilibrium, NashAveraging
from ranking.store import Store
from tests.dashboard.conftest import BATTLES, HOSTILE_NAMES, add
from tests.dashboard.fake_equilibria import fake_equilibrium

App = Callable[..., AppTest]
EQUILIBRIA = [kind for kind in METHODS.values() if not predicts(kind)]
QUICK = "None: no intervals"


def tasked(rows: int = 240, names: tuple[str, ...] = ("ant", "bee", "cat", "dog")) -> str:
    """Write a log with capabilities on two levels, judges and scores."""
    rng = np.random.default_rng(0)
    lines = ["model_a,model_b,winner,judge,capability,score_a,score_b"]
    nodes = ("craft/web", "craft/wood", "maths/sets", "maths/lines")
    for at in range(rows):
        first, second = rng.choice(len(names), 2, replace=False)
        winner = "model_a" if rng.random() < 0.5 + 0.15 * (second - first) else "model_b"
        scores = rng.integers(0, 5, 2)
        lines.append(
            f"{names[first]},{names[second]},{winner},j{at % 3},{nodes[at % 4]},"
            f"{scores[0]},{scores[1]}"
        )
    return "\n".join(lines) + "\n"


@pytest.fixture
def tasks(store: Store, tmp_path: Path) -> Store:
    """A database with a log that knows capabilities."""
    add(store, "tasked", tasked(), tmp_path)
    return store


def board(test: AppTest):
    """Return the table of a leaderboard."""
    return test.dataframe(key="board-0").value


def slow(gate: threading.Event) -> Callable[..., object]:
    """Return a rating that goes on until it is let go, or stopped."""

    def rate(self, evidence, *, watch):
        while not gate.wait(0.01):
            watch.tell(0.5, "resample 100 of 200")
        return replace(fake_equilibrium(), method=self.name)

    return rate


def test_the_usual_methods_come_first_and_equilibria_together():
    """Bradley–Terry and Elo lead the picker; the equilibria follow one another."""
    titles = list(TITLES)
    assert titles[:2] == ["Bradley–Terry", "Elo"]
    at = [titles.index(kind.title) for kind in EQUILIBRIA]
    assert len(at) == 6 and at == list(range(min(at), min(at) + len(at)))
    assert sum(map(len, GROUPS.values())) == len(titles)


@pytest.mark.parametrize("kind", EQUILIBRIA, ids=lambda kind: kind.name)
def test_every_view_of_every_equilibrium(app: App, tasks: Store, kind):
    """Each method has every view that it can have, and none of them fails."""
    test = app(method=kind.title, resamples=QUICK)
    assert "games" in board(test)
    for view in ("Plot", "Tasks", "Trust", "Details"):
        test.session_state["view"] = view
        test.run()
        assert not test.exception and not test.error


def test_tasks_have_a_tab(app: App, tasks: Store):
    """The tasks stand with rating and mass, and a picture says what each adds."""
    test = app(method="Logit equilibrium", view="Tasks", resamples=QUICK)
    frame = test.dataframe[0].value
    assert list(frame.columns) == ["task", "mass", "rating", "interval"]
    assert set(frame["task"]) == {"craft", "maths"}
    assert len(test.get("plotly_chart")) == 1


def test_one_task_is_said_to_be_one(app: App, arenas: Store):
    """A log without tasks has no table of them: the page says why."""
    test = app(method="Logit equilibrium", view="Tasks", resamples=QUICK, tasks="Judges")
    assert len(test.dataframe[0].value) == 2
    test = app(method="Logit equilibrium", view="Tasks", resamples=QUICK)
    assert not test.exception and not test.error
    assert "count as one task" in "\n".join(each.value for each in test.markdown)


def test_methods_of_pairs_alone_have_no_tasks(app: App, tasks: Store):
    """Where tasks change nothing there is neither their choice nor their tab."""
    test = app(method="Nash averaging", resamples=QUICK)
    assert "tasks" not in [box.key for box in test.selectbox]
    assert "Tasks" not in [tab.label for tab in test.tabs]
    assert "mass" in board(test).columns
    scores = app(method="Nash averaging", resamples=QUICK, payoff="Mean scores")
    assert not scores.exception and not scores.error
    assert "tasks" in [box.key for box in scores.selectbox]


def test_settings_reach_the_method(app: App, tasks: Store):
    """What the address holds is what the method is told."""
    seen = []

    def rate(self, evidence, *, watch):
        seen.append(self)
        return fake_equilibrium()

    with patch.object(LogitEquilibrium, "rate", rate):
        app(
            method="Logit equilibrium", tasks="Within craft", resamples="50: quick",
            shrinkage="3", affinity="Whatever noise can set apart", clones=["ant", "bee"],
        )  # fmt: skip
    without, method = seen
    assert without == replace(method, resamples=0)
    assert (method.tasks, method.depth) == ("capability:craft", 1)
    assert method.resamples == 50 and method.shrinkage == 3
    assert method.affinity == "noise" and method.clones == (("ant", "bee"),)


def test_a_second_class_of_clones_follows_the_first(app: App, tasks: Store):
    """The next choice appears when the one before has two names, without those."""
    test = app(method="Logit equilibrium", resamples=QUICK)
    assert [box.key for box in test.multiselect if "clones" in box.key] == ["clones"]
    test.multiselect(key="clones").set_value(["ant", "bee"]).run()
    assert not test.exception and not test.error
    assert test.multiselect(key="clones_2").options == ["cat", "dog"]


def test_choices_of_tasks_are_those_of_the_log():
    """Levels, inner nodes, judges and fields are offered where there are two or more."""
    facets = Facets(
        competitors=("a", "b"),
        judges=("j", "k"),
        capabilities=("x", "x/1", "x/2", "y"),
        fields=(("lang", ("de", "en")), ("one", ("same",))),
        span=None,
        both_bad=0,
        has_items=True,
        items=30,
        levels=(2, 2),
    )
    assert task_choices(facets) == {
        "Automatic": ("auto", 1),
        "Capabilities": ("capability", 1),
        "Capabilities, level 2": ("capability", 2),
        "Within x": ("capability:x", 1),
        "Items": ("item", 1),
        "Judges": ("judge", 1),
        "Field lang": ("lang", 1),
        "All comparisons as one": ("none", 1),
    }
    bare = replace(facets, judges=(), capabilities=(), fields=(), items=300, levels=())
    assert list(task_choices(bare)) == ["Automatic", "All comparisons as one"]


def test_facets_count_what_tasks_can_be_made_of(tasks: Store, tmp_path: Path):
    """Levels count the tasks at each depth; scores and items are known to be there or not."""
    facets = data.facets(data.arenas()[0])
    assert facets.levels == (2, 4) and facets.has_scores and facets.items == 0
    add(tasks, "bare", BATTLES, tmp_path)
    bare = data.facets(next(arena for arena in data.arenas() if arena.name == "bare"))
    assert bare.levels == () and not bare.has_scores


def test_what_the_log_lacks_is_not_offered(app: App, arenas: Store):
    """Without scores there is no payoff to choose; Bradley–Terry has no clones to declare."""
    test = app(method="Logit equilibrium", resamples=QUICK)
    assert "payoff" not in [box.key for box in test.selectbox]
    assert "clones" not in [box.key for box in app().multiselect]


def test_another_arena_forgets_tasks_and_clones(app: App, tasks: Store, tmp_path: Path):
    """Tasks and clones of one arena mean nothing in another."""
    add(tasks, "other", BATTLES, tmp_path)
    test = app(
        arena="tasked", method="Logit equilibrium", resamples=QUICK, tasks="Within craft",
        clones=["ant", "dog"],
    )  # fmt: skip
    test.selectbox(key="arena").set_value("other").run()
    assert not test.exception and not test.error
    assert test.selectbox(key="tasks").value == "Automatic"
    assert test.multiselect(key="clones").value == []


def test_hostile_names_are_shown_as_they_are(app: App, store: Store, tmp_path: Path):
    """Names of competitors and tasks are data on every view of an equilibrium."""
    add(store, "zoo", tasked(names=HOSTILE_NAMES[:4]).replace("craft/", ":red[craft]/"), tmp_path)
    for view in ("Table", "Tasks", "Details"):
        test = app(method="Logit equilibrium", view=view, resamples=QUICK)
        assert not test.exception and not test.error
        assert not [each for each in test.markdown if ":red[craft]" in each.value]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages show the progress of work almost at once."""
    monkeypatch.setattr("dashboard.running.PATIENCE", 0.2)


def test_a_long_rating_shows_its_progress(app: App, tasks: Store, impatient: None):
    """The page stands while it goes on, with what was rated before, and ends with the result."""
    gate = threading.Event()
    with patch.object(LogitEquilibrium, "rate", slow(gate)):
        test = app()
        test.selectbox(key="method").set_value("Logit equilibrium").run()
        assert not test.exception and not test.error
        assert any("Resample 100 of 200" in str(bar.proto) for bar in test.get("progress"))
        assert any("Rated before" in caption.value for caption in test.caption)
        assert set(board(test)["competitor"]) == {"ant", "bee", "cat", "dog"}
        gate.set()
        run_out(test)
        assert "mass" in board(test).columns and not test.get("progress")


def test_a_long_rating_of_a_fresh_page_has_nothing_before(app: App, tasks: Store, impatient: None):
    """Who opens a link to it sees the progress alone."""
    gate = threading.Event()
    with patch.object(LogitEquilibrium, "rate", slow(gate)):
        test = app(method="Logit equilibrium")
        assert test.get("progress") and not test.dataframe
        assert not test.exception and not test.error
        gate.set()


def test_the_ratings_are_there_before_their_intervals(app: App, tasks: Store, impatient: None):
    """While the log is resampled the page shows the ratings alone."""
    gate = threading.Event()
    resampled = slow(gate)

    def rate(self, evidence, *, watch):
        alone = replace(fake_equilibrium(), method=self.name)
        return resampled(self, evidence, watch=watch) if self.resamples else alone

    with patch.object(LogitEquilibrium, "rate", rate):
        test = app(method="Logit equilibrium")
        assert test.get("progress") and not test.exception and not test.error
        assert "mass" in board(test).columns
        assert any("ratings alone" in caption.value for caption in test.caption)
        gate.set()
        run_out(test)
        assert not any("ratings alone" in caption.value for caption in test.caption)


def test_a_long_rating_can_be_stopped_and_begun_again(app: App, tasks: Store, impatient: None):
    """Cancel ends it and says so; it begins anew when it is asked for."""
    gate = threading.Event()
    with patch.object(LogitEquilibrium, "rate", slow(gate)):
        test = app(method="Logit equilibrium")
        test.button(key="running-cancel").click().run()
        test.run()
        assert "stopped" in "\n".join(each.value for each in test.markdown)
        gate.set()
        test.button(key="running-again").click().run()
        run_out(test)
        assert "mass" in board(test).columns


def test_another_page_finds_the_result(app: App, tasks: Store, impatient: None):
    """Leaving does not stop it, and the pages of pairs show its progress, too."""
    gate = threading.Event()
    with patch.object(NashAveraging, "rate", slow(gate)):
        test = app(method="Nash averaging")
        test.switch_page("app_pages/competitor.py").run()
        assert test.get("progress") and not test.exception and not test.error
        gate.set()
        test.switch_page("app_pages/leaderboard.py").run()
        run_out(test)
        assert "mass" in board(test).columns


def test_an_error_of_a_long_rating_is_a_sentence(app: App, tasks: Store):
    """What a rating refuses to do is said plainly, with the way to try again."""

    def refuse(self, evidence, *, watch):
        raise InputError("There are 300 items; choose other tasks.")

    with patch.object(LogitEquilibrium, "rate", refuse):
        test = app(method="Logit equilibrium")
        assert not test.exception
        assert "300 items" in test.error[0].value.replace("\\", "")
    with patch.object(
        LogitEquilibrium, "rate", lambda self, evidence, *, watch: fake_equilibrium()
    ):
        test.button(key="retry-frame").click().run()
    assert not test.error and not test.exception and "mass" in board(test).columns


def test_a_cancelled_error_is_not_kept(app: App, tasks: Store):
    """A rating that another session stopped begins anew for who still wants it."""
    asked = []

    def rate(self, evidence, *, watch):
        asked.append(self)
        if len(asked) == 1:
            raise CancelledError("stopped")
        return fake_equilibrium()

    with patch.object(LogitEquilibrium, "rate", rate):
        app(method="Logit equilibrium")
        test = app(method="Logit equilibrium")
    assert not test.error and "mass" in board(test).columns


def test_every_field_of_an_equilibrium_has_a_widget(app: App, tasks: Store):
    """No setting of these methods is out of reach, but for the seed."""
    offered = {"both_bad"}
    for kind in EQUILIBRIA:
        test = app(method=kind.title, resamples=QUICK, payoff="Mean scores")
        kinds = (test.selectbox, test.multiselect, test.number_input, test.toggle)
        offered |= {widget.key for each in kinds for widget in each}
    fields = set().union(*(fields_of(kind) for kind in EQUILIBRIA))
    assert fields - offered <= {"depth", "seed"}


def run_out(test: AppTest) -> None:
    """Let the work under way end, and draw the page again."""
    for _ in range(100):
        test.run()
        if not test.get("progress"):
            return
        time.sleep(0.05)
    raise AssertionError("the work did not end")


def test_a_table_with_mass_fits_beside_the_sidebar():
    """The drawn interval makes room for the other columns, and does not shrink beyond sense."""
    rows = {"rank": "1–2", "open": "", "rating": 1, "half": 1, "interval": "", "mass": 1.0}
    rows |= {"tier": "ab", "games": 1, "win_rate": 50.0}
    drawn = [picture_width(pd.DataFrame({**rows, "competitor": ["n" * n]})) for n in (9, 34, 36)]
    assert WIDTH == drawn[0] > drawn[1] > drawn[2] >= NARROWEST_PICTURE
    crowded = pd.DataFrame({**rows, "competitor": ["n" * 44], "status": ["few and one-sided"]})
    assert picture_width(crowded) == NARROWEST_PICTURE


def test_one_name_that_never_fits_widens_no_column():
    """The widest name that fits sets the width; only where none fits is it the widest allowed."""
    assert width_of(["n" * 20, "n" * 90], 120, 300) == width_of(["n" * 20], 120, 300) < 300
    assert width_of(["n" * 90], 120, 300) == 300
    assert width_of([], 120, 300) == 120
