"""Each page over a small database, without a browser."""

import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.wording import literal
from ranking.errors import StoreBusyError
from ranking.store import Store
from ranking.store import arenas as all_arenas
from ranking.store import imports as all_imports
from tests.dashboard.conftest import BATTLES, HOSTILE, HOSTILE_NAMES, REJECTED, add

App = Callable[..., AppTest]


def texts(test: AppTest) -> str:
    """Return everything that a page says in Markdown."""
    parts = [*test.title, *test.header, *test.subheader, *test.markdown, *test.caption]
    return "\n".join(str(part.value) for part in parts)


def board(test: AppTest):
    """Return the table of a leaderboard."""
    return test.dataframe(key="board-0").value


@pytest.mark.parametrize("page", [None, "data"])
def test_without_an_arena_a_page_offers_a_start(app: App, page: str | None):
    """An empty database leads to the upload and to the samples."""
    test = app(page)
    assert not test.exception and not test.error
    assert test.title[0].value == "Welcome to Podium"
    assert {button.key for button in test.button} >= {"to-upload", "load-samples"}


def test_leaderboard_shows_the_arena(app: App, arenas: Store):
    """Title, conclusion, table and plain words about the evidence are all there."""
    test = app()
    assert not test.exception and not test.error
    assert test.title[0].value == "battles"
    assert "30 comparisons" in test.caption[0].value
    assert test.header[0].value
    assert set(board(test)["competitor"]) == {"ant", "bee", "cat"}
    assert board(test)["interval"].str.startswith("data:image/svg+xml,").all()


def test_leaderboard_labels_simulated_evidence(app: App, arenas: Store):
    """The picker and the page say that an arena is simulated."""
    test = app(arena="made up · simulated")
    assert test.title[0].value == "made up"
    assert test.selectbox(key="arena").options == ["battles", "made up · simulated"]
    assert "Simulated" in texts(test)


def test_leaderboard_follows_its_method(app: App, arenas: Store):
    """Another method gives another leaderboard, under its own name."""
    test = app(method="Elo")
    assert not test.exception and not test.error
    assert "Elo" in test.caption[0].value
    assert test.number_input(key="k").value == 4.0


def test_both_bad_can_be_left_out(app: App, arenas: Store):
    """Without both-bad fewer comparisons are rated, and the caption says so."""
    test = app(both_bad="false")
    assert "24 of 30 comparisons" in test.caption[0].value
    assert "left out" in test.caption[0].value


def test_leaderboard_follows_its_selection(app: App, arenas: Store):
    """Filters from the address reach the evidence, and are said in words."""
    test = app(where="language = de", judge="bob", competitor=["ant", "bee"])
    assert "5 of 30 comparisons" in test.caption[0].value
    assert "judged by bob" in test.caption[0].value
    assert set(board(test)["competitor"]) == {"ant", "bee"}


def test_an_empty_selection_is_a_sentence(app: App, arenas: Store):
    """A selection without comparisons is explained, without a traceback."""
    test = app(where="language = de", judge="ann")
    assert not test.exception
    assert test.error and "no comparisons" in test.error[0].value.lower()


def test_nonsense_in_the_address_is_ignored(app: App, arenas: Store):
    """Unknown values fall back to the defaults."""
    test = app(method="<script>", arena="nowhere", marked="nobody", level="12%", show="x")
    assert not test.exception and not test.error
    assert test.title[0].value == "battles"
    assert test.multiselect(key="marked").value == []


def test_anchor_shifts_the_ratings(app: App, arenas: Store):
    """The anchor has its points; the widths of the intervals stay."""
    plain, anchored = board(app()), board(app(anchor="bee", anchor_points="0"))
    row = anchored.set_index("competitor").loc["bee"]
    assert row["rating"] == 0
    assert list(plain["half"]) == list(anchored["half"])


def test_marked_rows_alone_can_be_shown(app: App, arenas: Store):
    """Marks come from the address, and the table can be narrowed to them."""
    test = app(marked=["cat"], show="Marked")
    assert list(board(test)["competitor"]) == ["cat"]


