"""Dialects: the ways in which a column writes who won, each as an SQL expression.

A dialect reads a whole column; a value that it cannot read is rejected, never bent into another.
The only text in the SQL is this module's own.
"""

from dataclasses import dataclass

from ranking.outcomes import BOTH_BAD, FIRST, SECOND, SOFT, TIE


@dataclass(frozen=True)
class Dialect:
    """One way of writing outcomes.

    Attributes
    ----------
    name : str
        As `--dialect` takes it.
    label : str
        As a screen shows it.
    explanation : str
        What the values mean, as the end of "The outcome is not ...".
    """

    name: str
    label: str
    explanation: str


DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        Dialect(
            "words",
            "Words for the sides",
            "a word for a side (model_a, a, left, first ... or model_b, b, right, second ...), "
            "tie or both_bad",
        ),
        Dialect("result", "Win, loss or draw of A", "win, loss or draw of competitor A"),
        Dialect("name", "The winner's own name", "the name of one of the two, tie or both_bad"),
        Dialect("first-is-1", "1 = A won, 0 = B won", "1 (A won), 0 (B won) or 0.5 (tie)"),
        Dialect("first-is-0", "0 = A won, 1 = B won", "0 (A won), 1 (B won) or 0.5 (tie)"),
        Dialect(
            "one-to-two",
            "From 1 (A) to 2 (B)",
            "a number from 1 (A preferred) to 2 (B preferred)",
        ),
        Dialect(
            "soft-first",
            "From 0 (B) to 1 (A)",
            "a number from 0 (B preferred) to 1 (A preferred)",
        ),
        Dialect(
            "soft-second",
            "From 0 (A) to 1 (B)",
            "a number from 0 (A preferred) to 1 (B preferred)",
        ),
    )
}
"""The outcome dialects by name."""

_STEMS = (
    "", "model", "player", "policy", "team", "system", "option", "response", "answer", "output",
    "assistant", "candidate", "generator", "competitor", "agent", "side",
)  # fmt: skip
_ALONE = (("left", "right"), ("first", "second"), ("1st", "2nd"), ("home", "away"),
          ("white", "black"), ("a", "b"))  # fmt: skip
_TIE = (
    "tie", "tied", "draw", "drawn", "equal", "same", "even", "bothgood", "tiebothgood",
)  # fmt: skip
_BOTH_BAD = ("bothbad", "tiebothbad", "botharebad", "badboth", "bothbadtie")
_WIN, _LOSS = ("win", "won", "w", "wins", "1-0"), ("loss", "lose", "lost", "l", "loses", "0-1")


def _side_words(side: int) -> tuple[str, ...]:
    names = [f"{stem}{pair[side]}" for stem in _STEMS for pair in (*_ALONE, ("1", "2"))]
    return tuple(name for name in names if name not in ("1", "2"))


def text_of(column: str) -> str:
    """Return SQL for the trimmed text of a column, NULL where nothing is left."""
    return f"nullif(trim({column}, ' \t\r\n\u00a0'), '')"


def score_sql(dialect: str, text: str, *, flipped: bool = False) -> str:
    """Return SQL for the score of A (1, 0, 1/2, or in between), NULL where it does not fit.

    Parameters
    ----------
    dialect : str
        One of `DIALECTS` except ``name``.
    text : str
        SQL of the trimmed text.
    flipped : bool, default False
        Whether the words for the sides stand for the other one, because the column that is named
        for the first side plays competitor B.
    """
    number = f"try_cast({text} AS DOUBLE)"
    truth = f"CASE lower({text}) WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE {number} END"
    if dialect == "first-is-1":
        return f"(CASE {truth} WHEN 1 THEN 1.0 WHEN 0 THEN 0.0 WHEN 0.5 THEN 0.5 END)::DOUBLE"
    if dialect == "first-is-0":
        return f"(CASE {truth} WHEN 1 THEN 0.0 WHEN 0 THEN 1.0 WHEN 0.5 THEN 0.5 END)::DOUBLE"
    if dialect == "one-to-two":
        return f"(CASE WHEN {number} BETWEEN 1 AND 2 THEN 2 - {number} END)"
    if dialect == "soft-first":
        return f"(CASE WHEN {number} BETWEEN 0 AND 1 THEN {number} END)"
    if dialect == "soft-second":
        return f"(CASE WHEN {number} BETWEEN 0 AND 1 THEN 1 - {number} END)"
    code = code_sql(dialect, text, flipped=flipped)
    return score_of_code(code)


def code_sql(dialect: str, text: str, *, flipped: bool = False) -> str:
    """Return SQL for the outcome's code, NULL where the value does not fit (see `score_sql`)."""
    if dialect not in ("words", "result"):
        return code_of_score(score_sql(dialect, text))
    word = f"regexp_replace(lower({text}), '[ _()]+', '', 'g')"
    if dialect == "result":
        draw = (*_TIE, "d", "1/2-1/2", "½-½")
        return _cases(word, {FIRST: _WIN, SECOND: _LOSS, TIE: draw})
    first, second = (SECOND, FIRST) if flipped else (FIRST, SECOND)
    word = f"replace({word}, '-', '')"
    return _cases(
        word, {first: _side_words(0), second: _side_words(1), TIE: _TIE, BOTH_BAD: _BOTH_BAD}
    )


def score_of_code(code: str) -> str:
    """Return SQL for the score of A that a code stands for; both-bad scores as a tie."""
    return (
        f"(CASE {code} WHEN {FIRST} THEN 1.0 WHEN {SECOND} THEN 0.0 WHEN {TIE} THEN 0.5 "
        f"WHEN {BOTH_BAD} THEN 0.5 END)::DOUBLE"
    )


def code_of_score(score: str) -> str:
    """Return SQL for the code of a score of A; what is neither 0, 1/2 nor 1 is soft."""
    return (
        f"(CASE {score} WHEN 1 THEN {FIRST} WHEN 0 THEN {SECOND} WHEN 0.5 THEN {TIE} "
        f"ELSE if({score} IS NULL, NULL, {SOFT}) END)"
    )


def code_by_name(text: str, first: str, second: str) -> str:
    """Return SQL for the outcome's code where the column holds the winner's own name."""
    shared = code_sql("words", text)
    return (
        f"(CASE WHEN {text} = {first} THEN {FIRST} WHEN {text} = {second} THEN {SECOND} "
        f"WHEN lower({first}) = lower({second}) THEN NULL "
        f"WHEN lower({text}) = lower({first}) THEN {FIRST} "
        f"WHEN lower({text}) = lower({second}) THEN {SECOND} "
        f"WHEN {shared} IN ({TIE}, {BOTH_BAD}) THEN {shared} END)"
    )


def _cases(word: str, codes: dict[int, tuple[str, ...]]) -> str:
    # One look-up in a constant map: an IN list per code would be planned as a join each.
    pairs = [(name, code) for code, names in codes.items() for name in dict.fromkeys(names)]
    keys = ", ".join(f"'{name}'" for name, _ in pairs)
    values = ", ".join(str(code) for _, code in pairs)
    return f"([{values}])[list_position([{keys}], {word})]"


SOFT_DIALECTS = ("one-to-two", "soft-first", "soft-second")
"""Those in which an outcome may be a score between a win and a tie."""
