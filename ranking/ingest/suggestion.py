"""Suggest: guess the role of each column from its name and its values, for the user to confirm."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import duckdb

from ranking.errors import InputError
from ranking.ingest.column_values import SAMPLE_ROWS, ColumnValues
from ranking.ingest.dialects import text_of
from ranking.ingest.fit import OutcomeFit, ambiguity, fit_outcomes, no_dialect
from ranking.ingest.headers import BEFORE_PLAY, SidePair, plain, side_of, side_pairs, words
from ranking.ingest.mapping import OF_SCORES, Form, Mapping
from ranking.ingest.pairing import REPEATS
from ranking.ingest.score_suggestion import NOUNS, offer, open_roles, suggest_scores
from ranking.ingest.staged import StagedFile

_COMPETITORS = (
    *NOUNS, "generator", "assistant", "candidate", "option", "contestant", "entrant", "name",
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
_CONTRARY = (
    "A wide file has a column of scores per competitor (score=one,two) and no column that names "
    "the competitor; state one or the other."
)
_OPEN = {
    "competitor": "names the competitor",
    "item": "identifies the item",
    "score": "holds the score",
}


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
    offer : str or None
        Of a file of scores: what it was recognised as, and what is made of it.
    """

    mapping: Mapping
    dialects: tuple[str, ...]
    problem: str | None
    noun: str
    offer: str | None = None


def suggest(
    staged: StagedFile,
    *,
    remembered: Mapping | None = None,
    dialect: str | None = None,
    given: Mapping | None = None,
    form: Form | None = None,
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
    form : {"pairwise", "long", "wide"}, optional
        What a row is, where the user states it: a comparison, one competitor's score on an item,
        or an item with a column of scores per competitor.
    """
    recalled = _recalled(remembered, staged)
    with staged.reading() as connection:
        guess = _Guess(connection, staged)
        if given is not None and given.columns:
            for column in given.columns:
                staged.raw(column)
            if form not in (None, given.form) and given.form != "pairwise":
                raise InputError(_CONTRARY)
            guess.mapping = given
        elif recalled is not None and form in (None, recalled.form):
            guess.mapping = recalled
        guess.form(form)
        if guess.scores or (guess.mapping.first and guess.mapping.second):
            if guess.mapping != recalled:
                guess.pairs()
                guess.single_columns()
            guess.fields()
        return guess.suggestion(dialect)


def _recalled(remembered: Mapping | None, staged: StagedFile) -> Mapping | None:
    """Return a remembered mapping, with the fields that the file has; None if it does not suit."""
    if remembered is None:
        return None
    gone = set(remembered.columns) - set(staged.columns)
    return remembered.without(gone) if gone <= set(remembered.fields) else None


class _Guess:
    """Fills a mapping role by role; a role that is filled is left alone."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, staged: StagedFile) -> None:
        self.connection, self.staged = connection, staged
        self.values = ColumnValues(connection, staged)
        self.mapping = Mapping()
        self.stated: Form | None = None
        self.pair: SidePair | None = None
        self.fits: dict[tuple[str, ...], OutcomeFit] = {}

    @property
    def scores(self) -> bool:
        """Whether rows are scores, not comparisons."""
        return self.mapping.form != "pairwise" or self.stated in ("long", "wide")

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

    def form(self, stated: Form | None) -> None:
        """Find the columns that make a row a comparison or, where there are none, a score."""
        mapping, self.stated = self.mapping, stated
        if stated in (None, "pairwise") and mapping.form == "pairwise":
            self.competitors()
            self.outcome()
            found = self.mapping
            complete = found.first and found.second and found.outcome
            sides = [c for c in (found.first, found.second) if c]
            named = list(self.values.scores(sides)) != sides
            if complete or named or stated or mapping.first or mapping.second or mapping.outcome:
                return
        scores = suggest_scores(self.values, mapping, stated)
        self.mapping = self.mapping if scores is None else scores

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
            if self.values.few(column):
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
        if self.scores:
            return
        sides = self._sides()
        for pair in side_pairs(self.free()):
            if not {pair.first, pair.second} <= set(self.free()):
                continue
            if sides is not None and pair.sides == ("winner", "loser") != sides:
                continue
            pair = self._oriented(pair)
            numeric = self.values.numeric(pair.first) and self.values.numeric(pair.second)
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
            "count": self.values.counts,
            "weight": self.values.numeric,
            "time": self.values.time,
            "order": self.values.few,
        }
        for role, names in _SINGLE.items():
            if getattr(self.mapping, role) or (self.scores and role not in OF_SCORES):
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
        """Keep every other column as a field, except an unnamed row index.

        Repeats of a score are averaged unless the user keeps apart what numbers them.
        """
        besides = REPEATS if self.scores else ()
        kept = [c for c in self.free() if c != "index" and plain(c) not in besides]
        self.mapping = replace(self.mapping, fields=(*self.mapping.fields, *kept))

    def suggestion(self, dialect: str | None) -> Suggestion:
        """Settle the dialect and say what is still open."""
        mapping, name = self.mapping, self.staged.name
        noun = self._noun()
        if self.scores:
            missing = open_roles(mapping, self.stated or mapping.form)
            if missing:
                return Suggestion(mapping, (), self._open(missing[0]), noun)
            return Suggestion(mapping, (), None, noun, offer(self.staged, mapping))
        if not (mapping.first and mapping.second):
            problem = (
                f"{name} fits neither form: no two columns name the competitors of a comparison, "
                "and no columns hold a competitor, an item and a score, or an item and scores of "
                "several competitors. Say which columns do: first, second and outcome; or "
                "competitor, item and score; or item and score, with a score column per "
                f"competitor. Its columns are {', '.join(self.staged.columns)[:500]}."
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

    def _open(self, role: str) -> str:
        return (
            f"No column of {self.staged.name} {_OPEN[role]}; state it ({role}=column). Its columns "
            f"are {', '.join(self.staged.columns)[:500]}."
        )

    def _with(self, outcome: str) -> Mapping:
        return replace(self.mapping, outcome=outcome, dialect=None)

    def _noun(self) -> str:
        parts = words(self.mapping.competitor or self.mapping.first)
        return next((noun for noun in NOUNS if noun in parts), "competitor")

    def _names(self, pair: SidePair) -> bool:
        """Whether a pair of columns can name competitors: not two columns of fractions."""
        return not any(self.values.fractions(column) for column in (pair.first, pair.second))

    def _same_names(self, pair: SidePair) -> bool:
        """Whether two columns of text hold much the same few values: journal_a, journal_b."""
        if self.values.numeric(pair.first) or self.values.numeric(pair.second):
            return False
        first, second = (text_of(self.staged.text(c)) for c in (pair.first, pair.second))
        row = self.connection.execute(
            f"SELECT count(DISTINCT {first}), count(DISTINCT {second}), "
            f"count(DISTINCT {first}) FILTER ({first} IN (SELECT {second} FROM "
            f"{self.staged.relation()} LIMIT {SAMPLE_ROWS})), count(*) "
            f"FROM (SELECT * FROM {self.staged.relation()} LIMIT {SAMPLE_ROWS})"
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


def _wins(parts: tuple[str, ...]) -> bool:
    """Whether the words of a header speak of winning or of a probability of it."""
    return bool({"win", "wins", "won", "winner", "p", "prob", "probability", "preferred", "score",
                 "preference", "better"} & set(parts))  # fmt: skip
