"""Logs with known profiles: pointwise results of competitors on items of known capabilities."""

import csv
from pathlib import Path

import numpy as np

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.ingest.reading import read

ROLES = {"item": "prompt", "capability": "capability"}


def evidence_of(
    path: Path,
    rows: list[tuple[str, str, float, str, str]],
    **options: object,
) -> CapabilityEvidence:
    """Import rows of a, b, score of a (1, 1/2 or 0), item and capability."""
    words = {1.0: "model_a", 0.5: "tie", 0.0: "model_b"}
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["model_a", "model_b", "winner", "prompt", "capability"])
        table.writerows([(a, b, words[y], item, node) for a, b, y, item, node in rows])
    return CapabilityEvidence.of(read(path, **ROLES), **options)


def profiles_log(
    path: Path, profiles: np.ndarray, *, items: int, seed: int = 0, spread: float = 0.0
) -> CapabilityEvidence:
    """All pairs on every item; a competitor's log-odds of being right are those of its node.

    Parameters
    ----------
    profiles : array of shape (K, N)
        Log-odds of each competitor in each node; nodes are n0, n1, ...
    items : int
        Of each node.
    spread : float
        Standard deviation of how hard items are, in logits.
    """
    rng = np.random.default_rng(seed)
    k, nodes = profiles.shape
    first, second = np.triu_indices(k, 1)
    rows = []
    for q in range(items * nodes):
        chance = 1 / (1 + np.exp(-(profiles[:, q % nodes] - spread * rng.normal())))
        right = rng.random(k) < chance
        score = 0.5 + 0.5 * (right[first].astype(float) - right[second])
        rows += [
            (f"c{a}", f"c{b}", float(y), f"i{q}", f"n{q % nodes}")
            for a, b, y in zip(first, second, score, strict=True)
        ]
    return evidence_of(path, rows)
