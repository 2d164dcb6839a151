"""Reading a log item by item: one score per item and pair, and what each item is tagged with."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from ranking.errors import InputError, SelectionError
from ranking.laplacian import Codes, Floats
from ranking.outcomes import BOTH_BAD, BothBad
from ranking.store.arenas import Arena
from ranking.store.item_codes import (
    ITEM,
    ItemCodes,
    import_and_line,
    read_competitors,
    read_item_codes,
)
from ranking.store.where import Where

CAPABILITY = "capability"
"""The facet made of the capabilities of comparisons; others are imported fields."""


@dataclass(frozen=True, eq=False)
class ItemLog:
    """A log averaged over orders, judges and repeats.

    Attributes
    ----------
    competitors : tuple of str
        Names in alphabetical order; codes of competitors index it.
    items : int
        How many items the selected comparisons are about.
    known_items : int
        How many of them are items of the log, which come first; the others are comparisons without
        an item, which are items of their own, one for each vote.
    item, first, second : int arrays of shape (n,)
        No item and pair occurs twice.
    score : float array of shape (n,)
        Mean score of `first`, in [0, 1].
    paths : tuple of tuple of str
        Distinct tags: the names of a node and of those above it, from the top.
    tag_item, tag_path : int arrays of shape (tags,)
        Item ``tag_item[k]`` is tagged with ``paths[tag_path[k]]``.
    names : tuple of str, length known_items
    lines : int array of shape (items - known_items,)
        Import and line of each comparison without an item.
    scored_item, scored_competitor : int arrays of shape (s,)
    side_score : float array of shape (s,)
        Mean of what a competitor itself scored on an item, where the log carries such scores.
    """

    competitors: tuple[str, ...]
    items: int
    known_items: int
    item: Codes
    first: Codes
    second: Codes
    score: Floats
    paths: tuple[tuple[str, ...], ...]
    tag_item: Codes
    tag_path: Codes
    names: tuple[str, ...]
    lines: Codes
    scored_item: Codes
    scored_competitor: Codes
    side_score: Floats

    def label(self, item: int) -> str:
        """Return what an item is called; a comparison without one by its import and line."""
        if item < self.known_items:
            return self.names[item]
        import_id, line = import_and_line(int(self.lines[item - self.known_items]))
        return f"import {import_id}, line {line}"


def read_item_log(
    connection: duckdb.DuckDBPyConnection,
    arena: Arena,
    where: Where,
    *,
    facets: Sequence[str] = (CAPABILITY,),
    both_bad: BothBad = "tie",
) -> ItemLog:
    """Average the selected comparisons by item and pair inside the database, and read the tags.

    An item has the tags of all its comparisons. Of several facets, each is a node below the root.

    Parameters
    ----------
    facets : sequence of str, default ("capability",)
        The capabilities of comparisons, or fields, each value of which is a node; none leaves
        items without tags.
    both_bad : {"tie", "drop"}, default "tie"
        Whether both-bad counts as a tie or is left out.

    Raises
    ------
    InputError
        If nothing that is selected has a tag.
    SelectionError
        If the arena has no such field.
    """
    counted = f"AND outcome <> {BOTH_BAD}" if both_bad == "drop" else ""
    pairs = connection.execute(
        f"""
        SELECT {ITEM} AS item, least(first, second) AS low, greatest(first, second) AS high,
               sum(votes * weight * CASE WHEN first < second THEN score ELSE 1 - score END)
               / sum(votes * weight) AS score
        FROM {arena.table} WHERE {where.clause} {counted}
        GROUP BY ALL ORDER BY ALL
        """,
        list(where.parameters),
    ).fetchnumpy()
    items = read_item_codes(connection, arena, where)
    names = sorted(read_competitors(connection, arena, where), key=lambda pair: pair[1])
    position = np.zeros(max((code for code, _ in names), default=-1) + 1, np.int64)
    for at, (code, _) in enumerate(names):
        position[code] = at
    row, item = items.rows(_codes(pairs["item"]))
    scores = _side_scores(connection, arena, where)
    scored, scored_item = items.rows(_codes(scores["item"]))
    first, second = (position[pairs[side][row]] for side in ("low", "high"))
    score = np.asarray(pairs["score"], np.float64)[row]
    paths, tag_item, tag_path = _tags(connection, arena, where, tuple(facets), items)
    return ItemLog(
        competitors=tuple(name for _, name in names),
        items=int(items.copies.sum()),
        known_items=int((items.codes >= 0).sum()),
        item=item,
        first=first,
        second=second,
        score=np.clip(score, 0.0, 1.0),  # rounding
        paths=paths,
        tag_item=tag_item,
        tag_path=tag_path,
        names=items.names,
        lines=items.lines,
        scored_item=scored_item,
        scored_competitor=position[scores["competitor"][scored]],
        side_score=np.asarray(scores["score"], np.float64)[scored],
    )


@dataclass(frozen=True, eq=False)
class ItemTags:
    """What all items of an arena are tagged with; attributes as in `ItemLog`."""

    names: tuple[str, ...]
    lines: Codes
    paths: tuple[tuple[str, ...], ...]
    tag_item: Codes
    tag_path: Codes

    @property
    def items(self) -> int:
        """How many items there are, tagged or not."""
        return len(self.names) + len(self.lines)


def read_item_tags(
    connection: duckdb.DuckDBPyConnection, arena: Arena, facet: str | None = CAPABILITY
) -> ItemTags:
    """Read what all items of an arena are tagged with, in the order of an `ItemLog`.

    Parameters
    ----------
    facet : str or None, default "capability"
        The capabilities of comparisons, or a field; None reads the items without tags.

    Raises
    ------
    InputError
        If nothing has a tag.
    SelectionError
        If the arena has no such field.
    """
    everything = Where("true", ())
    items = read_item_codes(connection, arena, everything)
    facets = () if facet is None else (facet,)
    paths, tag_item, tag_path = _tags(connection, arena, everything, facets, items)
    return ItemTags(items.names, items.lines, paths, tag_item, tag_path)


def has_capabilities(connection: duckdb.DuckDBPyConnection, arena: Arena) -> bool:
    """Say whether any comparison of an arena has a capability."""
    row = connection.execute(
        "SELECT count(*) FROM capability_sets WHERE arena_id = ? AND len(paths) > 0",
        [arena.arena_id],
    ).fetchone()
    return bool(row and row[0])


def field_names(connection: duckdb.DuckDBPyConnection, arena: Arena) -> tuple[str, ...]:
    """Return the imported fields of an arena, in the order of their names."""
    rows = connection.execute(
        "SELECT name FROM fields WHERE arena_id = ? ORDER BY name", [arena.arena_id]
    ).fetchall()
    return tuple(name for (name,) in rows)


def _side_scores(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where
) -> dict[str, np.ndarray]:
    return connection.execute(
        f"""
        WITH selected AS (
            SELECT {ITEM} AS item, first, second, score_first, score_second, votes
            FROM {arena.table} WHERE {where.clause}
        ), sides AS (
            SELECT item, first AS competitor, score_first AS score, votes FROM selected
            UNION ALL SELECT item, second, score_second, votes FROM selected
        )
        SELECT item, competitor, sum(votes * score) / sum(votes) AS score
        FROM sides WHERE isfinite(score) GROUP BY item, competitor ORDER BY item, competitor
        """,
        list(where.parameters),
    ).fetchnumpy()


def _tags(
    connection: duckdb.DuckDBPyConnection,
    arena: Arena,
    where: Where,
    facets: tuple[str, ...],
    items: ItemCodes,
) -> tuple[tuple[tuple[str, ...], ...], Codes, Codes]:
    """Return distinct paths, and the pairs of item and path of all facets."""
    if len(set(facets)) < len(facets):
        raise InputError("No facet can be given twice.")
    if not facets:
        return (), np.empty(0, np.int64), np.empty(0, np.int64)
    tags = []
    for facet in facets:
        above = (facet,) if len(facets) > 1 else ()
        if facet == CAPABILITY:
            found = _capability_tags(connection, arena, where)
        else:
            found = _field_tags(connection, arena, where, facet)
        tags += [(codes, [(*above, *path) for path in paths]) for codes, paths in found]
    paths = sorted({path for _, own in tags for path in own})
    if not paths:
        said = " or ".join("a capability" if f == CAPABILITY else f"a {f!r}" for f in facets)
        raise InputError(
            f"No comparison of {arena.name!r} that is selected has {said}; import some, or choose "
            "a field whose values are capabilities."
        )
    at = {path: code for code, path in enumerate(paths)}
    item, path = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for codes, own in tags:
        held = np.repeat(items.rows(codes)[1], len(own))
        item.append(held)
        path.append(np.tile([at[one] for one in own], len(held) // len(own)))
    pairs = np.sort(np.concatenate(item) * len(paths) + np.concatenate(path))
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])]
    return tuple(paths), pairs // len(paths), pairs % len(paths)


def _capability_tags(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where
) -> list[tuple[Codes, list[tuple[str, ...]]]]:
    """Return, for each set of capabilities, the codes of its items and its paths."""
    rows = connection.execute(
        "SELECT code, paths FROM capability_sets WHERE arena_id = ?", [arena.arena_id]
    ).fetchall()
    paths = {code: [tuple(path.split("/")) for path in held] for code, held in rows}
    found = _grouped(connection, arena, where, "capability_set")
    return [(items, paths[code]) for code, items in found if paths.get(code)]


def _field_tags(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, name: str
) -> list[tuple[Codes, list[tuple[str, ...]]]]:
    """Return, for each value of a field, the codes of its items and the value as a path."""
    fields = dict(
        connection.execute(
            "SELECT name, field_id FROM fields WHERE arena_id = ? ORDER BY name", [arena.arena_id]
        ).fetchall()
    )
    if name not in fields:
        known = ", ".join(fields) or "none"
        raise SelectionError(
            f"The arena {arena.name!r} has no field {name!r} to take capabilities from; its fields "
            f"are: {known}."
        )
    found = _grouped(connection, arena, where, f"f{int(fields[name])}")
    return [(items, [(str(value).strip() or "blank",)]) for value, items in found]


def _grouped(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, column: str
) -> list[tuple[object, Codes]]:
    """Return each value of a column with the distinct codes of the items that have it."""
    columns = connection.execute(
        f"""
        WITH selected AS (
            SELECT {column} AS value, {ITEM} AS item FROM {arena.table}
            WHERE {where.clause} AND {column} IS NOT NULL
        )
        SELECT value, item FROM selected GROUP BY value, item ORDER BY value, item
        """,
        list(where.parameters),
    ).fetchnumpy()
    values, item = columns["value"], _codes(columns["item"])
    if not len(item):
        return []
    starts = np.append(0, np.flatnonzero(values[1:] != values[:-1]) + 1)
    return list(zip(values[starts].tolist(), np.split(item, starts[1:]), strict=True))


def _codes(values: np.ndarray) -> Codes:
    return np.asarray(values, np.int64)
