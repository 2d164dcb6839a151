"""Rejected rows: each reason its own sentence, with line, column and value."""

import pytest

from ranking.errors import InputError
from ranking.ingest import Mapping, check

HEADER = "a,b,winner,n,w,t,s1,s2,f1,f2,first,cap\n"
GOOD = "x,y,a,2,0.5,2024-01-01,1,2,3,4,a,Math/Algebra"
MAPPING = Mapping(
    first="a", second="b", outcome="winner", dialect="words", count="n", weight="w", time="t",
    score_first="s1", score_second="s2", features=(("f", "f1", "f2"),), order="first",
    capability=("cap",),
)  # fmt: skip


def changed(**cells):
    """Return the good row with some cells replaced."""
    row = dict(zip(HEADER.strip().split(","), GOOD.split(","), strict=True)) | cells
    return ",".join(row.values())


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("a", " ", "The name of competitor A is missing."),
        ("b", "", "The name of competitor B is missing."),
        ("b", " x ", "Both competitors are the same."),
        ("winner", "", "The outcome is missing."),
        ("winner", "z", "The outcome is not a word for a side (model_a, a, left, first ... or "
                        "model_b, b, right, second ...), tie or both_bad."),
        ("n", "", "The count is missing."),
        ("n", "1.5", "The count is not a whole number from 1 to 1,000,000,000."),
        ("n", "0", "The count is not a whole number from 1 to 1,000,000,000."),
        ("n", "-3", "The count is not a whole number from 1 to 1,000,000,000."),
        ("n", "many", "The count is not a whole number from 1 to 1,000,000,000."),
        ("n", "1e300", "The count is not a whole number from 1 to 1,000,000,000."),
        ("w", "", "The weight is missing."),
        ("w", "-0.5", "The weight is negative."),
        ("w", "0", "The weight is zero."),
        ("w", "inf", "The weight is not finite."),
        ("w", "nan", "The weight is not finite."),
        ("w", "heavy", "The weight is not a number."),
        ("t", "yesterday", "The time is not an ISO 8601 time such as 2026-01-31 or "
                           "2026-01-31T12:00:00Z."),
        ("t", "2024-02-30", "The time is not an ISO 8601 time such as 2026-01-31 or "
                            "2026-01-31T12:00:00Z."),
        ("t", "infinity", "The time is not an ISO 8601 time such as 2026-01-31 or "
                          "2026-01-31T12:00:00Z."),
        ("s1", "good", "The score is not a number."),
        ("s2", "inf", "The score is not a number."),
        ("f1", "1,5", None),
        ("f2", "long", "The feature is not a number."),
        ("first", "neither", "The order does not say which competitor was shown first."),
        ("cap", "[Math", "The capabilities are neither a path nor a JSON list of paths."),
    ],
)  # fmt: skip
def test_each_reason_has_its_own_sentence(staged, column, value, reason):
    """The line, the column and the value are those of the file."""
    good = "\n".join([GOOD] * 9)
    found = check(staged(f"{HEADER}{good}\n{changed(**{column: value})}\n{GOOD}\n"), MAPPING)
    rejects = found.rejects()
    assert (found.accepted, found.rejected, len(rejects)) == (10, 1, 1)
    line, name, cell, sentence = rejects.iloc[0]
    assert line == 11
    if reason is None:
        assert sentence.startswith("Too many columns")
    else:
        assert (name, sentence) == (column, reason)
        assert (cell if isinstance(cell, str) else "") == value


def test_the_first_problem_decides(staged):
    """A row with several problems is one rejected row."""
    good = "\n".join([GOOD] * 9)
    found = check(staged(f"{HEADER}{good}\n{changed(a='', w='-1', t='?')}\n"), MAPPING)
    assert found.rejects()["reason"].to_list() == ["The name of competitor A is missing."]
    assert found.reasons.to_numpy().tolist() == [["The name of competitor A is missing.", 1]]


def test_missing_values_of_optional_columns_are_no_problem(staged):
    """No score, time, order, feature or capability is an honest state of a row."""
    row = changed(t="", s1="", s2="nan", f1="NA", f2="", first="", cap="")
    assert check(staged(f"{HEADER}{GOOD}\n{row}\n"), MAPPING).accepted == 2


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["2024-05-06", "2024-05-06T07:08:09"], "2024-05-06 07:08:09"),
        (["2024-05-06 07:08:09.5", "2024-05-06T09:08:09.5+02:00"], "2024-05-06 07:08:09.500000"),
        (["2024-05-06T07:08:09Z", "2024-05-06T07:08:09Z"], "2024-05-06 07:08:09"),
        (["1714979289", "1714979289.0"], "2024-05-06 07:08:09"),
        (["1714979289000", "1714979289000"], "2024-05-06 07:08:09"),
    ],
)
def test_times_are_read_in_one_format_per_column(staged, values, expected):
    """ISO 8601 with its zone taken to UTC, seconds or milliseconds."""
    rows = "".join(f"x,y,a,{value}\n" for value in values)
    mapping = Mapping(first="a", second="b", outcome="winner", dialect="words", time="t")
    found = check(staged("a,b,winner,t\n" + rows), mapping)
    assert str(found.sample["time"].iloc[-1]) == expected


@pytest.mark.parametrize("value", ["01/02/2024", "Jan 2, 2024", "12", "x"])
def test_times_that_can_be_read_in_two_ways_are_refused(staged, value):
    """Day and month are never guessed; a column that is not one of times is named."""
    mapping = Mapping(first="a", second="b", outcome="winner", dialect="words", time="t")
    file = staged(f'a,b,winner,t\nx,y,a,"{value}"\n')
    with pytest.raises(InputError, match=r"The column 't' of .* holds"):
        check(file, mapping)


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ("Math/Algebra", "Math/Algebra"),
        ("Math > Algebra >Linear", "Math/Algebra/Linear"),
        ("Math; Coding/Python", "Coding/Python; Math"),
        ('"[""Math/Algebra"", ""Coding""]"', "Coding; Math/Algebra"),
        ("/Math//", "Math"),
    ],
)
def test_capabilities_are_paths(staged, value, paths):
    """One path column with / or >, several paths, or a JSON list."""
    mapping = Mapping(first="a", second="b", outcome="winner", capability=("cap",))
    found = check(staged(f"a,b,winner,cap\nx,y,a,{value}\n"), mapping)
    assert found.sample["capabilities"].to_list() == [paths]


def test_several_capability_columns_are_facets(staged):
    """The name of the column is the root of its facet; an empty cell adds nothing."""
    mapping = Mapping(first="a", second="b", outcome="winner", capability=("topic", "lang/uage"))
    found = check(staged("a,b,winner,topic,lang/uage\nx,y,a,Math,de\nx,y,a,,en\n"), mapping)
    assert found.sample["capabilities"].to_list() == ["lang uage/de; topic/Math", "lang uage/en"]
