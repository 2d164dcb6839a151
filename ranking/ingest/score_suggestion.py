"""Suggest for scores: which columns say who scored what on which item."""

from dataclasses import replace

from ranking.ingest.column_values import ColumnValues
from ranking.ingest.headers import plain, side_of, words
from ranking.ingest.mapping import REQUIRED, Form, Mapping
from ranking.ingest.staged import StagedFile

NOUNS = ("model", "policy", "player", "team", "system", "agent", "bot", "competitor", "engine")
_COMPETITORS = (
    *NOUNS, "model_name", "model_id", "policy_name", "policy_id", "player_name", "player_id",
    "team_name", "agent_name", "system_name", "competitor_name", "llm", "generator", "assistant",
    "candidate", "contestant", "entrant", "method", "algorithm", "solver", "submission",
    "checkpoint",
)  # fmt: skip
_ITEMS = (
    "item", "item_id", "prompt_id", "question_id", "example_id", "instance_id", "sample_id",
    "case_id", "problem_id", "test_id", "doc_id", "scene_id", "scenario_id", "instruction_id",
    "task_id", "qid", "uid", "id", "case", "sample", "example", "instance", "problem", "test_case",
    "test", "question", "prompt", "instruction", "input", "scene", "scenario", "task", "index",
)  # fmt: skip
_SCORES = (
    "score", "is_correct", "correct", "success", "succeeded", "passed", "pass", "accuracy", "acc",
    "success_rate", "pass_rate", "mean_score", "exact_match", "f1", "reward", "rating", "grade",
    "points", "progress", "metric", "value", "result", "outcome", "verdict",
)  # fmt: skip
_REFERENCES = {
    "label", "target", "gold", "answer", "expected", "reference", "ground_truth", "truth",
    "correct_answer",
}  # fmt: skip
_NO_COMPETITORS = _REFERENCES | {
    "difficulty", "level", "length", "tokens", "year", "seed", "epoch", "run", "trial", "attempt",
    "repeat", "fold", "weight", "n", "count", "row", "line", "rank", "cost", "latency", "duration",
    "mean", "average", "total", "max_score", "id", "index", "order", "depth", "size", "seconds",
    "date", "time", "timestamp",
}  # fmt: skip
"""Names, and last words of names, of columns that hold numbers, but nobody's scores."""

_ONE_SCALE = 10
"""Columns whose largest values differ by a larger factor are not scores of one kind."""


def suggest_scores(values: ColumnValues, stated: Mapping, form: Form | None) -> Mapping | None:
    """Guess the columns of a file of scores; None where it does not look like one.

    Parameters
    ----------
    values : ColumnValues
        Of the file.
    stated : Mapping
        Roles that are known; they are kept.
    form : {"long", "wide"} or None
        The form that the user states; then the mapping may be returned with open roles.
    """
    work = _Columns(values, stated)
    long = work.long() if form != "wide" and len(stated.score) < 2 else None
    if long is not None and not open_roles(long, "long"):
        return long
    wide = work.wide() if form != "long" and stated.competitor is None else None
    insisted = form is not None or stated.form != "pairwise"
    if wide is not None and not open_roles(wide, "wide") and (insisted or work.surely_wide(wide)):
        return wide
    started = long is not None and long.competitor is not None and long.score != ()
    if insisted or started:
        return wide if form == "wide" or (stated.form == "wide" and not started) else long
    return None


def open_roles(mapping: Mapping, form: Form) -> list[str]:
    """Return the roles that a mapping needs in one of the forms and does not have."""
    return [role for role in REQUIRED[form] if not getattr(mapping, role)]


def offer(staged: StagedFile, mapping: Mapping) -> str:
    """Say what a file of scores was recognised as, and what will be made of it."""
    rule = (
        "Each two competitors are compared on every item that both have a score on: the higher "
        "score wins, equal scores tie."
    )
    answers = [column for column in mapping.fields if plain(column) in _REFERENCES]
    if answers:
        rule += (
            f" {answers[0]!r} looks like the right answers: if the scores are answers too, replace "
            "them by whether they are right."
        )
    if mapping.form == "wide":
        return (
            f"{staged.name} is a table of scores: an item per row ({mapping.item!r}), and "
            f"{len(mapping.score)} columns of scores, one per competitor. {rule}"
        )
    return (
        f"{staged.name} is a list of scores: {mapping.score[0]!r} of {mapping.competitor!r} on "
        f"{mapping.item!r}. {rule}"
    )


class _Columns:
    """The columns of one file, and what is known of them."""

    def __init__(self, values: ColumnValues, stated: Mapping) -> None:
        self.values, self.stated = values, stated
        taken = set(stated.columns)
        self.free = [column for column in values.staged.columns if column not in taken]

    def long(self) -> Mapping:
        """Return the mapping of a long file, as far as it can be told."""
        item = self.stated.item or self._named(_ITEMS)
        score, left = self.stated.score, [c for c in self.free if c != item]
        competitor = self.stated.competitor or next(
            (c for c in self._all_named(_COMPETITORS) if c in left and self._names(c)), None
        )
        left = [c for c in left if c != competitor and c not in score]
        if not score:
            named = list(self.values.scores([c for c in self._all_named(_SCORES) if c in left]))
            if not named:
                named = list(self.values.scores([c for c in left if not _other(c)]))
                named = named if len(named) == 1 else []
            score = tuple(named[:1])
        return replace(self.stated, competitor=competitor, item=item, score=score)

    def wide(self) -> Mapping:
        """Return the mapping of a wide file, as far as it can be told."""
        item, score = self.stated.item or self._named(_ITEMS), self.stated.score
        sizes = self.values.scores([c for c in self.free if c != item and not _other(c)])
        if item is None:
            item = next((c for c in self.free if c not in sizes and not _other(c)), None)
        if len(score) < 2:
            score = tuple(sizes) if len(sizes) > 1 else ()
        return replace(self.stated, item=item, score=score)

    def surely_wide(self, mapping: Mapping) -> bool:
        """Whether a table is one of scores, though nobody says so.

        An item per row, told by its name; nothing that names a competitor or a metric; and columns
        of one scale.
        """
        item = mapping.item
        if item is None or plain(item) not in _ITEMS or not self.values.distinct(item):
            return False
        if self._all_named(_COMPETITORS) or {plain(c) for c in mapping.score} & set(_SCORES):
            return False
        sizes = [max(size, 1.0) for size in self.values.scores(mapping.score).values()]
        return max(sizes) <= _ONE_SCALE * min(sizes)

    def _named(self, names: tuple[str, ...]) -> str | None:
        return next(iter(self._all_named(names)), None)

    def _all_named(self, names: tuple[str, ...]) -> list[str]:
        found = [column for column in self.free if plain(column) in names]
        return sorted(found, key=lambda column: names.index(plain(column)))

    def _names(self, column: str) -> bool:
        """Whether a column can name competitors: it is about neither side, and no fractions."""
        return side_of(column) is None and not self.values.fractions(column)


def _other(column: str) -> bool:
    """Whether a name says that a column holds numbers, but nobody's scores."""
    parts = [part for part in words(column) if not part.isdigit()]
    counted = bool(parts) and (parts[0] in ("n", "num") or parts[-1] in _NO_COMPETITORS)
    return counted or plain(column) in _NO_COMPETITORS or plain(column) in _ITEMS
