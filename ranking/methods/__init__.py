"""Rating methods: one module per family."""

from typing import Any

from ranking.methods.bradley_terry import BradleyTerry
from ranking.methods.contextual import ContextualBradleyTerry
from ranking.methods.dynamic import DynamicBradleyTerry
from ranking.methods.elo import Elo
from ranking.methods.equilibria import (
    AlphaRank,
    CoarseCorrelated,
    DeviationRatings,
    LogitEquilibrium,
    MaximalLottery,
    NashAveraging,
)
from ranking.methods.expectation_propagation import ExpectationPropagation
from ranking.methods.glicko import Glicko2
from ranking.methods.spectral import ILSR, LSR, RankCentrality

METHODS: dict[str, type[Any]] = {
    method.name: method
    for method in (
        BradleyTerry,
        ContextualBradleyTerry,
        DynamicBradleyTerry,
        Elo,
        Glicko2,
        ILSR,
        LSR,
        RankCentrality,
        ExpectationPropagation,
        NashAveraging,
        LogitEquilibrium,
        CoarseCorrelated,
        DeviationRatings,
        AlphaRank,
        MaximalLottery,
    )
}
"""Every rating method by the name that the CLI and the URL use."""

__all__ = [
    "ILSR",
    "LSR",
    "METHODS",
    "AlphaRank",
    "BradleyTerry",
    "CoarseCorrelated",
    "ContextualBradleyTerry",
    "DeviationRatings",
    "DynamicBradleyTerry",
    "Elo",
    "ExpectationPropagation",
    "Glicko2",
    "LogitEquilibrium",
    "MaximalLottery",
    "NashAveraging",
    "RankCentrality",
]
