"""Podium: rank language models and robot policies from pairwise comparisons."""

from ranking.comparisons import Comparisons
from ranking.errors import RankingError, RankingWarning
from ranking.ingest import read
from ranking.methods import METHODS, BradleyTerry, Elo
from ranking.ratings import Ratings
from ranking.selection import Selection
from ranking.store import Store
from ranking.tally import Games, Tally

__all__ = [
    "METHODS",
    "BradleyTerry",
    "Comparisons",
    "Elo",
    "Games",
    "RankingError",
    "RankingWarning",
    "Ratings",
    "Selection",
    "Store",
    "Tally",
    "read",
]
