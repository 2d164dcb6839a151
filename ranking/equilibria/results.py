"""What every equilibrium method returns: ratings, the equilibrium, and the proof of it."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ranking.laplacian import Floats

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """Ratings of competitors and tasks by an equilibrium of the game between them.

    A rating is what a player gains by always picking that competitor (or task) instead of
    following the equilibrium: at most 0, and 0 for whatever the equilibrium uses.

    Attributes
    ----------
    method : str
    competitors, tasks : tuples of str, lengths n and T
        No tasks where competitors play each other alone.
    competitor_rating, task_rating : float arrays of shapes (n,) and (T,)
        In units of the payoffs.
    competitor_mass, task_mass : float arrays of shapes (n,) and (T,), or None
        Probability of each pick in the equilibrium; None where only the ratings are unique.
    exploitability : float
        Largest gain found by leaving the equilibrium, in units of the payoffs; 0 is perfect.
    contribution : float array of shape (n, T), or None
        Part of each competitor's rating that is earned on each task; rows add up to the rating.
    precision : float, default inf
        Lambda of the logit path at its end, per unit of payoff; infinite for exact methods.
    folds, stages, iterations : int
        Turns of the logit path, linear programs solved in turn, and steps taken.
    competitor_clones, task_clones : tuples of tuples of str
        Classes of two or more that were merged.
    competitor_decided, task_decided : bool arrays of shapes (n,) and (T,), or None
        False where a rating is only an upper bound, because the solver was told to stop early.
    """

    method: str
    competitors: tuple[str, ...]
    tasks: tuple[str, ...]
    competitor_rating: Floats
    task_rating: Floats
    competitor_mass: Floats | None
    task_mass: Floats | None
    exploitability: float
    contribution: Floats | None = None
    precision: float = math.inf
    folds: int = 0
    stages: int = 0
    iterations: int = 0
    competitor_clones: tuple[tuple[str, ...], ...] = ()
    task_clones: tuple[tuple[str, ...], ...] = ()
    competitor_decided: Bools | None = None
    task_decided: Bools | None = None
