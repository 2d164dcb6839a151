"""Dialects: each way of writing outcomes, judged on the column as a whole."""

import pytest

from ranking.errors import AmbiguousOutcomeError, InputError
from ranking.ingest import DIALECTS, Mapping, check, suggest

NAMES = "model_a,model_b"


def log(values, header=NAMES, outcome="winner"):
    """Write a log in which x met y once per value."""
    return f"{header},{outcome}\n" + "".join(f"x,y,{value}\n" for value in values)


def outcomes(file, mapping):
    """Return the outcome of each line, in order; None where it is rejected."""
    found = check(file, mapping)
    read = dict(zip(found.sample["line"], found.sample["outcome"], strict=True))
    return [read.get(line) for line in range(2, file.rows + 2)]


@pytest.mark.parametrize(
    ("values", "dialect", "expected"),
    [
        (["model_a", "model_b", "tie", "tie (bothbad)"], "words", "first second tie both_bad"),
        (["Model_A", " model_b ", "TIE", "both_bad"], "words", "first second tie both_bad"),
        (["a", "b", "Tie", "bothbad"], "words", "first second tie both_bad"),
        (["A", "B", "draw", "both bad"], "words", "first second tie both_bad"),
        (["left", "right", "tie"], "words", "first second tie"),
        (["first", "second", "tied"], "words", "first second tie"),
        (["player_1", "player 2", "tie"], "words", "first second tie"),
        (["win", "loss", "draw"], "result", "first second tie"),
        (["W", "L", "D"], "result", "first second tie"),
        (["1-0", "0-1", "1/2-1/2"], "result", "first second tie"),
        (["x", "Y", "tie", "tie (bothbad)"], "name", "first second tie both_bad"),
        (["1.5", "2", "1"], "one-to-two", "tie second first"),
        (["1.25", "2", "1.9"], "one-to-two", "soft second soft"),
    ],
)
def test_a_dialect_is_recognised_for_the_column(staged, values, dialect, expected):
    """Case and blanks play no part; both-bad stays apart from tie."""
    file = staged(log(values))
    suggestion = suggest(file)
    assert (suggestion.mapping.dialect, suggestion.problem) == (dialect, None)
    assert outcomes(file, suggestion.mapping) == expected.split()


@pytest.mark.parametrize(
    ("values", "fits"),
    [
        (["0", "1", "0.5"], ("first-is-1", "first-is-0")),
        (["0.0", "1.0"], ("first-is-1", "first-is-0")),
        (["true", "false"], ("first-is-1", "first-is-0")),
        (["0.2", "0.9", "1"], ("soft-first", "soft-second")),
        (["1", "1"], ("first-is-1", "first-is-0")),
    ],
)
def test_numbers_that_may_stand_for_either_side_are_not_guessed(staged, values, fits):
    """Nothing is assumed: the suggestion is open, and check and import refuse by name."""
    file = staged(log(values))
    suggestion = suggest(file)
    assert (suggestion.mapping.dialect, suggestion.dialects) == (None, fits)
    assert suggestion.problem is not None and "--dialect" in suggestion.problem
    with pytest.raises(AmbiguousOutcomeError, match="--dialect"):
        check(file, suggestion.mapping)
    stated = suggest(file, dialect=fits[0])
    assert stated.problem is None
    assert check(file, stated.mapping).accepted == len(values)


@pytest.mark.parametrize(
    ("header", "outcome", "values", "dialect"),
    [
        ("A,B", "preference", ["0", "1", "0.5"], "first-is-0"),
        ("generator_1,generator_2", "preference", ["1.0", "1.0"], "one-to-two"),
        (NAMES, "a_wins", ["0", "1"], "first-is-1"),
        (NAMES, "b_won", ["0", "1"], "first-is-0"),
        (NAMES, "score_a", ["0.25", "1"], "soft-first"),
        ("player_1,player_2", "prob_2", ["0.25", "1"], "soft-second"),
    ],
)
def test_the_header_may_tell_the_side(staged, header, outcome, values, dialect):
    """Known layouts and names such as a_wins say which side a number stands for."""
    suggestion = suggest(staged(log(values, header, outcome)))
    assert (suggestion.mapping.dialect, suggestion.problem) == (dialect, None)


@pytest.mark.parametrize(
    ("dialect", "values", "expected"),
    [
        ("first-is-1", ["1", "0", "0.5"], [1, 0, 0.5]),
        ("first-is-0", ["1", "0", "0.5"], [0, 1, 0.5]),
        ("one-to-two", ["1", "2", "1.25"], [1, 0, 0.75]),
        ("soft-first", ["1", "0", "0.25"], [1, 0, 0.25]),
        ("soft-second", ["1", "0", "0.25"], [0, 1, 0.75]),
    ],
)
def test_soft_outcomes_are_kept_as_they_are(staged, store, dialect, values, expected):
    """The score of A is exactly what the number says."""
    from ranking.ingest import import_staged

    file = staged(log(values))
    import_staged(store, file, suggest(file, dialect=dialect).mapping, arena="x")
    with store.reading() as connection:
        scores = connection.execute("SELECT score FROM comparisons_1 ORDER BY line").fetchall()
    assert [score for (score,) in scores] == expected


