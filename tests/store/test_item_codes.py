"""Comparisons without an item: one number for where each came from, in SQL and in Python."""

import duckdb
import numpy as np

from ranking.store.item_codes import ITEM, LINE, import_and_line, line_code


def test_imports_and_lines_come_back() -> None:
    """Up to a trillion lines, in arrays as in SQL; items of the log keep their own codes."""
    imports, lines = np.array([1, 1, 7, 8_000_000]), np.array([0, 5, 2**40 - 1, 12])
    codes = line_code(imports, lines)
    assert [import_and_line(code) for code in codes.tolist()] == [
        (1, 0), (1, 5), (7, 2**40 - 1), (8_000_000, 12)
    ]  # fmt: skip
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT {LINE}, {ITEM} FROM (SELECT unnest(?::INTEGER[]) AS import_id, "
            "unnest(?::BIGINT[]) AS line, unnest([NULL, 3, NULL, 0]) AS item)",
            [imports.tolist(), lines.tolist()],
        ).fetchall()
    assert [place for place, _ in rows] == codes.tolist()
    assert [item for _, item in rows] == [-1 - codes[0], 3, -1 - codes[2], 0]
