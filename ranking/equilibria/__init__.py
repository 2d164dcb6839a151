"""Ratings by the equilibria of games between competitors, and between competitors and tasks."""

from ranking.equilibria.affinity import (
    Affinity,
    NearClones,
    affinity_entropy,
    affinity_target,
    near_clones,
    noise_width,
)
from ranking.equilibria.alpha_rank import AlphaRank, alpha_rank
from ranking.equilibria.clones import Classes, clone_classes
from ranking.equilibria.coarse_correlated import (
    coarse_correlated_equilibrium,
    nearest_coarse_correlated,
)
from ranking.equilibria.continuation import Field, LogitPoint, logit_path
from ranking.equilibria.deviation import deviation_ratings, lexicographic_minimum
from ranking.equilibria.logit import logit_equilibrium
from ranking.equilibria.maximal_lotteries import MaximalLotteries, maximal_lotteries
from ranking.equilibria.nash import nash_averaging, nash_averaging_on_tasks
from ranking.equilibria.payoffs import (
    EvaluationGame,
    ScoreGame,
    ZeroSumGame,
    deviation_gains,
    normalised,
)
from ranking.equilibria.results import Equilibrium

__all__ = [
    "Affinity",
    "AlphaRank",
    "Classes",
    "Equilibrium",
    "EvaluationGame",
    "Field",
    "LogitPoint",
    "MaximalLotteries",
    "NearClones",
    "ScoreGame",
    "ZeroSumGame",
    "affinity_entropy",
    "affinity_target",
    "alpha_rank",
    "clone_classes",
    "coarse_correlated_equilibrium",
    "deviation_gains",
    "deviation_ratings",
    "lexicographic_minimum",
    "logit_equilibrium",
    "logit_path",
    "maximal_lotteries",
    "nash_averaging",
    "nash_averaging_on_tasks",
    "near_clones",
    "nearest_coarse_correlated",
    "noise_width",
    "normalised",
]
