"""The upload page and files of scores: recognised, confirmed or overridden, imported."""

import pytest
from streamlit.testing.v1 import AppTest

from ranking.store import Store
from ranking.store import arenas as all_arenas
from ranking.store import imports as all_imports
from tests.dashboard.test_pages import App, commit, upload

LONG = "agent,task_id,epoch,success\n" + "".join(
    f"{agent},t{task},1,{(len(agent) * task) % 3}\n"
    for agent in ("ant", "bees", "camel")
    for task in range(8)
)
MESSY = LONG + "ant,t1,2,1\ncamel,t9,1,1\nbees,t9,1,error\n"
WIDE = "task,x,y,z\n" + "".join(f"t{k},{k % 2},{k % 3},{k % 5}\n" for k in range(8))


def metrics(test: AppTest) -> dict[str, str]:
    """Return the numbers of the check by their labels."""
    return {metric.label: metric.value for metric in test.metric}


@pytest.mark.parametrize(("text", "form"), [(LONG, "long"), (WIDE, "wide")])
def test_scores_are_offered_as_comparisons(app: App, store: Store, text: str, form: str):
    """The page says what the file is and what becomes of it; one click imports it."""
    test = upload(app("upload"), "results.csv", text)
    assert not test.exception and not test.error
    assert test.segmented_control[0].value == form
    assert "the higher score wins" in test.info[0].value
    found = metrics(test)
    assert (found["Scores"], found["Comparisons"], found["Competitors"]) == ("24", "24", "3")
    assert all_arenas(store) == []
    commit(test)
    assert not test.exception and not test.error
    (arena,) = all_arenas(store)
    assert (arena.comparisons, arena.description) == (24, "Comparisons are derived from scores.")
    assert arena.noun == ("agent" if form == "long" else "competitor")


def test_what_was_averaged_left_out_and_rejected_is_said(app: App, store: Store):
    """Repeats, scores without another, and errors are told before anything is kept."""
    test = upload(app("upload"), "results.csv", MESSY)
    said = " ".join(box.value for box in test.info)
    assert "1 repeat of a competitor on an item was averaged" in said
    assert "1 score could not be compared" in said
    assert metrics(test)["Rejected"] == "1"


def test_the_distance_of_a_tie_is_the_users(app: App, store: Store):
    """A larger distance makes more ties, and it is imported with the mapping."""
    test = upload(app("upload"), "results.csv", LONG)
    before = int(metrics(test)["Ties"])
    test.number_input[0].set_value(2.0).run()
    assert int(metrics(test)["Ties"]) == 24 > before
    commit(test)
    assert '"tie_within": 2.0' in all_imports(store, "results")[0].mapping


def test_the_form_can_be_overridden(app: App, store: Store):
    """A file of scores as comparisons asks for its columns; back again, it can be imported."""
    test = upload(app("upload"), "results.csv", LONG)
    test.segmented_control[0].set_value("pairwise").run()
    assert not test.exception and test.button(key="import").disabled
    assert any("Choose a column for" in box.value for box in test.info)
    test.segmented_control[0].set_value("wide").run()
    assert not test.exception
    test.segmented_control[0].set_value("long").run()
    assert not test.exception and not test.button(key="import").disabled


def test_one_competitor_is_a_sentence(app: App, store: Store):
    """Nothing to compare: the page says so and imports nothing."""
    test = upload(app("upload"), "results.csv", "model,item,score\nx,p,1\nx,q,0\n")
    assert not test.exception and test.button(key="import").disabled
    assert "one competitor alone" in test.error[0].value
