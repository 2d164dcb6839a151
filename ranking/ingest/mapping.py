"""Mapping: which column of a file plays which role."""

import csv
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from ranking.errors import InputError

Form = Literal["pairwise", "long", "wide"]

REQUIRED: dict[Form, tuple[str, ...]] = {
    "pairwise": ("first", "second", "outcome"),
    "long": ("competitor", "item", "score"),
    "wide": ("item", "score"),
}
"""The roles that must be known, per form of a file.

A row of a pairwise file is a comparison of two competitors; of a long file, one competitor's score
on one item; of a wide file, an item with one column of scores per competitor.
"""

ROLES: dict[str, str] = {
    "first": "competitor A",
    "second": "competitor B",
    "outcome": "who won, in one of the outcome dialects",
    "count": "how many identical comparisons the row stands for",
    "weight": "how much each comparison of the row counts; 1 where there is no such column",
    "item": "the prompt, task or scene that was compared on: its identifier",
    "item_text": "the text of the item",
    "judge": "the human or model that decided",
    "judge_family": "the family of the judge, for self-preference",
    "capability": "what was tested: one path column with / or >, several columns, or a list",
    "time": "when it was decided: ISO 8601, or seconds or milliseconds since 1970",
    "order": "whether competitor A was shown first",
    "score_first": "score of competitor A",
    "score_second": "score of competitor B",
    "response_first": "response or media link of competitor A",
    "response_second": "response or media link of competitor B",
    "feedback": "what the judge wrote",
    "features": "a pair of numeric columns, one per competitor: features=words_a,words_b",
    "fields": "any other column to filter and group by",
    "competitor": "whose score the row holds, where each row is one score and no comparison",
    "score": "the score to compare by; several columns where each is one competitor's",
}
"""The roles that a column can play, each with what it means."""

OF_SCORES = (
    "competitor", "item", "score", "item_text", "judge", "judge_family", "capability", "time",
    "fields",
)  # fmt: skip
"""The roles of a file of scores; the other forms' own are missing."""

_SEVERAL = ("capability", "features", "fields", "score")
_TEXTS = ("first", "second", "outcome")
_SETTINGS = ("dialect", "tie_within")


