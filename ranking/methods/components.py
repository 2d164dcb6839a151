"""Rating each component of a log on its own: competitors of different ones never met."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ranking.comparisons import Comparisons
from ranking.diagnostics.connectivity import connectivity
from ranking.errors import InputError
from ranking.laplacian import DENSE_LIMIT, Codes, Floats
from ranking.methods.half_win import statuses
from ranking.methods.pairing import Evidence, standardised
from ranking.outcomes import BOTH_BAD, BothBad
from ranking.ratings import Status
from ranking.tally import Games, Pairs, Tally
from ranking.uncertainty.intervals import FEWEST_JUDGES, ClusterSetting
from ranking.uncertainty.sandwich import information_weights


@dataclass(frozen=True, eq=False)
class Part:
    """One component: k competitors that can be compared.

    Attributes
    ----------
    pairs : Pairs
        Its pairs, with the competitors numbered 0..k-1.
    members : bool array of shape (m,)
        Who of the whole log is in it.
    side : int array of shape (k,)
        Which of them the evidence bounds on one side only (see `Connectivity.side`).
    """

    pairs: Pairs
    members: npt.NDArray[np.bool_]
    side: Codes


@dataclass(frozen=True, eq=False)
class PartFit:
    """What a method found for one component, in logits.

    Attributes
    ----------
    strength : float array of shape (k,)
        They sum to zero.
    covariance : float array of shape (k, k)
        In the sum-zero gauge.
    std_error, low, high : float arrays of shape (k,)
        Confidence limits of `strength`.
    iterations : int
    """

    strength: Floats
    covariance: Floats
    std_error: Floats
    low: Floats
    high: Floats
    iterations: int = 0


@dataclass(frozen=True, eq=False)
class Assembled:
    """The fits of all components, put together for m competitors; NaN where there is no game."""

    strength: Floats
    covariance: Floats
    std_error: Floats
    low: Floats
    high: Floats
    status: tuple[Status, ...]
    component: Codes
    iterations: int


def counted(evidence: Evidence, both_bad: BothBad) -> Evidence:
    """Count both-bad as ties, or leave it out; weights are standardised."""
    return standardised(
        evidence.without(BOTH_BAD) if both_bad == "drop" else evidence.both_bad_as_ties()
    )


def tally_and_rows(
    evidence: Comparisons | Games | Tally, *, cluster: ClusterSetting, independent: bool = False
) -> tuple[Tally, Games | None]:
    """Read a log as a tally and, where clusters may be used, row by row in any order.

    Parameters
    ----------
    evidence : Comparisons, Games or Tally
    cluster : {"auto", "item", "judge", "both", "none"}
        The setting; "auto" needs rows where there are items, or judges enough to cluster by.
    independent : bool, default False
        Whether comparisons count as independent whatever the log holds.

    Raises
    ------
    InputError
        If clusters are asked for of a tally, which has none.
    """
    if isinstance(evidence, Comparisons):
        by_judge = cluster != "auto" or evidence.judges >= FEWEST_JUDGES
        clustered = not independent and cluster != "none" and (evidence.has_items or by_judge)
        return evidence.tally(), evidence.games(ordered=False) if clustered else None
    if isinstance(evidence, Games):
        return evidence.tally(), evidence
    if cluster not in ("auto", "none"):
        raise InputError("A tally has no items to cluster by; rate the comparisons.")
    return evidence, None


def fit_components(pairs: Pairs, fit: Callable[[Part], PartFit], *, title: str) -> Assembled:
    """Fit every component that has more than one competitor.

    Parameters
    ----------
    pairs : Pairs
        The whole log.
    fit : callable
        The method, for one component.
    title : str
        What the method is called in an error.

    Raises
    ------
    InputError
        If there is no comparison, or more competitors than dense matrices serve.
    """
    m = pairs.m
    if not len(pairs.first):
        raise InputError("There are no comparisons to rate in this selection.")
    if m > DENSE_LIMIT:
        raise InputError(
            f"{title} rates at most {DENSE_LIMIT:,} competitors at once, and here are {m:,}; "
            "select fewer of them, or use Bradley–Terry."
        )
    structure = connectivity(pairs)
    strength = np.full(m, np.nan)
    std_error, low, high = strength.copy(), strength.copy(), strength.copy()
    played = pairs.per_competitor(pairs.votes, pairs.votes) > 0
    covariance = np.where(played[:, None] & played[None, :], 0.0, np.nan)
    status: list[Status] = ["no_games"] * m
    iterations = 0
    for label in range(structure.components):
        mask = structure.component == label
        members = np.flatnonzero(mask)
        if len(members) == 1:
            continue
        part = Part(pairs.among(mask), mask, structure.side[mask])
        found = fit(part)
        strength[members], std_error[members] = found.strength, found.std_error
        low[members], high[members] = found.low, found.high
        covariance[np.ix_(members, members)] = found.covariance
        information = information_weights(part.pairs, found.strength)
        words = statuses(part.pairs, part.side, information)
        for at, word in zip(members, words, strict=True):
            status[at] = word
        iterations = max(iterations, found.iterations)
    return Assembled(
        strength, covariance, std_error, low, high, tuple(status), structure.component, iterations
    )


def one_sided(names: tuple[str, ...], status: tuple[Status, ...]) -> str:
    """Name in plain words who is known to one side only; empty where nobody is."""
    groups: dict[Status, str] = {
        "unbeaten": "never beaten",
        "winless": "never won",
        "separated": "tied to the rest by one-sided results only",
    }
    held = {
        word: [name for name, own in zip(names, status, strict=True) if own == word]
        for word in groups
    }
    return "; ".join(
        f"{groups[word]}: {_shortened(found)}" for word, found in held.items() if found
    )


def _shortened(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if names[3:] else "")
