"""The database: one DuckDB file that holds arenas, their imports and their comparisons."""

from ranking.store.arenas import (
    Arena,
    Import,
    arena,
    arenas,
    create_arena,
    delete_arena,
    describe_arena,
    imports,
    rejected_rows,
    undo_import,
)
from ranking.store.connection import Store, default_path

__all__ = [
    "Arena",
    "Import",
    "Store",
    "arena",
    "arenas",
    "create_arena",
    "default_path",
    "delete_arena",
    "describe_arena",
    "imports",
    "rejected_rows",
    "undo_import",
]
