"""The published tree of 10,000 prompts, judged in both orders, and what can be made of it."""

import csv

import numpy as np

from ranking.capabilities.observations import ItemPairs, Observations
from ranking.taxonomies.taxonomy import Taxonomy


def read(datasets):
    """Return the taxonomy and the verdicts, 1 where the first of two models won, (items, 2)."""
    folder = datasets / "wildchat_capabilities"
    with (folder / "nodes.csv").open(encoding="utf-8") as file:
        nodes = [(r["node_id"], r["parent_id"], r["capability"]) for r in csv.DictReader(file)]
    with (folder / "items.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    tags = [(int(row["item_id"]), row["leaf_node_id"]) for row in rows]
    won = [[row[f"verdict_order{order}"] == "1" for order in (1, 2)] for row in rows]
    return Taxonomy.from_nodes(nodes, tags, len(rows)), np.array(won, float)


def item_pairs(won):
    """One observation for each item, from verdicts of shape (items, orders)."""
    items, orders = won.shape
    item = np.repeat(np.arange(items), orders)
    zero = np.zeros(items * orders, int)
    return ItemPairs.of(2, items, item, zero, zero + 1, won.ravel())


def one_competitor(value):
    """Values of one competitor at each item."""
    items = len(value)
    return Observations(1, items, np.arange(items), np.zeros(items, int), np.asarray(value, float))


def shuffled(observed, rng):
    """The same values on items in another order, all values of an item together."""
    place = rng.permutation(observed.items)
    return Observations(
        observed.m, observed.items, place[observed.item], observed.competitor, observed.value
    )
