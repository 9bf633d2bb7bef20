"""Rows to a MariaDB database in long INSERTs, sent by a second thread while the next rows are made."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

Value = str | int | float | None

STATEMENT = 400_000  # characters of a statement: well within a server's default max_allowed_packet
SESSION = (
    "SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION'",  # as OpenEMR: zero dates are its "none"
    "SET SESSION unique_checks = 0, foreign_key_checks = 0",
    "SET SESSION time_zone = '+00:00'",  # what is written into a TIMESTAMP is what is read back
)


@dataclass(frozen=True, eq=False)  # by identity: a fast key
class Table:
    """A table's name and the columns that we write, separated by spaces; the first is its number."""

    name: str
    columns: str
    width: int = field(init=False)
    insert: str = field(init=False)

    def __post_init__(self) -> None:
        names = self.columns.split()
        object.__setattr__(self, "width", len(names))
        listed = ", ".join(f"`{name}`" for name in names)
        object.__setattr__(self, "insert", f"INSERT INTO `{self.name}` ({listed}) VALUES ")


def _text(value: str) -> str:
    if not value.isascii():  # MariaDB's driver (3.1) may read past the end of a statement that is not ASCII
        return f"_utf8mb4 0x{value.encode().hex()}"
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    if "'" in value:
        value = value.replace("'", "''")
    return f"'{value}'"


LITERALS: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: str,
    float: repr,
    bool: lambda value: "1" if value else "0",
    type(None): lambda _: "NULL",
}


class Writer:
    """Rows on their way. Numbers go on from what each table holds; `commit` and `close` send what is left.

    A pyodbc connection is used by one thread at a time: ours only while nothing is on its way.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._buffers: dict[Table, list[str]] = {}
        self._sizes: dict[Table, int] = {}
        self._numbers: dict[str, int] = {}
        self._sender = ThreadPoolExecutor(max_workers=1)
        self._sending: Future[None] | None = None
        self.rows = 0
        for statement in SESSION:
            self.execute(statement)

    def add(self, table: Table, *row: Value) -> None:
        """One row, in the order of the table's columns."""
        if len(row) != table.width:
            raise ValueError(f"{table.name} has {table.width} columns and was given {len(row)} values")
        text = "(" + ",".join([LITERALS[type(value)](value) for value in row]) + ")"
        self.rows += 1
        if table not in self._buffers:
            self._buffers[table], self._sizes[table] = [], 0
        self._buffers[table].append(text)
        self._sizes[table] += len(text)
        if self._sizes[table] > STATEMENT:
            self._send(table)

    def number(self, table: Table) -> int:
        """The next number of a table whose first column is its own counter."""
        number = self._numbers.get(table.name)
        if number is None:
            column = table.columns.split(maxsplit=1)[0]
            number = int(self.scalar(f"SELECT COALESCE(MAX(`{column}`), 0) FROM `{table.name}`"))
        self._numbers[table.name] = number + 1
        return number + 1

    def sequence(self) -> int:
        """The next number of the one sequence for visits, documents, companies and addresses."""
        number = self._numbers.get("sequences")
        if number is None:
            number = int(self.scalar("SELECT COALESCE(MAX(id), 0) FROM sequences"))
        self._numbers["sequences"] = number + 1
        return number + 1

    def scalar(self, sql: str, *parameters: Value) -> Any:
        """The first value of a query, or None."""
        self._wait()
        row = self._connection.execute(sql, *parameters).fetchone()
        return row[0] if row else None

    def execute(self, sql: str) -> None:
        self._wait()
        self._connection.execute(sql).close()

    def commit(self) -> None:
        """Send what is left, write the sequence back, and commit."""
        for table in list(self._buffers):
            self._send(table)
        if "sequences" in self._numbers:
            self.execute(f"UPDATE sequences SET id = {self._numbers['sequences']}")
        self._wait()
        self._connection.commit()

    def close(self) -> None:
        """Commit, and let the server count what it has: right after a fill its plans may be foolish."""
        self.commit()
        for table in self._buffers:
            self._connection.execute(f"ANALYZE TABLE `{table.name}`").close()
        self._sender.shutdown()

    def abandon(self) -> None:
        """Undo everything since the last commit, after an error."""
        self._sender.shutdown(cancel_futures=True)
        self._connection.rollback()

    def _send(self, table: Table) -> None:
        rows, self._buffers[table], self._sizes[table] = self._buffers[table], [], 0
        if rows:
            self._wait()
            self._sending = self._sender.submit(self._insert, table.insert + ",".join(rows))

    def _insert(self, sql: str) -> None:
        self._connection.execute(sql).close()

    def _wait(self) -> None:
        if self._sending is not None:
            sending, self._sending = self._sending, None
            sending.result()
