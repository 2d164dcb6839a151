"""Podium: rank language models and robot policies from pairwise comparisons."""

from ranking.comparisons import Comparisons
from ranking.competitor import competitor_profile
from ranking.diagnostics.cyclic_structure import cyclic_structure
from ranking.diagnostics.fit import goodness_of_fit
from ranking.diagnostics.redundancy import robustness
from ranking.diagnostics.trust import trust_checks
from ranking.diagnostics.validation import cross_validation
from ranking.errors import RankingError, RankingWarning
from ranking.head_to_head import head_to_head
from ranking.history import history
from ranking.ingest import read
from ranking.methods import (
    ILSR,
    LSR,
    METHODS,
    AlphaRank,
    BradleyTerry,
    CoarseCorrelated,
    ContextualBradleyTerry,
    DeviationRatings,
    DynamicBradleyTerry,
    Elo,
    ExpectationPropagation,
    Glicko2,
    LogitEquilibrium,
    MaximalLottery,
    NashAveraging,
    RankCentrality,
)
from ranking.pairwise import differences
from ranking.ratings import Ratings
from ranking.scoreboard import score_board
from ranking.selection import Selection
from ranking.store import Store
from ranking.tally import Games, Tally

__all__ = [
    "ILSR",
    "LSR",
    "METHODS",
    "AlphaRank",
    "BradleyTerry",
    "CoarseCorrelated",
    "Comparisons",
    "ContextualBradleyTerry",
    "DeviationRatings",
    "DynamicBradleyTerry",
    "Elo",
    "ExpectationPropagation",
    "Games",
    "Glicko2",
    "LogitEquilibrium",
    "MaximalLottery",
    "NashAveraging",
    "RankCentrality",
    "RankingError",
    "RankingWarning",
    "Ratings",
    "Selection",
    "Store",
    "Tally",
    "competitor_profile",
    "cross_validation",
    "cyclic_structure",
    "differences",
    "goodness_of_fit",
    "head_to_head",
    "history",
    "read",
    "robustness",
    "score_board",
    "trust_checks",
]
