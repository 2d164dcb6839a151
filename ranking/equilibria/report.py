"""What an equilibrium rating says beside the ratings: the tasks, the mix, and the proof of it."""

from dataclasses import dataclass

from ranking.equilibria.affinity import NearClones
from ranking.laplacian import Floats


@dataclass(frozen=True, eq=False)
class EquilibriumReport:
    """The equilibrium behind the ratings of m competitors, and its T tasks.

    Where competitors fall into groups that never met, each group plays a game of its own: the tasks
    are those of the largest group's, and numbers of the whole are the worst over groups.

    Attributes
    ----------
    tasks : tuple of str, length T
        Tasks that are players of the game; none where competitors play each other alone.
    tasks_by : str
        What the tasks are: "capabilities", "judges", "items", "none", or the name of a field.
    task_rating, task_low, task_high : float arrays of shape (T,)
        Points, 1000 where the equilibrium uses the task, and their limits at the ratings' level;
        limits are NaN where nothing was resampled.
    task_mass : float array of shape (T,), optional
        Probability of each task in the equilibrium; None where only the ratings are unique.
    mass : float array of shape (m,), optional
        Probability of each competitor in the equilibrium of its group, in the order of
        `Ratings.competitors`; NaN where there is no rating.
    contribution : float array of shape (m, T), optional
        Part of ``rating - 1000`` that is earned on each task, in points; rows add up to it. NaN
        outside the largest group.
    exploitability : float
        Largest gain found by leaving the equilibrium, in points: how far it is from perfect. NaN
        for alpha-Rank, which is no equilibrium.
    precision : float
        Lambda at the end of the logit path (per unit of payoff), or alpha-Rank's intensity of
        selection; infinite for exact methods.
    folds, stages, iterations : int
        Turns of the logit path, linear programs settled in turn, and steps taken.
    data_share : float
        Share of the cells (task and pair) in which there are comparisons; the model fills the rest.
    spread : float
        Standard deviation of strengths between tasks, in logits (tau).
    shrinkage : float
        Comparisons for which the model counts in each cell (kappa).
    clones, task_clones : tuples of tuples of str
        Classes of competitors and of tasks that count as one.
    near_clones, near_task_clones : tuples of NearClones
        Pairs whose payoffs differ by no more than noise does; distances in units of payoff.
    kernel_width : float
        How far apart payoffs may be by noise, in units of payoff; NaN where it is unknown.
    resamples : int
        Replicates that the intervals rest on.
    bias : float array of shape (m,)
        Mean of the replicates less the estimate, in points; NaN where nothing was resampled.
    replicates : float array of shape (resamples, m), optional
        The ratings of each resampled log in points, NaN where there is no rating; None where
        nothing was resampled.
    """

    tasks: tuple[str, ...]
    tasks_by: str
    task_rating: Floats
    task_low: Floats
    task_high: Floats
    task_mass: Floats | None
    mass: Floats | None
    contribution: Floats | None
    exploitability: float
    precision: float
    folds: int
    stages: int
    iterations: int
    data_share: float
    spread: float
    shrinkage: float
    clones: tuple[tuple[str, ...], ...]
    task_clones: tuple[tuple[str, ...], ...]
    near_clones: tuple[NearClones, ...]
    near_task_clones: tuple[NearClones, ...]
    kernel_width: float
    resamples: int
    bias: Floats
    replicates: Floats | None = None
