"""Moves: a method's ratings before and after an attack, put on one scale."""

import math
import time
import warnings
from dataclasses import dataclass, replace

import numpy as np

from ranking.equilibria.results import Bools
from ranking.equilibria.task_log import TaskLog
from ranking.errors import CancelledError, InputError, RankingError, RankingWarning
from ranking.laplacian import Floats
from ranking.methods.elo import Elo
from ranking.methods.equilibria import POINTS_PER_MARGIN
from ranking.methods.equilibrium import EquilibriumMethod
from ranking.progress import Watch
from ranking.ratings import Method, Ratings
from ranking.uncertainty.quantiles import quantile

STILL = 0.05
"""Points within which a rating counts as unmoved, and two ratings as tied."""
_BY_CHANCE = 0.01  # of attacks that move nobody look as if they did, whatever the noise
_MOST_UPDATES = 100_000_000  # of Elo: some ten seconds, and a gigabyte


@dataclass(frozen=True, eq=False)
class Move:
    """What an attack did to the ratings of a method.

    Attributes
    ----------
    method, title : str
    competitors : tuple of str, length m
        The original competitors with a settled rating; copies and newcomers are left out.
    before, after : float arrays of shape (m,)
        Points. Equilibrium ratings keep their own zero; others are shifted so that they have the
        same mean as before.
    rank_before, rank_after : float arrays of shape (m,)
        Ranks among `competitors`, ratings within 0.05 points being tied.
    largest : float
        Largest change of a rating, in points; NaN where the method could not rate.
    mover : str
        Whose rating it is; empty where nobody moved by more than `chance`.
    changed : int
        How many of them have another rank.
    seconds : float
        What the rating after the attack took.
    error : str
        Why the method could not rate; empty where it could.
    win_rates : bool
        Whether its points measure win rates, as Elo's do, so that its moves can be compared with
        theirs; those of α-Rank and maximal lotteries measure other chances.
    noise : float
        Standard error of a move in points, where a rating is a mean over random orders; else 0.
    """

    method: str
    title: str
    competitors: tuple[str, ...]
    before: Floats
    after: Floats
    rank_before: Floats
    rank_after: Floats
    largest: float
    mover: str
    changed: int
    seconds: float
    error: str = ""
    win_rates: bool = True
    noise: float = 0.0

    @property
    def chance(self) -> float:
        """Points up to which the largest move may be chance: 0.05, and what noise makes of it.

        Of so many noisy moves the largest stays below in 99 of 100 attacks that move nobody.
        """
        return _chance(self.noise, len(self.competitors))


@dataclass(frozen=True)
class Tried:
    """A rating, or why there is none, and how long it took."""

    ratings: Ratings | None
    error: str
    seconds: float


def try_rating(method: Method, log: TaskLog, watch: Watch, when: str) -> Tried:
    """Rate a log, or say why it cannot be rated.

    Raises
    ------
    CancelledError
        If the user stopped it.
    """
    watch = _saying(f"{method.title}: {when}", watch)
    watch.tell(0.0, "")
    start = time.perf_counter()
    try:
        with warnings.catch_warnings():  # the result keeps them
            warnings.simplefilter("ignore", RankingWarning)
            if isinstance(method, EquilibriumMethod):
                ratings = method.rate(log, watch=watch)
            elif isinstance(method, Elo):
                _check_length(method, float(log.games.votes.sum()))
                ratings = method.rate(log.games, watch=watch)
            else:
                ratings = method.rate(log.games)  # type: ignore[arg-type]
    except CancelledError:
        raise
    except RankingError as error:
        return Tried(None, str(error), time.perf_counter() - start)
    return Tried(ratings, "", time.perf_counter() - start)


def _saying(what: str, watch: Watch) -> Watch:
    """Return a watch that always tells what is rated; what a method does matters less."""
    tell = watch.progress
    return replace(watch, progress=tell and (lambda share, _: tell(share, what)))


def _check_length(elo: Elo, comparisons: float) -> None:
    """Refuse a log that is too long to be played in many orders."""
    if comparisons * elo.permutations > _MOST_UPDATES:
        raise InputError(
            f"{comparisons:,.0f} comparisons are too many to be played in {elo.permutations:,} "
            f"random orders, at most {_MOST_UPDATES:,} in all; select fewer comparisons."
        )


def move_of(
    method: Method, names: tuple[str, ...], compared: Bools, old: Tried, new: Tried
) -> Move:
    """Compare the ratings of some competitors, a mask over `names`, before and after an attack."""
    competitors = tuple(name for name, kept in zip(names, compared, strict=True) if kept)
    error = old.error or new.error
    if old.ratings is not None and new.ratings is not None:
        before = old.ratings.rating[compared]
        after = new.ratings.rating[: len(names)][compared]
        unrated = [
            name for name, at in zip(competitors, before + after, strict=True) if math.isnan(at)
        ]
        error = f"It gives no rating to {unrated[0]}." if unrated else ""
    if old.ratings is None or new.ratings is None or error:
        unknown = np.full(len(competitors), math.nan)
        return Move(
            method.name, method.title, competitors, unknown, unknown, unknown, unknown,
            math.nan, "", 0, new.seconds, error, _of_win_rates(method),
        )  # fmt: skip
    if old.ratings.equilibrium is None:
        after = after + (before.mean() - after.mean())
    shift = np.abs(after - before)
    ranks = places(before), places(after)
    noise = math.hypot(_order_error(old.ratings), _order_error(new.ratings))
    return Move(
        method=method.name,
        title=method.title,
        competitors=competitors,
        before=before,
        after=after,
        rank_before=ranks[0],
        rank_after=ranks[1],
        largest=float(shift.max()),
        mover=competitors[int(shift.argmax())] if shift.max() > _chance(noise, len(shift)) else "",
        changed=int((ranks[0] != ranks[1]).sum()),
        seconds=new.seconds,
        win_rates=_of_win_rates(method),
        noise=noise,
    )


def _chance(noise: float, competitors: int) -> float:
    return STILL + quantile(1 - _BY_CHANCE / competitors) * noise


def _of_win_rates(method: Method) -> bool:
    return not isinstance(method, EquilibriumMethod) or method.unit == POINTS_PER_MARGIN


def _order_error(ratings: Ratings) -> float:
    """Return the standard error of ratings that are means over random orders, in points."""
    deviation = [found.estimate for found in ratings.parameters if found.name == "order noise"]
    return deviation[0] / math.sqrt(ratings.iterations) if deviation else 0.0


def places(rating: Floats) -> Floats:
    """Return 1 + how many are rated more than 0.05 points above each, shape (m,)."""
    return np.asarray(1.0 + (rating[None, :] > rating[:, None] + STILL).sum(axis=1))
