"""Suggest: guess the role of each column from its name and its values, for the user to confirm."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import duckdb

from ranking.errors import InputError
from ranking.ingest.dialects import text_of
from ranking.ingest.fit import (
    OutcomeFit,
    ambiguity,
    fit_outcomes,
    no_dialect,
    time_format,
)
from ranking.ingest.headers import BEFORE_PLAY, SidePair, plain, side_of, side_pairs, words
from ranking.ingest.mapping import Mapping
from ranking.ingest.staged import StagedFile

_NOUNS = ("model", "policy", "player", "team", "system", "agent", "bot", "competitor", "engine")
_COMPETITORS = (
    *_NOUNS, "generator", "assistant", "candidate", "option", "contestant", "entrant", "name",
    "model_name", "model_id", "player_name", "player_id", "team_name", "policy_name", "",
)  # fmt: skip
_OUTCOMES = (
    "winner", "outcome", "preference", "preferred", "result", "verdict", "vote", "choice", "label",
    "human_preference", "human_vote", "judgment", "judgement", "decision", "win", "better", "y",
)  # fmt: skip
_SINGLE: dict[str, tuple[str, ...]] = {
    "count": ("count", "n", "votes", "n_votes", "num_votes", "counts", "frequency", "freq",
              "n_comparisons"),
    "weight": ("weight", "w", "weights", "importance", "sample_weight"),
    "item": ("item", "item_id", "prompt_id", "question_id", "task_id", "example_id", "instance_id",
             "scene_id", "instruction_id", "task", "scene", "prompt", "question", "instruction"),
    "item_text": ("item_text", "prompt", "question", "instruction", "prompt_text", "question_text",
                  "task_description", "language_instruction", "scene"),
    "judge": ("judge", "judge_id", "annotator", "annotator_id", "rater", "rater_id", "evaluator",
              "evaluator_id", "worker", "worker_id", "voter", "voter_id", "assessor", "reviewer",
              "user_id", "judge_name", "evaluator_name"),
    "judge_family": ("judge_family", "judge_model_family"),
    "capability": ("capability", "capabilities", "capability_path", "skill", "skills", "taxonomy"),
    "time": ("time", "timestamp", "datetime", "date", "tstamp", "created_at", "judged_at", "ts",
             "date_time", "played_at", "match_date", "created", "session_creation_timestamp"),
    "order": ("order", "first_shown", "shown_first", "presentation_order", "displayed_first",
              "presented_first", "display_order"),
    "feedback": ("feedback", "comment", "comments", "rationale", "explanation", "justification",
                 "longform_feedback", "long_form_feedback", "notes", "remark"),
}  # fmt: skip
_SCORES = ("score", "partial_success", "progress", "rating", "points", "grade", "success")
_RESPONSES = ("response", "answer", "output", "completion", "text", "conversation", "content",
              "reply", "generation", "video", "media")  # fmt: skip
_FEW_OUTCOMES = 20
_SAMPLE_ROWS = 10_000


@dataclass(frozen=True)
class Suggestion:
    """A mapping to confirm, and what is still open.

    Attributes
    ----------
    mapping : Mapping
        What was guessed; the dialect is None where it is open.
    dialects : tuple of str
        The dialects that fit the outcome column.
    problem : str or None
        One sentence about what the user has to say before the file can be imported.
    noun : str
        What the competitors seem to be called.
    """

    mapping: Mapping
    dialects: tuple[str, ...]
    problem: str | None
    noun: str


def suggest(
    staged: StagedFile,
    *,
    remembered: Mapping | None = None,
    dialect: str | None = None,
    given: Mapping | None = None,
) -> Suggestion:
    """Guess the role of each column.

    Parameters
    ----------
    staged : StagedFile
        The file.
    remembered : Mapping, optional
        What was confirmed for this arena before; it is used where the file has all its columns.
    dialect : str, optional
        The outcome dialect, where the user states it.
    given : Mapping, optional
        Roles that the user states; the rest is guessed.
    """
    with staged.reading() as connection:
        guess = _Guess(connection, staged)
        if given is not None and given.columns:
            for column in given.columns:
                staged.raw(column)
            guess.mapping = given
        elif remembered is not None and set(remembered.without(remembered.fields).columns) <= set(
            staged.columns
        ):
            guess.mapping = replace(remembered, fields=())
        if not (guess.mapping.first and guess.mapping.second and guess.mapping.outcome):
            guess.competitors()
            guess.outcome()
        if guess.mapping.first and guess.mapping.second:
            if remembered is None or guess.mapping != replace(remembered, fields=()):
                guess.pairs()
                guess.single_columns()
            guess.fields()
        return guess.suggestion(dialect)


class _Guess:
    """Fills a mapping role by role; a role that is filled is left alone."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, staged: StagedFile) -> None:
        self.connection, self.staged = connection, staged
        self.mapping = Mapping()
        self.pair: SidePair | None = None
        self.fits: dict[tuple[str, ...], OutcomeFit] = {}

    def free(self) -> list[str]:
        """Return the columns without a role."""
        taken = set(self.mapping.columns)
        return [column for column in self.staged.columns if column not in taken]

    def fit(self, mapping: Mapping) -> OutcomeFit:
        """Return the dialects that fit the outcome column of a mapping."""
        key = (mapping.first, mapping.second, mapping.outcome)
        if key not in self.fits:
            self.fits[key] = fit_outcomes(self.connection, self.staged, mapping)
        return self.fits[key]

    def competitors(self) -> None:
        """Find the two columns that name the competitors."""
        if self.mapping.first and self.mapping.second:
            return
        pairs = [p for p in side_pairs(self.free()) if self._names(p)]
        rank = {stem: at for at, stem in enumerate(_COMPETITORS)}
        known = [p for p in pairs if p.stem in rank]
        known = known or [p for p in pairs if self._same_names(p)]
        if known:
            best = min(known, key=lambda p: rank.get(p.stem, len(rank)))
            self.pair = best
            self.mapping = replace(self.mapping, first=best.first, second=best.second)

    def outcome(self) -> None:
        """Find the column that tells who won: by its name, then by its values."""
        mapping = self.mapping
        if mapping.outcome or not (mapping.first and mapping.second):
            return
        free = self.free()
        paired = {c for p in side_pairs(self.staged.columns) for c in (p.first, p.second)}
        named = sorted(
            (c for c in free if plain(c) in _OUTCOMES), key=lambda c: _OUTCOMES.index(plain(c))
        )
        sided = [
            c
            for c in free
            if c not in paired
            and side_of(c, BEFORE_PLAY) is not None
            and _wins(words(c))
            and c not in named
        ]
        other = [c for c in free if c not in paired and c not in (*named, *sided)]
        for column in (*named, *sided):
            if self.fit(self._with(column)).dialects:
                self.mapping = self._with(column)
                return
        for column in other:
            if self._few(column):
                fit = self.fit(self._with(column))
                if fit.told in ("words", "result", "name") and len(fit.examples) > 1:
                    self.mapping = self._with(column)
                    return
        if self.pair is not None and self.pair.sides == ("winner", "loser"):
            self.mapping = replace(mapping, outcome=mapping.first, dialect="name")
        elif named:
            self.mapping = self._with(named[0])

    def pairs(self) -> None:
        """Give the pairs of columns, one per side, their roles: scores, responses, features."""
        sides = self._sides()
        for pair in side_pairs(self.free()):
            if not {pair.first, pair.second} <= set(self.free()):
                continue
            if sides is not None and pair.sides == ("winner", "loser") != sides:
                continue
            pair = self._oriented(pair)
            numeric = self._numeric(pair.first) and self._numeric(pair.second)
            if numeric and pair.stem in _SCORES and not self.mapping.score_first:
                self.mapping = replace(
                    self.mapping, score_first=pair.first, score_second=pair.second
                )
            elif not numeric and pair.stem in _RESPONSES and not self.mapping.response_first:
                self.mapping = replace(
                    self.mapping, response_first=pair.first, response_second=pair.second
                )
            elif numeric and pair.stem and pair.stem not in {f[0] for f in self.mapping.features}:
                feature = (pair.stem, pair.first, pair.second)
                self.mapping = replace(self.mapping, features=(*self.mapping.features, feature))

    def single_columns(self) -> None:
        """Give single columns their roles by name, where their values allow it."""
        suits: dict[str, Callable[[str], bool]] = {
            "count": self._counts,
            "weight": self._numeric,
            "time": self._time,
            "order": self._few,
        }
        for role, names in _SINGLE.items():
            if getattr(self.mapping, role):
                continue
            if role in ("item_text", "judge_family") and not getattr(
                self.mapping, role.partition("_")[0]
            ):
                continue
            candidates = sorted(
                (c for c in self.free() if plain(c) in names), key=lambda c: names.index(plain(c))
            )
            for column in candidates:
                if role not in suits or suits[role](column):
                    several = role == "capability"
                    change = {role: (column,) if several else column}
                    self.mapping = replace(self.mapping, **change)  # type: ignore[arg-type]
                    break

    def fields(self) -> None:
        """Keep every other column as a field, except an unnamed row index."""
        kept = [column for column in self.free() if column != "index"]
        self.mapping = replace(self.mapping, fields=(*self.mapping.fields, *kept))

    def suggestion(self, dialect: str | None) -> Suggestion:
        """Settle the dialect and say what is still open."""
        mapping, name = self.mapping, self.staged.name
        noun = self._noun()
        if not (mapping.first and mapping.second):
            problem = (
                f"No two columns of {name} name the competitors: this is not pairwise yet. If it "
                "holds one result per row, bring the two results of a comparison into one row; if "
                "two columns are the competitors, say which (first=column, second=column)."
            )
            return Suggestion(mapping, (), problem, noun)
        if not mapping.outcome:
            problem = (
                f"No column of {name} tells who won; name it (outcome=column). Its columns are "
                f"{', '.join(self.staged.columns)[:500]}."
            )
            return Suggestion(mapping, (), problem, noun)
        fit = self.fit(mapping)
        if dialect is not None:
            return Suggestion(replace(mapping, dialect=dialect), fit.dialects, None, noun)
        if mapping.dialect is not None and (mapping.dialect in fit.dialects or not fit.dialects):
            return Suggestion(mapping, fit.dialects, None, noun)
        mapping = replace(mapping, dialect=fit.told)
        if fit.told is not None:
            return Suggestion(mapping, fit.dialects, None, noun)
        tell = ambiguity if fit.dialects else no_dialect
        return Suggestion(mapping, fit.dialects, tell(name, mapping.outcome, fit), noun)

    def _with(self, outcome: str) -> Mapping:
        return replace(self.mapping, outcome=outcome, dialect=None)

    def _noun(self) -> str:
        parts = words(self.mapping.first)
        return next((noun for noun in _NOUNS if noun in parts), "competitor")

    def _names(self, pair: SidePair) -> bool:
        """Whether a pair of columns can name competitors: not two columns of fractions."""
        return not any(self._fractions(column) for column in (pair.first, pair.second))

    def _same_names(self, pair: SidePair) -> bool:
        """Whether two columns of text hold much the same few values: journal_a, journal_b."""
        if self._numeric(pair.first) or self._numeric(pair.second):
            return False
        first, second = (text_of(self.staged.text(c)) for c in (pair.first, pair.second))
        row = self.connection.execute(
            f"SELECT count(DISTINCT {first}), count(DISTINCT {second}), "
            f"count(DISTINCT {first}) FILTER ({first} IN (SELECT {second} FROM "
            f"{self.staged.relation()} LIMIT {_SAMPLE_ROWS})), count(*) "
            f"FROM (SELECT * FROM {self.staged.relation()} LIMIT {_SAMPLE_ROWS})"
        ).fetchone()
        if row is None:
            return False
        of_first, of_second, shared, rows = row
        fewest = min(of_first, of_second)
        return bool(
            fewest and shared >= fewest / 2 and max(of_first, of_second) <= max(rows, 4) / 2
        )

    def _sides(self) -> tuple[str, str] | None:
        return self.pair.sides if self.pair is not None else None

    def _oriented(self, pair: SidePair) -> SidePair:
        """Turn a pair round where the columns of the competitors are mapped the other way round."""
        if side_of(self.mapping.first) == 1 and side_of(self.mapping.second) == 0:
            return replace(pair, first=pair.second, second=pair.first)
        return pair

    def _numeric(self, column: str) -> bool:
        return self._share(column, "isfinite({number})") is True

    def _counts(self, column: str) -> bool:
        return self._share(column, "{number} >= 1 AND {number} = floor({number})") is True

    def _fractions(self, column: str) -> bool:
        return self._share(column, "{number} <> floor({number})", most=0.2) is True

    def _share(self, column: str, condition: str, *, most: float = 0.8) -> bool | None:
        """Whether a condition holds for most of the values that are there; None where none is."""
        number = self.staged.number(column)
        text = text_of(self.staged.text(column))
        row = self.connection.execute(
            f"SELECT count({text}) FILTER (lower({text}) <> 'nan'), "
            f"count(*) FILTER ({condition.format(number=number)}) "
            f"FROM (SELECT {self.staged.raw(column)} FROM {self.staged.relation()} "
            f"LIMIT {_SAMPLE_ROWS})"
        ).fetchone()
        if row is None or not row[0]:
            return None
        return bool(row[1] >= most * row[0])

    def _few(self, column: str) -> bool:
        row = self.connection.execute(
            f"SELECT count(*) FROM (SELECT DISTINCT {self.staged.text(column)} "
            f"FROM {self.staged.relation()} LIMIT {_FEW_OUTCOMES + 1})"
        ).fetchone()
        return row is not None and row[0] <= _FEW_OUTCOMES

    def _time(self, column: str) -> bool:
        if self.staged.type_of(column).startswith(("TIMESTAMP", "DATE")):
            return True
        try:
            return time_format(self.connection, self.staged, column) is not None
        except InputError:
            return False


def _wins(parts: tuple[str, ...]) -> bool:
    """Whether the words of a header speak of winning or of a probability of it."""
    return bool({"win", "wins", "won", "winner", "p", "prob", "probability", "preferred", "score",
                 "preference", "better"} & set(parts))  # fmt: skip
