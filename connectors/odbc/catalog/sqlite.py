"""SQLite, by its pragmas: one question for each table, for nothing lies between us and the file.

https://www.sqlite.org/pragma.html
"""

from __future__ import annotations

import re
from typing import Any

from connectors.base import CatalogColumn
from connectors.errors import ConnectorError, Unreachable
from connectors.odbc.catalog.kinds import Kind, kind_of
from connectors.odbc.catalog.outline import Ask, IndexPart, KeyPart, Outline, assemble, size_of, text, whole

_SIZE = re.compile(r"\(\s*(\d+)\s*\)")
_HIDDEN = 1
"""How a column of a virtual table that SELECT * leaves out is told; generated columns are 2 and 3."""


async def read_sqlite(ask: Ask) -> list[Outline]:
    """The tables and views of the file."""
    tables = await ask(
        "SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view') "
        "AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
    )
    estimates = await _estimates(ask)
    outlines, columns, indexes, keys = [], [], [], []
    for name, kind, sql in ((str(row[0]), row[1], text(row[2])) for row in tables):
        place = ("", name)
        view = kind == "view"
        outline = Outline("", name, "view" if view else "table", estimate=estimates.get(name))
        outlines.append(outline)
        try:
            told = await ask('SELECT name, type, "notnull", pk, hidden FROM pragma_table_xinfo(?)', (name,))
        except Unreachable:
            raise
        except ConnectorError:
            continue  # a view on what is no more; looking into it will say so
        columns += [(place, _column(row)) for row in told if int(row[4]) != _HIDDEN]
        key = [str(row[0]) for row in sorted(told, key=lambda row: int(row[3])) if int(row[3])]
        indexes += [IndexPart(place, "", True, True, column) for column in key]
        if not view:
            outline.row_id = _row_id(sql, [str(row[0]).lower() for row in told])
            indexes += await _indexes(ask, name)
            keys += await _keys(ask, name)
    return assemble(outlines, columns, indexes, _settled(keys, outlines, indexes), "")


def _column(row: tuple[Any, ...]) -> CatalogColumn:
    declared = text(row[1])
    size = _SIZE.search(declared)
    return CatalogColumn(
        name=str(row[0]),
        kind=sqlite_kind(declared),
        declared=declared,
        nullable=not int(row[2]) and not int(row[3]),
        size=size_of(size[1]) if size and "char" in declared.lower() else None,
    )


def sqlite_kind(declared: str) -> Kind:
    """The word's own meaning if it has one, else what SQLite makes of it."""
    kind = kind_of(declared) if declared else "other"
    if kind == "other" and "int" in declared.lower():
        return "integer"
    return kind


def _row_id(sql: str, columns: list[str]) -> str:
    """The hidden number of a row, unless the table has none or a column took its name."""
    if re.search(r"without\s+rowid|^create\s+virtual", sql, re.IGNORECASE):
        return ""
    return next((name for name in ("_rowid_", "rowid", "oid") if name not in columns), "")


async def _indexes(ask: Ask, table: str) -> list[IndexPart]:
    rows = await ask(
        'SELECT l.name, l."unique", l.partial, i.name FROM pragma_index_list(?) l '
        "JOIN pragma_index_info(l.name) i WHERE l.origin <> 'pk' ORDER BY l.name, i.seqno",
        (table,),
    )
    return [
        IndexPart(
            ("", table),
            str(index),
            bool(int(unique)) and not int(partial),
            False,
            None if column is None else str(column),
        )
        for index, unique, partial, column in rows
    ]


async def _keys(ask: Ask, table: str) -> list[KeyPart]:
    rows = await ask(
        'SELECT id, "from", "table", "to" FROM pragma_foreign_key_list(?) ORDER BY id, seq', (table,)
    )
    return [
        KeyPart(("", table), str(key), str(column), str(to_table), text(to_column))
        for key, column, to_table, to_column in rows
    ]


def _settled(keys: list[KeyPart], outlines: list[Outline], indexes: list[IndexPart]) -> list[KeyPart]:
    """Names as their tables have them, for SQLite ignores case; a key that names no column means the key."""
    names = {one.name.lower(): one.name for one in outlines}
    primary: dict[str, list[str]] = {}
    for index in indexes:
        if index.primary and index.column is not None:
            primary.setdefault(index.place[1], []).append(index.column)
    settled: list[KeyPart] = []
    for part in keys:
        if name := names.get(part.to_table.lower()):
            at = sum((one.place, one.key) == (part.place, part.key) for one in settled)
            meant = primary.get(name, [])[at : at + 1]
            to_column = part.to_column or (meant[0] if meant else "")
            settled.append(KeyPart(part.place, part.key, part.column, name, to_column))
    return settled


async def _estimates(ask: Ask) -> dict[str, int]:
    """What ANALYZE found, if it was ever run."""
    if not await ask("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'"):
        return {}
    found = {}
    for table, stat in await ask("SELECT tbl, stat FROM sqlite_stat1 WHERE stat IS NOT NULL"):
        rows = whole(str(stat).split(" ")[0])
        if rows is not None:
            found[str(table)] = rows
    return found
