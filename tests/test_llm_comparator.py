"""The export of a pair for LLM Comparator: its format, and what may not change it."""

import csv
import json

import pytest

from ranking.errors import InputError, SelectionError
from ranking.ingest.reading import read
from ranking.llm_comparator import as_json, llm_comparator

HEADER = ["model_a", "model_b", "winner", "prompt", "text", "capability", "judge", "a_first",
          "response_a", "response_b", "note", "words_a", "words_b", "lang", "family_a",
          "family_b"]  # fmt: skip
ROWS = [
    ("ant", "bee", "model_a", "p1", "Say hi", "talk/greet", "ann", "yes", "Hi!", "Hello.",
     "A is warmer", "1", "1", "en", "x", "y"),
    ("bee", "ant", "model_a", "p1", "Say hi", "talk/greet", "bob", "yes", "Hello.", "Hi!",
     "I prefer Hello", "1", "1", "en", "y", "x"),
    ("ant", "bee", "tie", "p2", "Add 1", "sums", "ann", "no", "2", "two", "", "1", "3", "de",
     "x", "y"),
    ("ant", "bee", "both_bad", "p2", "Add 1", "sums", "ann", "", "3", "four", "", "1", "1", "de",
     "x", "y"),
    ("ant", "cat", "model_b", "p2", "Add 1", "sums", "ann", "", "3", "2", "", "1", "1", "de",
     "x", "z"),
]  # fmt: skip
ROLES = {
    "item": "prompt", "item_text": "text", "capability": "capability", "judge": "judge",
    "order": "a_first", "response_first": "response_a", "response_second": "response_b",
    "feedback": "note", "features": "words_a,words_b",
    "fields": "lang,family_a,family_b",
}  # fmt: skip


@pytest.fixture
def zoo(tmp_path):
    def make(rows=ROWS, header=HEADER, **roles):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
        return read(path, **(ROLES | roles))

    return make


def test_an_item_is_one_example_with_all_its_verdicts(zoo) -> None:
    """Scores from −1.5 to 1.5, labels, judges and their words, who was first, custom fields."""
    found = llm_comparator(zoo(), "ant", "bee")
    assert found["models"] == [{"name": "ant"}, {"name": "bee"}]
    assert found["metadata"]["custom_fields_schema"] == [
        {"name": "verdicts", "type": "number"},
        {"name": "item", "type": "string"},
        {"name": "judge", "type": "per_rating_string"},
        {"name": "words", "type": "per_model_number"},
        {"name": "lang", "type": "category"},
        {"name": "family", "type": "per_model_category"},
    ]
    assert found["examples"][0] == {
        "input_text": "Say hi",
        "tags": ["talk/greet"],
        "output_text_a": "Hi!",
        "output_text_b": "Hello.",
        "score": 0.0,
        "individual_rater_scores": [
            {"score": 1.5, "rating_label": "A is better", "is_flipped": False,
             "rationale": "A is warmer", "custom_fields": {"judge": "ann"}},
            {"score": -1.5, "rating_label": "B is better", "is_flipped": True,
             "rationale": "I prefer Hello", "custom_fields": {"judge": "bob"}},
        ],
        "rationale_list": [],
        "custom_fields": {"verdicts": 2, "item": "p1", "words": [1.0, 1.0],
                          "family": ["x", "y"], "lang": "en"},
    }  # fmt: skip
    tie, bad = found["examples"][1:]
    assert [one["rating_label"] for one in tie["individual_rater_scores"]] == ["Same"]
    assert tie["individual_rater_scores"][0]["is_flipped"] is True
    assert tie["custom_fields"]["words"] == [1.0, 3.0]
    (rating,) = bad["individual_rater_scores"]
    assert (rating["rating_label"], rating["score"], rating["is_flipped"]) == (
        "Both are bad", 0.0, None,
    )  # fmt: skip


