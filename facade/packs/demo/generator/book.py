"""The book being written: rows are buffered by table and go to SQLite in batches; memory stays flat."""

from __future__ import annotations

import sqlite3
from collections import defaultdict

BATCH = 2000

# columns whose bytes are latin1 text, which SQLite would otherwise take for blobs
LATIN1 = {
    "Staff Dir": {"NM"},
    "PTMAST": {"NM", "AKA", "NOK", "CMT"},
    "PROBLIST": {"CMT"},
    "PROCS": {"CMT"},
    "INSUR": {"SUBNM"},
}


class Book:
    """Numbers rows and writes them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows: dict[str, list[tuple[object, ...]]] = defaultdict(list)
        self._last: dict[str, int] = defaultdict(int)
        self._insert = {table: _insert(connection, table) for (table,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")}  # fmt: skip

    def next(self, table: str) -> int:
        """The next number of a table."""
        self._last[table] += 1
        return self._last[table]

    def add(self, table: str, *values: object) -> None:
        """One row, in the order of the table's columns."""
        rows = self._rows[table]
        rows.append(values)
        if len(rows) >= BATCH:
            self._connection.executemany(self._insert[table], rows)
            rows.clear()

    def close(self) -> None:
        """Write what is left."""
        for table, rows in self._rows.items():
            self._connection.executemany(self._insert[table], rows)
            rows.clear()


def _insert(connection: sqlite3.Connection, table: str) -> str:
    """INSERT of all columns of a table; its names come from schema.sql."""
    columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    marks = ("CAST(? AS TEXT)" if column in LATIN1.get(table, ()) else "?" for column in columns)
    return f'INSERT INTO "{table}" VALUES ({", ".join(marks)})'  # noqa: S608 -- names are the schema's own
