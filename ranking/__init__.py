"""Podium: rank language models and robot policies from pairwise comparisons."""

from ranking.capabilities.differences import capability_differences
from ranking.capabilities.evidence import CapabilityEvidence
from ranking.capabilities.health import capability_health
from ranking.capabilities.matrix import capability_matrix
from ranking.capabilities.mix_ratings import mix_ratings
from ranking.capabilities.profile import competitor_findings as findings
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
from ranking.llm_comparator import llm_comparator
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
from ranking.report import competitor_report, write_report
from ranking.scoreboard import score_board
from ranking.selection import Selection
from ranking.store import Store
from ranking.tally import Games, Tally
from ranking.taxonomies.importing import import_taxonomy
from ranking.taxonomies.proposed import propose_taxonomy
from ranking.versions.repeats import repeats
from ranking.versions.report import version_report
from ranking.versions.standardised import standardised

__all__ = [
    "ILSR",
    "LSR",
    "METHODS",
    "AlphaRank",
    "BradleyTerry",
    "CapabilityEvidence",
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
    "capability_differences",
    "capability_health",
    "capability_matrix",
    "competitor_profile",
    "competitor_report",
    "cross_validation",
    "cyclic_structure",
    "differences",
    "findings",
    "goodness_of_fit",
    "head_to_head",
    "history",
    "import_taxonomy",
    "llm_comparator",
    "mix_ratings",
    "propose_taxonomy",
    "read",
    "repeats",
    "robustness",
    "score_board",
    "standardised",
    "trust_checks",
    "version_report",
    "write_report",
]