def test_plot_is_drawn_only_when_it_is_open(app: App, arenas: Store):
    """A closed tab costs nothing."""
    assert not app().get("plotly_chart")
    test = app(view="Plot")
    assert not test.exception
    assert len(test.get("plotly_chart")) == 1
    assert not test.dataframe


def test_details_say_how_it_was_computed(app: App, arenas: Store):
    """Settings, interval and log-loss are one click away."""
    test = app(view="Details")
    assert not test.exception
    assert "Bradley–Terry" in test.table[0].value.to_string()


def test_downloads_are_offered(app: App, arenas: Store):
    """Four formats and a link that opens the same view."""
    test = app(arena="made up · simulated", method="Elo")
    labels = [button.label for button in test.get("download_button")]
    assert labels[:4] == ["CSV", "JSON", "Markdown", "LaTeX"]
    assert "method=Elo" in test.code[0].value and "made+up" in test.code[0].value


def test_hostile_names_are_shown_as_they_are(app: App, store: Store, tmp_path: Path):
    """Names reach Markdown only escaped, and tables unchanged."""
    add(store, "*evil* :red[x]", HOSTILE, tmp_path)
    test = app()
    assert not test.exception and not test.error
    assert test.title[0].value == literal("*evil* :red[x]")
    assert set(board(test)["competitor"]) == set(HOSTILE_NAMES)
    said = texts(test)
    assert not any(name in said for name in HOSTILE_NAMES)


def test_a_busy_database_is_a_sentence_with_a_way_on(app: App, arenas: Store):
    """A busy store is explained, and can be tried again."""
    sentence = "podium.duckdb is in use by process 7."
    with patch("dashboard.data.arenas", side_effect=StoreBusyError(sentence)):
        test = app()
    assert not test.exception
    assert test.error[0].value == literal(sentence)
    assert test.button(key="retry-frame").click().run().title[0].value == "battles"


def test_an_unforeseen_failure_is_a_sentence(app: App, arenas: Store):
    """Nothing of a traceback reaches the screen."""
    with patch("dashboard.data.facets", side_effect=KeyError("secret detail")):
        test = app()
    assert not test.exception
    assert "Something went wrong" in test.error[0].value
    assert "secret" not in test.error[0].value


def test_data_pages_through_the_comparisons(app: App, arenas: Store):
    """Raw rows are there with the outcomes in words, and can be searched."""
    test = app("data")
    assert not test.exception and not test.error
    assert len(test.dataframe[0].value) == 30
    assert set(test.dataframe[0].value["outcome"]) == {"A won", "B won", "tie", "both bad"}
    test.text_input(key="search").set_value("bob").run()
    assert len(test.dataframe[0].value) == 15
    test.text_input(key="search").set_value("nobody at all").run()
    assert "No comparison matches" in test.info[0].value


def test_data_lists_imports_and_rejected_rows(app: App, arenas: Store):
    """Each import has its counts, and its rejected rows on demand."""
    test = app("data", part="Imports")
    assert not test.exception
    assert "30 rows accepted · 3 rejected" in texts(test)
    (done,) = all_imports(arenas, "battles")
    test.session_state[f"rejected-{done.import_id}"] = True
    rows = test.run().dataframe[0].value
    assert len(rows) >= 3 and set(rows.columns) == {"line", "column", "value", "reason"}


def test_undo_asks_first(app: App, arenas: Store):
    """The button alone changes nothing: it opens a question."""
    test = app("data", part="Imports")
    (done,) = all_imports(arenas, "battles")
    test.button(key=f"undo-{done.import_id}").click().run()
    assert not test.exception
    assert test.button(key="confirm-undo")
    assert all_imports(arenas, "battles") == [done]


def test_an_arena_can_be_renamed(app: App, arenas: Store):
    """The new name and noun are kept, and the page stays on that arena."""
    test = app("data", part="This arena")
    test.text_input[0].set_value("renamed")
    test.text_input[1].set_value("player")
    test.button[0].click().run()
    assert not test.exception and not test.error
    assert test.title[0].value == "renamed"
    assert {arena.name for arena in all_arenas(arenas)} == {"renamed", "made up"}


