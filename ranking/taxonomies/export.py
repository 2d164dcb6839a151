"""Taxonomies as files: nested JSON, which comes back whole, or a table of items and paths."""

import csv
import io
import json
from typing import Any

from ranking.leaderboard import formula_safe
from ranking.taxonomies.sources import EditedTaxonomy

_SEPARATOR = " / "


def as_nested(edited: EditedTaxonomy) -> dict[str, Any]:
    """Return the taxonomy as nested JSON values; custom capabilities are listed beside the tree.

    Each node has `key`, `name`, `items` (those tagged with it itself) and `children`. Comparisons
    without an item are left out, as nothing outside their log names them.
    """
    taxonomy = edited.taxonomy.without_custom()
    nodes: list[dict[str, Any]] = [
        {"key": key, "name": name, "items": [], "children": []}
        for key, name in zip(taxonomy.keys, taxonomy.names, strict=True)
    ]
    for item, node in zip(taxonomy.tag_item.tolist(), taxonomy.tag_node.tolist(), strict=True):
        if item < len(edited.names):
            nodes[node]["items"].append(edited.names[item])
    for at, above in enumerate(taxonomy.parent[1:].tolist(), 1):
        nodes[above]["children"].append(nodes[at])
    custom = [{"name": one.name, "capabilities": list(one.nodes)} for one in edited.custom]
    head = {"taxonomy": edited.source.name, "kind": edited.source.kind}
    return head | ({"custom": custom} if custom else {}) | nodes[0]


def as_json(edited: EditedTaxonomy) -> str:
    """Return `as_nested` as text."""
    return json.dumps(as_nested(edited), indent=1, ensure_ascii=False)


def as_csv(edited: EditedTaxonomy) -> str:
    """Return a row for each tag: the item, the key of its node, and the names that lead to it."""
    taxonomy = edited.taxonomy.without_custom()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["item", "node", "path"])
    paths = [_SEPARATOR.join(taxonomy.path(at)) for at in range(len(taxonomy))]
    for item, node in zip(taxonomy.tag_item.tolist(), taxonomy.tag_node.tolist(), strict=True):
        if item < len(edited.names):
            row = (edited.names[item], taxonomy.keys[node], paths[node])
            writer.writerow([formula_safe(cell) for cell in row])
    return text.getvalue()


FORMATS = {"json": as_json, "csv": as_csv}
"""Every format of a taxonomy by the ending of its file."""
