"""Reading what the items of an arena say: their texts, or the values of a field."""

from dataclasses import dataclass

import duckdb

from ranking.errors import InputError, SelectionError
from ranking.store.arenas import Arena

_WORDED = 0.5  # share of names that must be of several words to be read as texts


@dataclass(frozen=True)
class ItemTexts:
    """The items of an arena, in the order of their names.

    Attributes
    ----------
    names, texts : tuples of str, length n
        A text is empty where an item has none.
    source : str
        "texts of items", "names of items", or "field NAME": what the texts are.
    """

    names: tuple[str, ...]
    texts: tuple[str, ...]
    source: str


def read_item_texts(
    connection: duckdb.DuckDBPyConnection, arena: Arena, field: str | None = None
) -> ItemTexts:
    """Read the texts of all items of an arena.

    Parameters
    ----------
    field : str, optional
        Take the values of this field instead; of several values of an item, the first in order.
        Without it, names of items stand in where none has a text and they are of several words.

    Raises
    ------
    InputError
        If there are no items, or they have no texts.
    SelectionError
        If the arena has no such field.
    """
    if field is not None:
        return _of_field(connection, arena, field)
    rows = connection.execute(
        "SELECT name, coalesce(text, '') FROM items WHERE arena_id = ? ORDER BY name",
        [arena.arena_id],
    ).fetchall()
    if not rows:
        raise InputError(
            f"The comparisons of {arena.name!r} do not say which item they were about, so that "
            "there are no texts to group; import them with a column for the item."
        )
    names, texts = (tuple(column) for column in zip(*rows, strict=True))
    if any(text.strip() for text in texts):
        return ItemTexts(names, texts, "texts of items")
    if sum(len(name.split()) > 1 for name in names) < _WORDED * len(names):
        raise InputError(
            f"The items of {arena.name!r} have no texts, and their names (such as "
            f"{names[0][:40]!r}) are not any; import the column with the texts as the role "
            "item_text, or name a field that holds them."
        )
    return ItemTexts(names, names, "names of items")


def _of_field(connection: duckdb.DuckDBPyConnection, arena: Arena, name: str) -> ItemTexts:
    fields = dict(
        connection.execute(
            "SELECT name, field_id FROM fields WHERE arena_id = ? ORDER BY name", [arena.arena_id]
        ).fetchall()
    )
    if name not in fields:
        known = ", ".join(fields) or "none"
        raise SelectionError(
            f"The arena {arena.name!r} has no field {name!r} to read texts from; its fields are: "
            f"{known}."
        )
    rows = connection.execute(
        f"""
        SELECT name, coalesce(min(f{int(fields[name])}), '')
        FROM items JOIN {arena.table} ON item = code
        WHERE arena_id = ? GROUP BY name ORDER BY name
        """,
        [arena.arena_id],
    ).fetchall()
    if not any(text.strip() for _, text in rows):
        raise InputError(f"No item of {arena.name!r} has a value in the field {name!r}.")
    names, texts = (tuple(column) for column in zip(*rows, strict=True))
    return ItemTexts(names, texts, f"field {name}")