def test_asking_for_the_pair_the_other_way_mirrors_it(zoo) -> None:
    """B's file has the scores negated, the responses exchanged, and the other one flipped."""
    log = zoo()
    one, other = llm_comparator(log, "ant", "bee"), llm_comparator(log, "bee", "ant")
    for a, b in zip(one["examples"], other["examples"], strict=True):
        assert a["score"] == -b["score"]
        assert (a["output_text_a"], a["output_text_b"]) == (b["output_text_b"], b["output_text_a"])
        assert a["custom_fields"]["words"] == b["custom_fields"]["words"][::-1]
        for left, right in zip(
            a["individual_rater_scores"], b["individual_rater_scores"], strict=True
        ):
            assert left["score"] == -right["score"]
            if left["is_flipped"] is not None:
                assert left["is_flipped"] is not right["is_flipped"]


def test_every_example_has_every_custom_field(zoo) -> None:
    """The viewer reads each field of each example: none may be missing, whatever a row lacks."""
    rows = [ROWS[0], (*ROWS[2][:10], "", "", "", "", "", "")]
    found = llm_comparator(zoo(rows), "ant", "bee")
    named = {each["name"] for each in found["metadata"]["custom_fields_schema"]} - {"judge"}
    for one in found["examples"]:
        assert set(one["custom_fields"]) == named
    assert found["examples"][1]["custom_fields"]["words"] == [None, None]
    assert found["examples"][1]["custom_fields"]["lang"] == ""


def test_hostile_names_and_texts_stay_text(zoo) -> None:
    """Quotes, tags, brackets and line breaks come back from JSON as they were."""
    evil = '"]}<script>alert(1)</script>\n\u2028=cmd()'
    header = [*HEADER[:13], "verdicts", *HEADER[14:]]
    rows = [("ant", 'b"ee</script>', *ROWS[0][2:8], evil, *ROWS[0][9:])]
    found = llm_comparator(
        zoo(rows, header, fields="verdicts,family_a,family_b"), "ant", 'b"ee</script>'
    )
    values = json.loads(as_json(found))
    assert values["models"][1]["name"] == 'b"ee</script>'
    assert values["examples"][0]["output_text_a"].startswith('"]}<script>')
    assert [each["name"] for each in values["metadata"]["custom_fields_schema"]].count(
        "verdicts"
    ) == 1
    assert values["examples"][0]["custom_fields"]["verdicts (imported)"] == "en"


def test_weights_count_in_the_mean_and_items_can_be_missing(tmp_path) -> None:
    """A row of three votes weighs three; a comparison without an item is an example of its own."""
    path = tmp_path / "log.csv"
    path.write_text("model_a,model_b,winner,item,n\na,b,model_a,q,3\nb,a,model_a,q,1\na,b,tie,,1\n")
    found = llm_comparator(read(path, item="item", count="n"), "a", "b")
    assert [one["score"] for one in found["examples"]] == [0.75, 0.0]
    assert found["examples"][1]["input_text"] == "import 1, line 4"
    assert found["metadata"]["custom_fields_schema"] == [{"name": "verdicts", "type": "number"}]
    limited = llm_comparator(read(path, item="item", count="n"), "a", "b", limit=1)
    assert len(limited["examples"]) == 1


def test_the_selection_applies_and_is_named(zoo) -> None:
    """Only selected comparisons are written, and the file says which."""
    found = llm_comparator(zoo().where("judge=bob"), "ant", "bee")
    assert len(found["examples"]) == 1 and found["examples"][0]["score"] == -1.5
    assert "judged by bob" in found["metadata"]["source_path"]


@pytest.mark.parametrize(
    ("first", "second", "limit", "error", "sentence"),
    [
        ("ant", "dog", None, SelectionError, "has no model 'dog'"),
        ("ant", "ant", None, SelectionError, "with itself"),
        ("bee", "cat", None, SelectionError, "never met in this selection"),
        ("ant", "bee", 0, InputError, "must be 1 or more"),
    ],
)
def test_what_cannot_be_written_is_refused(zoo, first, second, limit, error, sentence) -> None:
    """One plain sentence each."""
    with pytest.raises(error, match=sentence):
        llm_comparator(zoo(), first, second, limit=limit)
