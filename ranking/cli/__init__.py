"""The command line: `podium`."""

from ranking.cli import (
    arenas,
    capabilities,
    competitor,
    differences,
    fit,
    head_to_head,
    history,
    leaderboard,
    robustness,
    scores,
    trust,
)
from ranking.cli.frame import main, podium

__all__ = [
    "arenas",
    "capabilities",
    "competitor",
    "differences",
    "fit",
    "head_to_head",
    "history",
    "leaderboard",
    "main",
    "podium",
    "robustness",
    "scores",
    "trust",
]
