"""Covariates: what may sway a judge beside the competitors, as columns of a design matrix.

Every column is antisymmetric: it changes its sign when the two sides change places. So nothing
depends on which side a file writes first, and a competitor's rating is its rating at equal style.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ranking.errors import InputError
from ranking.self_preference import own_family
from ranking.tally import Codes, Floats, Games

COVARIATES: Mapping[str, str] = {
    "style": "every imported pair of counts, such as words, headers and lists",
    "length": "the number of words of the two responses",
    "position": "which side was shown first",
    "self-preference": "whether the judge is of the same family as a competitor",
}
"""The covariates that a log may have, and what each holds against each other."""

_PREFIXES = ("style:", "feature:")


@dataclass(frozen=True, eq=False)
class Covariates:
    """What a log says about each comparison beside who won, in the order of its `Games`.

    Attributes
    ----------
    features : mapping of str to (float array, float array)
        Imported pairs of numbers: the value of `first` and of `second` in each row, NaN where
        there is none.
    length : (float array, float array), optional
        Number of words of the two responses.
    position : float array of shape (n,), optional
        1 where `first` was shown first, -1 where `second` was, NaN where it is not known.
    judges : mapping of int to (str, str or None)
        Name and family of each judge, by its code.
    """

    features: Mapping[str, tuple[Floats, Floats]] = field(default_factory=dict)
    length: tuple[Floats, Floats] | None = None
    position: Floats | None = None
    judges: Mapping[int, tuple[str, str | None]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of rows; 0 where nothing is known row by row."""
        return max((len(column) for column in self._columns()), default=0)

    def take(self, rows: npt.NDArray[np.bool_] | Codes) -> "Covariates":
        """Return some rows, by mask or by position."""

        def both(sides: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
            return sides[0][rows], sides[1][rows]

        return Covariates(
            {name: both(sides) for name, sides in self.features.items()},
            None if self.length is None else both(self.length),
            None if self.position is None else self.position[rows],
            self.judges,
        )

    def _columns(self) -> list[Floats]:
        columns = [column for sides in self.features.values() for column in sides]
        columns += [] if self.length is None else list(self.length)
        return columns if self.position is None else [*columns, self.position]


@dataclass(frozen=True, eq=False)
class Design:
    """Columns of covariates: q values for each of n rows, in units that coefficients are told in.

    Attributes
    ----------
    names, units : tuples of str, length q
        What each column is called, and the unit of its coefficient: "points per SD" where the
        column was divided by its standard deviation (about 0), "points" elsewhere.
    values : float array of shape (n, q)
        Known in every row of `known`.
    scale : float array of shape (q,)
        What each column was divided by.
    known : bool array of shape (n,)
        Rows in which every covariate is known.
    notes : tuple of str
        What was left out, and why.
    """

    names: tuple[str, ...]
    units: tuple[str, ...]
    values: Floats
    scale: Floats
    known: npt.NDArray[np.bool_]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Column:
    """One column before rows are left out; a preset goes on without one that has no use."""

    name: str
    values: Floats
    standardised: bool = True
    preset: bool = False


def check_names(names: Sequence[str]) -> None:
    """Check that each name is a covariate's, before any log is read.

    Raises
    ------
    InputError
        If there is none, or one is unknown.
    """
    if not names:
        raise InputError(f"Name at least one covariate: {', '.join(COVARIATES)}.")
    for name in names:
        if name not in COVARIATES and not _feature_of(name):
            raise InputError(
                f"There is no covariate {name!r}; the covariates are {', '.join(COVARIATES)}, "
                "and style:NAME or feature:NAME for one imported pair of numbers."
            )


def features_needed(names: Iterable[str], imported: Sequence[str]) -> tuple[str, ...]:
    """Return the imported features that covariates of these names read, in their order.

    Raises
    ------
    InputError
        If a feature is named that was not imported, or style is asked for where there is none.
    """
    wanted: set[str] = set()
    for name in names:
        feature = _feature_of(name)
        if name == "style":
            if not imported:
                raise InputError(
                    "This log has no features, so that style cannot be held equal; import it with "
                    "a pair of numeric columns, say features=words_a,words_b."
                )
            wanted.update(imported)
        elif feature and feature not in imported:
            raise InputError(
                f"There is no feature {feature!r}; the features are: "
                f"{', '.join(imported) or 'none'}."
            )
        elif feature:
            wanted.add(feature)
    return tuple(name for name in imported if name in wanted)


def normalised_difference(first: Floats, second: Floats) -> Floats:
    """Return ``(f - s) / (f + s + 1)`` of two counts, between -1 and 1.

    References
    ----------
    FastChat, `serve/monitor/elo_analysis.py`; arXiv:2403.04132. FastChat then subtracts the mean
    over the log; that is not done here, since ratings would depend on which side is written first.
    """
    with np.errstate(invalid="ignore"):  # of infinite counts nothing is known
        return np.asarray((first - second) / (first + second + 1))


def design(
    covariates: Covariates,
    names: Sequence[str],
    games: Games,
    *,
    families: Mapping[str, str] | None = None,
) -> Design:
    """Build the columns of the covariates of these names.

    Parameters
    ----------
    covariates : Covariates
        What the log says, row by row.
    names : sequence of str
        "style": the normalised difference of every imported pair of counts; "style:NAME" that of
        one; "feature:NAME" the plain difference of one; "length" the normalised difference of the
        numbers of words; all these are divided by their root mean square over the comparisons (the
        standard deviation about 0). "position": 1 where `first` was shown first, else -1.
        "self-preference": 1 where the judge is of the family of `first` only, -1 where of
        `second` only, else 0.
    games : Games
        The comparisons.
    families : mapping of str to str, optional
        Family of a competitor or judge. Elsewhere the family of a judge is the imported one or its
        own name, and a competitor is of the family that its name is, or begins with ("gpt" for
        "gpt-4o").

    Raises
    ------
    InputError
        If a covariate is not known for any row, or none is left.
    """
    check_names(names)
    notes: list[str] = []
    found = _distinct(names, covariates, games, families or {})
    columns = [column for column in found if _usable(column, notes)]
    known = np.ones(len(games), bool)
    for column in columns:
        known &= np.isfinite(column.values)
    if columns and not known.any():
        listed = ", ".join(column.name for column in columns)
        raise InputError(f"No comparison has all of {listed}; name fewer covariates.")
    votes = games.votes[known]
    spreads = [
        math.sqrt(float(votes @ column.values[known] ** 2) / float(votes.sum()))
        for column in columns
    ]
    for column, spread in zip(columns, spreads, strict=True):
        if not spread:
            notes.append(f"{column.name!r} is left out: it never differs between the two sides.")
    held = [(column, spread) for column, spread in zip(columns, spreads, strict=True) if spread]
    if not held:
        raise InputError(" ".join(["No covariate is left to hold equal.", *notes]))
    if not known.all():
        lost = float(games.votes[~known].sum())
        notes.append(
            f"{lost:,.0f} of {games.votes.sum():,.0f} comparisons are left out, because a "
            "covariate is missing there."
        )
    scale = np.array([spread if column.standardised else 1.0 for column, spread in held])
    values = np.empty((len(games), len(held)), order="F")
    for at, (column, _) in enumerate(held):
        values[:, at] = column.values / scale[at]
    return Design(
        tuple(column.name for column, _ in held),
        tuple("points per SD" if column.standardised else "points" for column, _ in held),
        values,
        scale,
        known,
        tuple(notes),
    )


def _distinct(
    names: Sequence[str], covariates: Covariates, games: Games, families: Mapping[str, str]
) -> list[_Column]:
    """Return the columns of covariates, each once: style and style:words share one."""
    columns: dict[str, _Column] = {}
    for name in names:
        if name == "style":
            features_needed([name], tuple(covariates.features))
            for feature, sides in covariates.features.items():
                nothing = np.full(len(games), np.nan)
                values = nothing if _negative(sides) else normalised_difference(*sides)
                columns.setdefault(f"style:{feature}", _Column(feature, values, preset=True))
        else:
            columns.setdefault(name, _column(name, covariates, games, families))
    return list(columns.values())


def _column(
    name: str, covariates: Covariates, games: Games, families: Mapping[str, str]
) -> _Column:
    """Return the column of one covariate, over all rows."""
    unknown = np.full(len(games), np.nan)
    if feature := _feature_of(name):
        features_needed([name], tuple(covariates.features))
        sides = covariates.features[feature]
        if name.startswith("feature:"):
            with np.errstate(invalid="ignore"):
                return _Column(f"{feature} difference", sides[0] - sides[1])
        if _negative(sides):
            raise InputError(
                f"{feature!r} has negative values, and a normalised difference is one of counts; "
                f"use feature:{feature}."
            )
        return _Column(feature, normalised_difference(*sides))
    if name == "length":
        sides = covariates.length or (unknown, unknown)
        return _Column("response length", normalised_difference(*sides))
    if name == "position":
        position = unknown if covariates.position is None else covariates.position
        return _Column("shown first", position, standardised=False)
    own = own_family(covariates.judges, games, families)
    return _Column("own family", own, standardised=False)


def _usable(column: _Column, notes: list[str]) -> bool:
    """Tell whether a column has values; a preset goes on without it, a name given does not."""
    if np.isfinite(column.values).any():
        return True
    if column.preset:
        notes.append(f"{column.name!r} is left out: it holds no counts, numbers from 0, here.")
        return False
    raise InputError(_UNKNOWN.get(column.name, f"{column.name!r} has no values in this selection."))


_UNKNOWN = {
    "response length": "The lengths of the responses are not known, since they are not in this "
    "log; name a feature that holds lengths, say style:words.",
    "shown first": "This log does not say which side was shown first; import it with order=COLUMN.",
    "own family": "This log does not say who judged, so that self-preference cannot be told.",
}


def _negative(sides: tuple[Floats, Floats]) -> bool:
    return any(bool((side < 0).any()) for side in sides)


def _feature_of(name: str) -> str:
    """Return NAME of style:NAME or feature:NAME, else nothing."""
    for prefix in _PREFIXES:
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return ""