def test_a_taken_name_is_refused_in_a_sentence(app: App, arenas: Store):
    """Renaming to a name that is taken says so and changes nothing."""
    test = app("data", part="This arena")
    test.text_input[0].set_value("made up")
    test.button[0].click().run()
    assert not test.exception
    assert "made up" in test.error[0].value.replace("\\", "")
    assert {arena.name for arena in all_arenas(arenas)} == {"battles", "made up"}


def test_all_arenas_are_listed(app: App, arenas: Store):
    """The overview says what each arena holds, and which is simulated."""
    frame = app("data", part="All arenas").dataframe[0].value
    assert list(frame["arena"]) == ["battles", "made up"]
    assert list(frame["evidence"]) == ["real", "simulated"]
    assert list(frame["comparisons"]) == [30, 30]


def upload(test: AppTest, name: str, text: str) -> AppTest:
    """Drop a file on the upload page."""
    return test.file_uploader[0].upload(name, text.encode(), "text/csv").run()


def commit(test: AppTest) -> AppTest:
    """Import what was checked, and wait until that is done."""
    test.button(key="import").click().run()
    for _ in range(100):
        if test.title[0].value != "Upload" or test.exception or test.error:
            break
        time.sleep(0.1)
        test.run()
    return test


def test_upload_shows_the_check_before_anything_is_kept(app: App, store: Store):
    """A dropped file is previewed and checked, and the database stays as it was."""
    test = upload(app("upload"), "my battles.csv", BATTLES + REJECTED)
    assert not test.exception and not test.error
    metrics = {metric.label: metric.value for metric in test.metric}
    assert metrics["Accepted rows"] == "30" and metrics["Rejected rows"] == "3"
    assert metrics["Both bad"] == "6"
    assert any("reason" in frame.value.columns for frame in test.dataframe)
    assert all_arenas(store) == []


def test_upload_commits_and_lands_on_the_leaderboard(app: App, arenas: Store):
    """After the import one is on the leaderboard of the new arena."""
    test = upload(app("upload"), "my battles.csv", BATTLES)
    commit(test)
    assert not test.exception and not test.error
    assert test.title[0].value == "my battles"
    assert set(board(test)["competitor"]) == {"ant", "bee", "cat"}


def test_upload_into_an_existing_arena(app: App, arenas: Store):
    """An arena that exists can be chosen; the same content again changes nothing."""
    test = upload(app("upload"), "again.csv", BATTLES + REJECTED)
    test.selectbox(key="target").set_value("battles").run()
    commit(test)
    assert not test.exception and not test.error
    assert test.title[0].value == "battles"
    assert len(all_imports(arenas, "battles")) == 1


def test_upload_asks_where_the_outcome_is_ambiguous(app: App, store: Store):
    """Zeros and ones under a header that does not tell: nothing is assumed."""
    rows = "a,b,outcome\n" + "ant,bee,0\nbee,cat,1\ncat,ant,0\n" * 4
    test = upload(app("upload"), "unclear.csv", rows)
    assert not test.exception
    assert test.button(key="import").disabled
    (question,) = [box for box in test.selectbox if box.label == "Outcomes are written as"]
    assert question.value is None
    question.set_value("first-is-1").run()
    assert not test.button(key="import").disabled


def test_upload_of_nonsense_is_a_sentence(app: App, store: Store):
    """A file that is no log is refused in one sentence, and can be removed."""
    test = upload(app("upload"), "picture.csv", "\x89PNG\r\n\x1a\n\x00\x00")
    assert not test.exception
    assert all_arenas(store) == []
    (remove,) = [button for button in test.button if button.label == "Remove"]
    remove.click().run()
    assert not test.exception
    assert not [button for button in test.button if button.label == "Remove"]


def test_upload_of_two_files_fills_one_arena(app: App, store: Store):
    """Files with the same columns share one mapping and one arena."""
    test = app("upload")
    test.file_uploader[0].upload("one.csv", BATTLES.encode(), "text/csv")
    test.file_uploader[0].upload("two.csv", (BATTLES + REJECTED).encode(), "text/csv").run()
    assert not test.exception and not test.error
    commit(test)
    assert not test.exception and not test.error
    (arena,) = all_arenas(store)
    assert arena.comparisons == 60
