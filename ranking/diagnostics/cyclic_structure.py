"""Cycles of a log in one place: how much is cyclic, the circles themselves, and their use."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ranking.comparisons import Comparisons
from ranking.diagnostics.connectivity import connectivity
from ranking.diagnostics.cycles import Cycle, cycles
from ranking.diagnostics.cyclic_prediction import CyclicPrediction, cyclic_prediction
from ranking.diagnostics.discs import Disc, cyclic_part, skew_matrix
from ranking.diagnostics.fit import design_effect
from ranking.diagnostics.fitted_model import fit_model
from ranking.diagnostics.folds import rows_of
from ranking.diagnostics.intransitivity import Intransitivity, intransitivity
from ranking.diagnostics.melo import fallback_ridge, fit_bradley_terry
from ranking.errors import InputError
from ranking.laplacian import Floats
from ranking.outcomes import BothBad
from ranking.progress import Watch
from ranking.ratings import POINTS_PER_LOGIT
from ranking.tally import Games, Pairs, Tally
from ranking.wording import plural

Bools = npt.NDArray[np.bool_]

MOST_COMPETITORS = 200
"""Of larger logs, those with the most comparisons are examined."""
_FEWEST = 3  # competitors that can run in a circle
_REPLICATES = 199


@dataclass(frozen=True, eq=False)
class CyclicStructure:
    """What of a log no single number per competitor can express.

    Attributes
    ----------
    competitors : tuple of str, length m
        The largest group who met, directly or through others, best rated first.
    noun : str
        What a competitor is: "model", "policy".
    rating : float array of shape (m,)
        Bradley–Terry, in points around 1000.
    margin : float array of shape (m, m)
        Share of the score that the row takes from the column less what the column takes, in
        [-1, 1]: as seen, shrunk by its noise towards what strengths expect, which is also what
        stands where two never met. Skew.
    residual : float array of shape (m, m)
        Log-odds of the row against the column beyond strengths, shrunk by their noise. Skew; 0
        where two never met, and everywhere where nothing is beyond chance.
    observed : bool array of shape (m, m)
        Whether the two met.
    intransitivity : Intransitivity
        The share of the differences that is cyclic, with its p-value.
    cycles : tuple of Cycle
        Triples that contradict strengths most, at most ten, each with its votes.
    discs : tuple of Disc
        Circles of many competitors, in the order of `competitors`; only those beyond chance.
    disc_noise : float
        Strength of a disc that chance alone makes in one log of twenty; 0 where none was sought.
    held_out : CyclicPrediction or None
        Whether circles help to predict; None where there is too little to predict.
    left_out : int
        Competitors in other groups, or beyond the 200 with the most comparisons.
    """

    competitors: tuple[str, ...]
    noun: str
    rating: Floats
    margin: Floats
    residual: Floats
    observed: Bools
    intransitivity: Intransitivity
    cycles: tuple[Cycle, ...]
    discs: tuple[Disc, ...]
    disc_noise: float
    held_out: CyclicPrediction | None
    left_out: int

    @property
    def missing(self) -> float:
        """Share of the pairs who never met."""
        m = len(self.competitors)
        return 1 - float(self.observed.sum()) / (m * (m - 1)) if m > 1 else 0.0

    @property
    def sentence(self) -> str:
        """Say in plain words how much is cyclic, where, and whether it matters."""
        return " ".join(filter(None, (self._share, self._circles, self._use, self._rest)))

    @property
    def _share(self) -> str:
        nouns = plural(self.noun)
        if len(self.competitors) < _FEWEST:
            return f"It takes three {nouns} to run in a circle, and fewer met here."
        if self.intransitivity.df == 0:
            return (
                f"No three or more of these {nouns} met in a closed circle, so that no cycle "
                "can show."
            )
        return self.intransitivity.sentence

    @property
    def _circles(self) -> str:
        if not self.intransitivity.df:
            return ""
        found = [cycle for cycle in self.cycles if cycle.closed]
        discs = len(self.discs)
        said = ""
        if found:
            one, two, three = found[0].competitors
            said = f"Most surprising: {one} beats {two}, {two} beats {three}, {three} beats {one}."
        elif self.cycles:
            one, two, three = self.cycles[0].competitors
            said = (
                f"Most surprising: {one} does better against {two}, {two} against {three} and "
                f"{three} against {one} than one order allows, though not all three of them win."
            )
        if discs:
            circles = "One larger circle" if discs == 1 else f"{discs} larger circles"
            verb = "stands" if discs == 1 else "stand"
            said += f" {circles} of {plural(self.noun)} {verb} out from chance."
        return said.strip()

    @property
    def _use(self) -> str:
        return self.held_out.sentence if self.held_out is not None else ""

    @property
    def _rest(self) -> str:
        if not self.left_out:
            return ""
        verb = "is" if self.left_out == 1 else "are"
        noun = self.noun if self.left_out == 1 else plural(self.noun)
        return (
            f"{self.left_out:,} {noun} {verb} left out: they never met the others, directly or "
            f"through others, or are not among the {MOST_COMPETITORS} with the most comparisons."
        )


def cyclic_structure(
    evidence: Comparisons | Games | Tally,
    *,
    both_bad: BothBad = "tie",
    dimensions: int = 2,
    folds: int = 5,
    limit: int = 10,
    replicates: int = _REPLICATES,
    seed: int = 0,
    watch: Watch | None = None,
) -> CyclicStructure:
    """Find what of a log is cyclic, with chance taken out everywhere.

    Comparisons of one pair on one item count as dependent in every p-value: the noise is that of
    independent comparisons times the design effect.

    Parameters
    ----------
    evidence : Comparisons, Games or Tally
        The log. Its largest group of competitors who met is examined.
    both_bad : {"tie", "drop"}, default "tie"
        Count both-bad as a tie, or leave it out.
    dimensions : int, default 2
        Of the multidimensional Elo that is to predict.
    folds : int, default 5
        Of its cross-validation.
    limit : int, default 10
        How many triples to list at most.
    replicates : int, default 199
        Logs drawn without cycles, to tell chance.
    seed : int, default 0
    watch : Watch, optional
        Whom to tell how far the work is, and whom to ask whether to go on.

    Raises
    ------
    InputError
        If there are no comparisons.
    CancelledError
        If the user stopped the work.
    """
    watch = watch or Watch()
    watch.tell(0.0, "Reading the log")
    noun = evidence.arena.noun if isinstance(evidence, Comparisons) else "competitor"
    rows = rows_of(evidence, both_bad=both_bad)
    if not len(rows):
        raise InputError("There are no comparisons in this selection.")
    everybody = len(rows.competitors)
    rows = rows.among(_busiest(rows.tally().pairs()))
    rows = rows.among(connectivity(rows.tally().pairs()).component == 0)
    rows, strength = _by_rating(rows)
    pairs, m = rows.tally().pairs(), len(strength)
    scale = _scale(rows)
    watch.tell(0.2, "Measuring how much is cyclic")
    share = intransitivity(pairs, scale=scale, replicates=replicates, seed=seed)
    part = None
    if share.df:
        watch.tell(0.3, "Telling large circles from chance")
        part = cyclic_part(
            pairs, strength, ridge=fallback_ridge(pairs), scale=scale,
            replicates=replicates, seed=seed,
        )  # fmt: skip
    log_odds = part.log_odds if part else strength[:, None] - strength
    held_out = None
    if share.df and rows.votes.sum() >= 2 * folds:
        held_out = cyclic_prediction(
            rows, dimensions=dimensions, folds=folds, scale=scale, seed=seed,
            watch=watch.over(0.5, 0.8),
        )  # fmt: skip
    watch.tell(0.8, "Looking for circles of three")
    triples = cycles(pairs, rows.competitors, scale=scale, limit=limit)
    return CyclicStructure(
        competitors=rows.competitors,
        noun=noun,
        rating=1000 + POINTS_PER_LOGIT * strength,
        margin=np.tanh(log_odds / 2),
        residual=part.residual if part else np.zeros((m, m)),
        observed=skew_matrix(m, pairs.first, pairs.second, np.ones(len(pairs.first))) != 0,
        intransitivity=share,
        cycles=triples,
        discs=part.discs if part else (),
        disc_noise=part.noise if part else 0.0,
        held_out=held_out,
        left_out=everybody - m,
    )


def _busiest(pairs: Pairs) -> Bools:
    """Mark the competitors with the most comparisons, as many as are examined."""
    games = pairs.per_competitor(pairs.votes, pairs.votes)
    chosen = np.zeros(pairs.m, bool)
    chosen[np.argsort(-games, kind="stable")[:MOST_COMPETITORS]] = True
    return chosen


def _by_rating(rows: Games) -> tuple[Games, Floats]:
    """Return a connected log with its competitors in the order of their strengths, and these."""
    strength = fit_bradley_terry(rows.tally().pairs())
    order = np.argsort(-strength, kind="stable")
    place = np.argsort(order)
    names = tuple(rows.competitors[at] for at in order.tolist())
    ordered = replace(rows, competitors=names, first=place[rows.first], second=place[rows.second])
    return ordered, strength[order]


def _scale(rows: Games) -> float:
    """Return the variance of scores over that of independent decided comparisons."""
    try:
        fitted = fit_model(rows.tally())
    except InputError:  # nobody scored against anybody
        return 1.0
    return fitted.tie_scale * (design_effect(rows, fitted) if (rows.item >= 0).any() else 1.0)
