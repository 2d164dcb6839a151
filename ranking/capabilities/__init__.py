"""Where competitors are strong and weak: ratings by task and capability, pooled by their noise."""

from ranking.capabilities.findings import Finding, Findings, FindingSettings
from ranking.capabilities.node_ratings import NodeRatings, node_ratings
from ranking.capabilities.node_scores import NodeScores, shrunken_means
from ranking.capabilities.observations import (
    ItemPairs,
    Observations,
    beyond_own_mean,
    item_scores,
)
from ranking.capabilities.pooling import Pooled, pooled_strengths
from ranking.capabilities.verdicts import find, items_needed
from ranking.taxonomies.taxonomy import Taxonomy

__all__ = [
    "Finding",
    "FindingSettings",
    "Findings",
    "ItemPairs",
    "NodeRatings",
    "NodeScores",
    "Observations",
    "Pooled",
    "Taxonomy",
    "beyond_own_mean",
    "find",
    "item_scores",
    "items_needed",
    "node_ratings",
    "pooled_strengths",
    "shrunken_means",
]