@dataclass(frozen=True)
class Mapping:
    """The role of each column of a file, and the dialect of its outcomes.

    Attributes
    ----------
    first, second, outcome : str
        Names of the required columns; empty as long as they are not known.
    dialect : str or None
        How outcomes are written, one of `DIALECTS`; None as long as it is not known.
    count, weight, item, ..., feedback : str or None
        Names of the columns that play these roles (see `ROLES`).
    capability : tuple of str
        The path column, or one column per facet.
    features : tuple of (str, str, str)
        Name, column of competitor A, column of competitor B.
    fields : tuple of str
        Columns that are kept to filter and group by.
    competitor : str or None
        Of a long file of scores, the column that names who got the score.
    score : tuple of str
        Of a long file of scores its one column of scores, of a wide file one per competitor.
    tie_within : float
        Of a file of scores: scores that differ by at most this tie; at least 0.

    Examples
    --------
    >>> Mapping.parse(["first=left", "second=right", "outcome=winner"]).outcome
    'winner'
    >>> Mapping.parse(["item=case", "score=gpt,llama"]).form
    'wide'
    """

    first: str = ""
    second: str = ""
    outcome: str = ""
    dialect: str | None = None
    count: str | None = None
    weight: str | None = None
    item: str | None = None
    item_text: str | None = None
    judge: str | None = None
    judge_family: str | None = None
    time: str | None = None
    order: str | None = None
    score_first: str | None = None
    score_second: str | None = None
    response_first: str | None = None
    response_second: str | None = None
    feedback: str | None = None
    capability: tuple[str, ...] = ()
    features: tuple[tuple[str, str, str], ...] = ()
    fields: tuple[str, ...] = ()
    competitor: str | None = None
    score: tuple[str, ...] = ()
    tie_within: float = 0.0

    @property
    def form(self) -> Form:
        """What a row of the file is: a comparison, one score, or an item with all its scores."""
        if self.competitor is not None:
            return "long"
        return "wide" if self.score else "pairwise"

    @classmethod
    def parse(cls, pairs: Iterable[str], *, base: "Mapping | None" = None) -> "Mapping":
        """Read ``role=column`` pairs; those roles that take several columns can be repeated.

        Parameters
        ----------
        pairs : iterable of str
            Each ``role=column``. Several columns are separated by commas and quoted as in CSV
            where a name has a comma. An empty column takes the role away.
        base : Mapping, optional
            What stays where no pair says otherwise. A column that gets a role here loses the one
            it had there.

        Raises
        ------
        InputError
            If a pair is not of that form, or a role is unknown or given twice.
        """
        given: dict[str, list[str]] = {}
        for pair in pairs:
            role, equals, column = pair.partition("=")
            role = role.strip()
            if not equals or role not in ROLES:
                raise InputError(
                    f"{pair!r} is not of the form role=column; the roles are {', '.join(ROLES)}."
                )
            if role in given and role not in _SEVERAL:
                raise InputError(f"The role {role!r} is given twice; one column can play it.")
            given.setdefault(role, []).append(column.strip())
        roles = {role: _columns_of(role, texts) for role, texts in given.items()}
        start = cls() if base is None else base.without(_mentioned(roles.values()))
        if "outcome" in roles and base is not None and roles["outcome"] != base.outcome:
            start = replace(start, dialect=None)
        return replace(start, **roles)

    def without(self, columns: Iterable[str]) -> "Mapping":
        """Return this mapping with no role for the given columns."""
        gone = set(columns)
        roles = self.as_dict()
        kept: dict[str, Any] = {
            role: None if name in gone else name
            for role, name in roles.items()
            if role not in (*_SEVERAL, *_TEXTS, *_SETTINGS)
        }
        for role in _TEXTS:
            kept[role] = "" if roles[role] in gone else roles[role]
        return replace(
            self,
            dialect=None if self.outcome in gone else self.dialect,
            capability=tuple(name for name in self.capability if name not in gone),
            features=tuple(f for f in self.features if not gone & set(f[1:])),
            fields=tuple(name for name in self.fields if name not in gone),
            score=tuple(name for name in self.score if name not in gone),
            **kept,
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that plays a role, once, in the order of the roles."""
        return tuple(dict.fromkeys(_mentioned(getattr(self, role) for role in ROLES)))

    def role_of(self, column: str) -> str | None:
        """Return the role of a column, or None where it is left out."""
        for role in ROLES:
            if column in _mentioned([getattr(self, role)]):
                return role
        return None

    def as_dict(self) -> dict[str, Any]:
        """Return every role, as JSON values."""
        return asdict(self)

    def to_json(self) -> str:
        """Return the roles that are set, as JSON."""
        return json.dumps({role: value for role, value in asdict(self).items() if value})

    @classmethod
    def from_json(cls, text: str) -> "Mapping":
        """Read what `to_json` wrote.

        Raises
        ------
        InputError
            If it is not a mapping.
        """
        try:
            roles = json.loads(text)
            known = {field.name for field in fields(cls)}
            roles = {role: value for role, value in roles.items() if role in known}
            for role in _SEVERAL:
                if role in roles:
                    roles[role] = tuple(tuple(v) if role == "features" else v for v in roles[role])
            return cls(**roles)
        except (ValueError, TypeError, AttributeError) as error:
            raise InputError(f"{text[:80]!r} is not a mapping of columns.") from error


def _columns_of(role: str, texts: list[str]) -> Any:
    if role not in _SEVERAL:
        empty = "" if role in _TEXTS else None
        return texts[0] or empty
    groups = [[name.strip() for name in next(csv.reader([text]), [])] for text in texts if text]
    if role != "features":
        return tuple(name for group in groups for name in group)
    for group in groups:
        if len(group) != 2:
            raise InputError(
                f"A feature needs two columns, features=words_a,words_b; not {','.join(group)!r}."
            )
    return tuple((_feature_name(*group), *group) for group in groups)


def _feature_name(first: str, second: str) -> str:
    from ranking.ingest.headers import side_pairs

    pairs = side_pairs((first, second))
    return pairs[0].stem if pairs and pairs[0].stem else f"{first} / {second}"


def _mentioned(values: Iterable[Any]) -> list[str]:
    """Return the column names in the values of roles, whatever their shape."""
    names: list[str] = []
    for value in values:
        if isinstance(value, str) and value:
            names.append(value)
        elif isinstance(value, tuple):
            for part in value:
                names.extend(part[1:] if isinstance(part, tuple) else (part,))
    return names
