"""What a connection's thread does of a read: describing, and fetching rows in spite of a bad one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from connectors.errors import ConnectorError, Rejected
from connectors.odbc.failures import fault_of
from connectors.odbc.link import Link
from connectors.odbc.records import Unreadable
from connectors.odbc.statement import Statement

WORST_ROWS = 10_000
"""Rows of one batch that may fail to be fetched before the reading is given up."""


class ColumnsChanged(ConnectorError):
    """A row has other columns than were described."""


def describe(link: Link, statement: Statement) -> list[tuple[str, type | None, int, str]]:
    link.types(False)
    cursor = link.execute(statement.sql, statement.parameters)
    described = cursor.description
    link.close_cursor()
    if described is None:
        raise Rejected("the stream's SQL is not a query: it gives no columns")
    return [_column(link, column) for column in described]


def _column(link: Link, column: Sequence[Any]) -> tuple[str, type | None, int, str]:
    """Name, kind, precision, and what is declared of a column whose values have their own kinds."""
    name, kind, precision = column[0], column[1], column[4] or 0
    if not isinstance(kind, type):
        return name, None, 0, str(kind or "").lower()
    if kind is str and link.dialect.name == "sqlite":  # its ODBC driver calls text what it does not know
        return name, None, 0, "text"
    return name, kind, precision, ""


def take(cursor: Any, size: int) -> list[Any]:
    """The next rows, at most `size`; a row that cannot be fetched is Unreadable, and the rest follow."""
    rows: list[Any] = []
    bad = 0
    while len(rows) < size:
        try:
            rows.extend(islice(cursor, size - len(rows)))
        except Exception as error:
            bad += 1
            if bad > WORST_ROWS or not _of_value(error):
                raise
            rows.append(Unreadable(f"the driver could not read a value of this row ({type(error).__name__})"))
        else:
            break
    return rows


def _of_value(error: Exception) -> bool:
    """Whether only this row is affected."""
    if isinstance(error, (ValueError, OverflowError)):
        return True
    return fault_of(error).of_value
