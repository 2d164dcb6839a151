"""The trust badges and the panel: every check is drawn, failed ones first, with a way on."""

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from ranking.store import Store
from tests.dashboard.conftest import BATTLES, add

App = Callable[..., AppTest]


def drawn(kind: str) -> AppTest:
    """Draw checks by hand, one of each state; the kind is "badges" or "panel"."""

    def script(kind: str) -> None:
        from dashboard import trust
        from ranking.diagnostics.checks import Check

        checks = [
            Check("connected", "passed", "All connected", "They met.", "table"),
            Check("separated", "failed", "One *known* to one side", "By $luck$.", "table", ("a",)),
            Check("ties", "not run", "Ties not checked", "There are none."),
            Check("clusters", "passed", "Intervals allow for clusters", "Both ways.", "details"),
        ]
        getattr(trust, kind)(checks)

    return AppTest.from_function(script, args=(kind,)).run()


def test_badges_name_what_failed_and_count_the_rest():
    """Failed checks have a badge each; passed ones and those not run share one."""
    test = drawn("badges")
    assert not test.exception
    words = [badge.value for badge in test.markdown]
    assert len(words) == 3
    assert "orange-badge" in words[0] and r"One \*known\* to one side" in words[0]
    assert "green-badge" in words[1] and "2 checks passed" in words[1]
    assert "gray-badge" in words[2] and "1 check not run" in words[2]


def test_the_panel_has_every_check_failed_ones_first():
    """Each has its words and its sentence, both escaped."""
    test = drawn("panel")
    assert not test.exception
    said = [text.value for text in test.markdown]
    assert [said[at].partition("**")[2][:4] for at in range(0, 8, 2)] == [
        "One ", "All ", "Inte", "Ties",
    ]  # fmt: skip
    assert said[1] == r"By \$luck\$\."


def test_only_what_has_details_has_a_way_to_them():
    """A check that passed on the table, or was not run, leads nowhere."""
    assert [button.label for button in drawn("panel").button] == ["Show them", "Details"]


def test_a_leaderboard_has_all_ten_checks(app: App, arenas: Store):
    """The tab lists them, and the badges add up to them."""
    test = app(view="Trust")
    assert not test.exception and not test.error
    bold = [text.value for text in test.markdown if text.value.endswith("**")]
    assert len(bold) == 10
    assert any("checks passed" in text.value for text in test.markdown)


def test_show_them_marks_the_competitors(app: App, store: Store, tmp_path: Path):
    """One click shows the newcomers in the table."""
    new = "new,ant,model_a,en,ann\nnew,bee,model_b,en,ann\nant,new,model_a,de,bob\n"
    many = BATTLES + BATTLES.partition("\n")[2] * 9 + new
    add(store, "battles", many, tmp_path)
    test = app(view="Trust")
    test.button(key="trust-provisional").click().run()
    assert not test.exception and not test.error
    assert list(test.dataframe(key="board-0").value["competitor"]) == ["new"]


def test_a_check_that_breaks_leaves_the_table(app: App, arenas: Store, monkeypatch):
    """Whatever happens to the checks, the leaderboard is there."""

    def broken(*arguments: object) -> None:
        raise KeyError("secret")

    monkeypatch.setattr("dashboard.data.trust_checks", broken)
    test = app()
    assert not test.exception
    assert set(test.dataframe(key="board-0").value["competitor"]) == {"ant", "bee", "cat"}
    assert "Something went wrong" in test.error[0].value
