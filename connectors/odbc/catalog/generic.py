"""Any other database, by ODBC's own catalog functions; what a driver does not know is left out.

https://learn.microsoft.com/sql/odbc/reference/develop-app/catalog-functions-in-odbc
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.base import CatalogColumn
from connectors.errors import ConnectorError, Unreachable
from connectors.odbc.catalog.kinds import kind_of_code
from connectors.odbc.catalog.outline import (
    IndexPart,
    KeyPart,
    Outline,
    Row,
    Work,
    assemble,
    size_of,
    text,
    whole,
)
from connectors.odbc.link import Link

_SYSTEM = {"information_schema", "pg_catalog", "pg_toast", "sys", "system", "mysql", "performance_schema",
           "sysibm", "syscat", "sysstat", "sysprogress", "%sys", "ensemble", "sysfun", "sysproc"}  # fmt: skip
_DEFAULT = {"", "public", "dbo", "sqluser"}
"""Schemas that a bare name leads to, where such databases are not told otherwise."""
_SQL_DATABASE_NAME = 16
_STATISTIC = 0
"""The type of a row of SQLStatistics that counts the table and is no index."""


async def read_generic(work: Work) -> list[Outline]:
    """The tables and views that the driver lists, with keys and indexes as far as it knows them."""
    outlines: dict[tuple[str, str], Outline] = {}
    catalogs: dict[tuple[str, str], str | None] = {}
    listed = await work(lambda link: _call(link, "tables"))
    ((here,),) = await work(_database)
    if here and any(row[0] == here for row in listed):  # some drivers list every database of the server
        listed = [row for row in listed if row[0] == here]
    for catalog, schema, name, kind, remark, *_ in listed:
        place = (text(schema), str(name))
        word = text(kind).upper()
        if word in ("TABLE", "VIEW", "BASE TABLE") and place[0].lower() not in _SYSTEM:
            outlines[place] = Outline(*place, "view" if word == "VIEW" else "table", comment=text(remark))
            catalogs[place] = text(catalog) or None
    columns = [
        ((text(row[1]), str(row[2])), _column(row))
        for row in sorted(await work(lambda link: _call(link, "columns")), key=_position)
        if not here or not row[0] or row[0] == here
    ]
    indexes: list[IndexPart] = []
    keys: list[KeyPart] = []
    known = _Known(work)
    for place, outline in outlines.items():
        if outline.kind == "table":
            at = {"catalog": catalogs[place], "schema": place[0] or None}
            indexes += await known.indexes(place, at, outline)
            keys += await known.keys(place, at)
    schemas = sorted({place[0] for place in outlines})
    default = next((one for one in schemas if one.lower() in _DEFAULT), "")
    return assemble(outlines.values(), columns, indexes, keys, default)


class _Known:
    """Asks table by table, and no more for what the driver has once not known."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._unknown: set[str] = set()

    async def indexes(
        self, place: tuple[str, str], at: dict[str, str | None], outline: Outline
    ) -> list[IndexPart]:
        """Primary key and indexes, and how many rows the statistics have."""
        rows = await self._rows("primaryKeys", place[1], **at)
        primary = [str(row[3]) for row in sorted(rows, key=lambda row: whole(row[4]) or 0)]
        parts = [IndexPart(place, "", True, True, column) for column in primary]
        told = await self._rows("statistics", place[1], **at)
        for row in told:
            if whole(row[6]) == _STATISTIC:
                outline.estimate = whole(row[10])
        by_index: dict[str, list[Row]] = {}
        for row in told:
            if whole(row[6]) != _STATISTIC and row[8] is not None:
                by_index.setdefault(str(row[5]), []).append(row)
        for index, some in sorted(by_index.items()):
            some.sort(key=lambda row: whole(row[7]) or 0)
            unique = not whole(some[0][3]) and not any(len(row) > 12 and text(row[12]) for row in some)
            named = [str(row[8]) for row in some]
            if named == primary:
                continue
            is_key = (
                not primary and unique and index.lower() in ("primarykey", "primary")
            )  # Access knows no other way
            parts += [IndexPart(place, index, unique, is_key, column) for column in named]
        return parts

    async def keys(self, place: tuple[str, str], at: dict[str, str | None]) -> list[KeyPart]:
        """Foreign keys of a table."""
        rows = await self._rows(
            "foreignKeys", foreignTable=place[1], foreignCatalog=at["catalog"], foreignSchema=at["schema"]
        )
        parts = []
        number = 0
        for row in sorted(rows, key=lambda row: (text(row[11]), text(row[2]), whole(row[8]) or 0)):
            number += (whole(row[8]) or 1) == 1  # not every driver names its keys
            parts.append(KeyPart(place, f"{row[11]} {number}", str(row[7]), str(row[2]), str(row[3])))
        return parts

    async def _rows(self, function: str, *arguments: str, **named: str | None) -> list[Row]:
        if function in self._unknown:
            return []
        try:
            return await self._work(lambda link: _call(link, function, *arguments, **named))
        except Unreachable:
            raise
        except ConnectorError:
            self._unknown.add(function)
            return []


def _call(link: Link, function: str, *arguments: str, **named: str | None) -> list[Row]:
    """A catalog function of the driver; blocks."""
    link.types(False)
    link.close_cursor()
    cursor = link.connection.cursor()
    try:
        call: Callable[..., Any] = getattr(cursor, function)
        return [tuple(row) for row in call(*arguments, **{key: one for key, one in named.items() if one})]
    finally:
        cursor.close()


def _database(link: Link) -> list[Row]:
    """The database that the connection is in, if its driver says so; blocks."""
    try:
        return [(link.connection.getinfo(_SQL_DATABASE_NAME) or "",)]
    except Exception:
        return [("",)]


def _position(row: Row) -> tuple[str, str, int]:
    return text(row[1]), str(row[2]), whole(row[16] if len(row) > 16 else None) or 0


def _column(row: Row) -> CatalogColumn:
    declared = text(row[5])
    kind = kind_of_code(int(row[4]), declared)
    return CatalogColumn(
        name=str(row[3]),
        kind=kind,
        declared=declared,
        nullable=bool(row[10]),
        size=size_of(row[6]) if kind in ("text", "binary") else None,
        comment=text(row[11]),
    )