def test_what_does_not_fit_the_dialect_is_rejected_not_bent(staged):
    """A few strange values cost their own rows; they are never ties."""
    file = staged(log(["model_a", "model_b", "tie"] * 5 + ["maybe", ""]))
    suggestion = suggest(file)
    found = check(file, suggestion.mapping)
    assert (suggestion.mapping.dialect, found.accepted, found.rejected) == ("words", 15, 2)
    reasons = found.rejects()["reason"].to_list()
    assert reasons[0].startswith("The outcome is not a word for a side")
    assert reasons[1] == "The outcome is missing."


def test_a_column_that_fits_nothing_says_what_it_holds(staged):
    """Values that tell no winner are quoted."""
    file = staged(log(["red", "green", "blue"]))
    assert "'blue'" in str(suggest(file).problem)
    with pytest.raises(InputError, match="does not tell who won"):
        check(file, Mapping(first="model_a", second="model_b", outcome="winner"))


def test_names_that_are_words_for_the_other_side_are_ambiguous(staged):
    """Competitors called "b" and "a": the winner's name and the word for a side disagree."""
    file = staged("model_a,model_b,winner\nb,a,b\nb,a,a\n")
    assert set(suggest(file).dialects) == {"words", "name"}
    file = staged("model_a,model_b,winner\na,b,b\na,b,a\n")
    assert suggest(file).problem is None


def test_an_unknown_dialect_is_named(staged):
    """The message lists those that exist."""
    file = staged(log(["a", "b"]))
    with pytest.raises(InputError, match="first-is-0"):
        check(file, Mapping(first="model_a", second="model_b", outcome="winner", dialect="x"))


def test_each_dialect_has_a_label_and_an_explanation():
    """Every front end can show every dialect."""
    assert all(d.label and d.explanation and d.name == name for name, d in DIALECTS.items())


@pytest.mark.parametrize(
    "order", ["model_a,model_b,winner", "winner,model_b,model_a", "model_b,winner,model_a"]
)
@pytest.mark.parametrize("swap", [False, True])
def test_the_order_of_the_header_never_swaps_the_sides(staged, order, swap):
    """Columns are bound by name, and words for a side follow the columns they are named for."""
    cells = {"model_a": "good", "model_b": "bad", "winner": "model_a"}
    row = ",".join(cells[name] for name in order.split(","))
    file = staged(f"{order}\n{row}\n")
    mapping = suggest(file).mapping
    if swap:
        mapping = Mapping(first="model_b", second="model_a", outcome="winner")
    sample = check(file, mapping).sample.iloc[0]
    assert {sample["A"]: "first", sample["B"]: "second"}["good"] == sample["outcome"]


@pytest.mark.parametrize(
    "header",
    ["preference_v2", "winner_v1", "winner_1", "judge_1_preference", "not_preferred_a", "a_lost",
     "p_value_b", "better_than_first"],
)  # fmt: skip
def test_a_header_tells_only_what_it_says(staged, header):
    """Version numbers and other words beside a side do not settle what 0 and 1 mean."""
    file = staged(f"model_a,model_b,{header}\nx,y,1\ny,x,0\nx,y,1\n")
    mapping = Mapping(first="model_a", second="model_b", outcome=header)
    assert suggest(file, given=mapping).mapping.dialect is None


@pytest.mark.parametrize(
    ("header", "dialect"),
    [("a_wins", "first-is-1"), ("p_a_wins", "first-is-1"), ("model_b_preferred", "first-is-0")],
)
def test_a_header_that_names_the_winning_side_is_believed(staged, header, dialect):
    """ "a_wins" says that 1 is a win of A."""
    file = staged(f"model_a,model_b,{header}\nx,y,1\ny,x,0\nx,y,1\n")
    mapping = Mapping(first="model_a", second="model_b", outcome=header)
    assert suggest(file, given=mapping).mapping.dialect == dialect


def test_the_winners_name_is_matched_exactly_first(staged):
    """Foo and foo are two competitors; "foo" is the second's name."""
    file = staged("left,right,winner\nFoo,foo,foo\nfoo,Foo,foo\nbar,foo,BAR\nbar,foo,bar\n")
    mapping = Mapping(first="left", second="right", outcome="winner", dialect="name")
    assert check(file, mapping).outcomes == {"first": 3, "second": 1}


def test_the_order_column_is_read_by_name_before_number(staged):
    """Competitors called 1 and 2: "1" is a name, not the first side."""
    file = staged("player_a,player_b,winner,first_shown\n2,1,player_a,1\n1,2,player_a,1\n")
    mapping = Mapping(
        first="player_a", second="player_b", outcome="winner", dialect="words", order="first_shown"
    )
    assert check(file, mapping).sample["A shown first"].tolist() == [False, True]
